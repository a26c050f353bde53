/* Room vpc: what a list is when records come, go, repeat and hide while its pages are read, and when the server errs. */
#include "tests/unit/http_fixture.h"

#include "vpc/vpc.h"

enum { PAGE = 4, KEYS = 200, STEPS = 12 };

/* A change of the collection before a request of a list, counted from 1; every: before that and each later one. */
struct step {
    unsigned request;
    int gone, made; /* keys; 0: none */
};

/* How the fake server goes wrong. Requests are those of lists, counted from 1. */
struct fault {
    unsigned request;     /* this one ... */
    unsigned status;      /* ... fails so; 0: it does not */
    unsigned lookup;      /* status of each GET by id; 0: as it should be */
    int total;            /* added to every total_count */
    int repeated;         /* this record is on every page, too; 0: none */
    int hidden;           /* this record is on no page ... */
    unsigned hidden_from; /* ... from this request on */
    const char *next;     /* the link of the page of `request`, as JSON; NULL: as it should be */
    bool by_offset;       /* tokens count records instead of naming one */
    bool endless;         /* every page links to another one */
    bool empty_page;      /* `request` has no records but a link */
    bool no_totals;
};

struct world {
    struct loopback server;
    struct http *http;
    struct answer_parser *parser;
    struct vpc *vpc;
    const struct resource_kind *kind;
    const struct step *steps;
    struct fault fault;
    bool there[KEYS];  /* by key; lists are in their order */
    unsigned requests; /* of lists */
};

static void append_item(const struct world *world, int key, struct text *out)
{
    if (world->kind == &resource_instance) {
        text_printf(
            out,
            "{\"id\":\"0717_%d\",\"name\":\"web-%d\",\"crn\":\"crn:v1:bluemix:public:is:eu-de:a/1::instance:0717_%d\","
            "\"status\":\"running\",\"zone\":{\"name\":\"eu-de-1\"},\"vpc\":{\"id\":\"r010-1\",\"name\":\"v\"},"
            "\"resource_group\":{\"id\":\"g\",\"name\":\"default\"},\"metadata_service\":{\"enabled\":true,"
            "\"protocol\":\"http\",\"response_hop_limit\":1}}",
            key, key, key);
    } else {
        text_printf(out,
                    "{\"id\":\"m-%d\",\"name\":\"web-%d\",\"status\":\"healthy\",\"instance_template\":{\"id\":\"t\"},"
                    "\"delete_instance_on_membership_delete\":true}",
                    key, key);
    }
}

static bool is_listed(const struct world *world, int key)
{
    const struct fault *fault = &world->fault;

    return world->there[key] && !(key == fault->hidden && world->requests >= fault->hidden_from);
}

static void change(struct world *world)
{
    for (size_t i = 0; i < STEPS && world->steps[i].request != 0; i++) {
        if (world->steps[i].request == world->requests) {
            world->there[world->steps[i].gone] = false;
            world->there[world->steps[i].made] = world->steps[i].made != 0;
        }
    }
}

/* Appends a page from the token on; returns the token of the next one, 0: there is none. */
static int append_page(const struct world *world, int start, struct text *out)
{
    bool by_offset = world->fault.by_offset;
    int place = 0;
    int sent = 0;

    for (int key = 1; key < KEYS; key++) {
        if (!is_listed(world, key) || (by_offset ? place++ < start : key < start)) {
            continue;
        }
        if (sent == PAGE || (world->fault.empty_page && world->requests == world->fault.request)) {
            return by_offset ? place - 1 : key;
        }
        text_append(out, sent++ > 0 ? "," : "");
        append_item(world, key, out);
    }
    return 0;
}

static void answer_list(struct world *world, const char *path, struct text *answer)
{
    const struct fault *fault = &world->fault;
    const char *token = strstr(path, "start=");
    CLEANUP(text_free) struct text body = {0};
    int total = fault->total;

    text_printf(&body, "{\"%s\":[", world->kind->items);
    int next = append_page(world, token != NULL ? atoi(token + 6) : 0, &body);
    if (fault->repeated != 0) {
        text_append(&body, ",");
        append_item(world, fault->repeated, &body);
    }
    for (int key = 1; key < KEYS; key++) {
        total += world->there[key];
    }
    text_append(&body, "]");
    if (!fault->no_totals) {
        text_printf(&body, ",\"total_count\":%d", total);
    }
    if (fault->next != NULL && world->requests == fault->request) {
        text_printf(&body, ",\"next\":%s", fault->next);
    } else if (next != 0 || fault->endless) {
        text_printf(&body, ",\"next\":{\"href\":\"https://elsewhere/x?start=%d\"}",
                    next != 0 ? next : KEYS + (int)world->requests);
    }
    text_append(&body, "}");
    loopback_json(answer, 200, "", text_string(&body));
}

static enum afterwards answer_world(struct loopback *server, const struct heard *heard, struct text *answer)
{
    static const char refusal[] = "{\"errors\":[{\"code\":\"no\",\"message\":\"Not now.\"}]}";
    struct world *world = server->context;
    const struct fault *fault = &world->fault;
    bool is_instance = world->kind == &resource_instance;
    const char *collection = is_instance ? "/v1/instances" : "/v1/instance_groups/r010-g/memberships";
    const char *rest = strstr(heard->path, collection);
    int key = 0;

    assert_non_null(rest);
    rest += strlen(collection);
    if (sscanf(rest, is_instance ? "/0717_%d?" : "/m-%d?", &key) == 1) {
        CLEANUP(text_free) struct text body = {0};
        append_item(world, key, &body);
        unsigned status = fault->lookup != 0 ? fault->lookup : world->there[key] ? 200 : 404;
        loopback_json(answer, (int)status, "", status == 200 ? text_string(&body) : refusal);
        return KEEP_OPEN;
    }
    world->requests++;
    change(world);
    if (fault->status != 0 && world->requests == fault->request) {
        loopback_json(answer, (int)fault->status, "", refusal);
    } else {
        answer_list(world, rest, answer);
    }
    return KEEP_OPEN;
}

static int open_world(void **state)
{
    static struct world world;

    world = (struct world){.parser = answer_parser_create()};
    loopback_start(&world.server, answer_world, &world);
    world.http = open_session(NULL);
    world.vpc = vpc_create(world.http, world.parser, "eu-de", url_of(&world.server, "/v1"), VPC_API_VERSION);
    *state = &world;
    return 0;
}

static int close_world(void **state)
{
    struct world *world = *state;

    vpc_destroy(world->vpc);
    http_destroy(world->http);
    loopback_stop(&world->server);
    answer_parser_destroy(world->parser);
    return 0;
}

/* The collection begins with 10, 20, ... 100 on three pages. */
static const struct row {
    const char *what;
    struct fault fault;
    struct step steps[STEPS];
    const char *found; /* keys */
    const char *words; /* of the error behind "... of eu-de: ", or all of it; NULL: complete */
    unsigned requests; /* of any kind; 0: not counted */
} rows[] = {
    {"nothing changes", {0}, {{0}}, "10 20 30 40 50 60 70 80 90 100", NULL, 3},
    {"no page has a total", {.no_totals = true}, {{0}}, "10 20 30 40 50 60 70 80 90 100", NULL, 3},
    /* one change: the second pass adds up */
    {"gone behind the cursor: read, and looked up", {0}, {{2, 10, 0}}, "20 30 40 50 60 70 80 90 100", NULL, 7},
    {"gone ahead of it", {0}, {{2, 90, 0}}, "10 20 30 40 50 60 70 80 100", NULL, 6},
    {"the record that the token names is gone", {0}, {{2, 50, 0}}, "10 20 30 40 60 70 80 90 100", NULL, 6},
    {"new behind the cursor", {0}, {{2, 0, 15}}, "10 15 20 30 40 50 60 70 80 90 100", NULL, 6},
    {"new ahead of it", {0}, {{2, 0, 95}}, "10 20 30 40 50 60 70 80 90 95 100", NULL, 6},
    {"new at the end", {0}, {{3, 0, 110}}, "10 20 30 40 50 60 70 80 90 100 110", NULL, 6},
    {"replaced: gone ahead, new behind", {0}, {{2, 90, 15}}, "10 15 20 30 40 50 60 70 80 100", NULL, 6},
    {"replaced: gone behind, new ahead", {0}, {{2, 10, 95}}, "20 30 40 50 60 70 80 90 95 100", NULL, 7},
    {"replaced out of sight: nothing that existed all the time is lacking",
     {0},
     {{2, 10, 15}},
     "10 20 30 40 50 60 70 80 90 100",
     NULL,
     3},
    /* changes before every page: two passes settle each other */
    {"one replaced before each page, gone ahead and new behind",
     {0},
     {{1, 100, 11}, {2, 90, 12}, {3, 80, 13}, {4, 70, 14}, {5, 60, 15}, {6, 50, 16}},
     "10 11 12 13 14 15 20 30 40",
     NULL,
     0},
    {"one replaced before each page, gone behind and new ahead",
     {0},
     {{2, 10, 101}, {3, 20, 102}, {4, 30, 103}, {5, 40, 104}, {6, 50, 105}, {7, 60, 106}, {8, 70, 107}},
     "40 50 60 70 80 90 100 101 102 103 104 105",
     NULL,
     0},
    {"one goes before each page",
     {0},
     {{2, 10, 0}, {3, 100, 0}, {4, 20, 0}, {5, 30, 0}},
     "30 40 50 60 70 80 90",
     NULL,
     0},
    /* tokens that count records skip one when an earlier one goes: 50, then 70 */
    {"a pass missed one", {.by_offset = true}, {{2, 10, 0}}, "20 30 40 50 60 70 80 90 100", NULL, 0},
    {"both passes missed one, another one each",
     {.by_offset = true},
     {{2, 10, 0}, {5, 20, 0}},
     "20 30 40 50 60 70 80 90 100",
     NULL,
     0},
    {"a record that the second pass misses is found by its id",
     {.hidden = 70, .hidden_from = 4},
     {{2, 90, 0}},
     "10 20 30 40 50 60 70 80 100",
     NULL,
     6},
    /* records that repeat */
    {"a record on every page is one", {.repeated = 20}, {{0}}, "10 20 30 40 50 60 70 80 90 100", NULL, 3},
    {"repetitions do not make up for what is lacking",
     {.repeated = 20, .total = 2},
     {{0}},
     "10 20 30 40 50 60 70 80 90 100",
     "10 of 12 were read; 3 of the items were repetitions; the list did not add up in 4 readings",
     12},
    /* a count that is wrong */
    {"the total is too high",
     {.total = 5},
     {{0}},
     "10 20 30 40 50 60 70 80 90 100",
     "10 of 15 were read; the list did not add up in 4 readings",
     12},
    {"the total is too low",
     {.total = -2},
     {{0}},
     "10 20 30 40 50 60 70 80 90 100",
     "10 were read, but the API counts 8; the list did not add up in 4 readings",
     12},
    {"what cannot be looked up is not settled",
     {.lookup = 403},
     {{2, 10, 0}},
     "10 20 30 40 50 60 70 80 90 100",
     "were read; 1 of them could not be looked up again: 403 no: Not now",
     0},
    /* pages that fail */
    {"the first page fails", {.request = 1, .status = 400}, {{0}}, "", "listing CHILDREN in eu-de: 400 no: Not now", 1},
    {"the second page fails",
     {.request = 2, .status = 400},
     {{0}},
     "10 20 30 40",
     "4 of 10 were read; page 2: 400 no: Not now",
     2},
    {"without totals",
     {.request = 2, .status = 400, .no_totals = true},
     {{0}},
     "10 20 30 40",
     "4 were read; page 2: 400 no: Not now",
     2},
    {"a page of the second pass fails: both passes are shown",
     {.request = 5, .status = 400},
     {{2, 10, 0}},
     "10 20 30 40 50 60 70 80 90 100",
     "10 were read; page 2: 400 no: Not now",
     5},
    /* links */
    {"an empty page with a link",
     {.request = 2, .empty_page = true, .next = "{\"href\":\"/v1/x?start=050\"}"},
     {{0}},
     "10 20 30 40 50 60 70 80 90 100",
     NULL,
     4},
    {"a link back to the page itself",
     {.request = 2, .next = "{\"href\":\"/v1/x?start=50\"}"},
     {{0}},
     "10 20 30 40 50 60 70 80",
     "8 of 10 were read; page 2: the link to the next page leads back to page 2",
     2},
    {"a link back to an earlier page",
     {.request = 3, .next = "{\"href\":\"/v1/x?start=50\"}"},
     {{0}},
     "10 20 30 40 50 60 70 80 90 100",
     "10 of 10 were read; page 3: the link to the next page leads back to page 2",
     3},
    {"a link without a token",
     {.request = 2, .next = "{\"href\":\"https://elsewhere/v1/instances?limit=100\"}"},
     {{0}},
     "10 20 30 40 50 60 70 80",
     "8 of 10 were read; page 2: the link to the next page holds no start token",
     2},
    {"a link that is none",
     {.request = 1, .next = "7"},
     {{0}},
     "10 20 30 40",
     "page 1: the link to the next page holds no",
     1},
    {"a link that is null", {.request = 3, .next = "null"}, {{0}}, "10 20 30 40 50 60 70 80 90 100", NULL, 3},
    {"a list without an end",
     {.endless = true},
     {{0}},
     "10 20 30 40 50 60 70 80 90 100",
     "10 of 10 were read; page 103: 100 pages in a row brought nothing new, and more are said to follow",
     103},
};

static int compare_keys(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void append_keys(const struct resource_list *list, struct text *out)
{
    int keys[KEYS];
    size_t count = resource_list_count(list);

    for (size_t i = 0; i < count; i++) {
        keys[i] = atoi(strpbrk(resource_list_at(list, i)->name, "0123456789"));
    }
    qsort(keys, count, sizeof(keys[0]), compare_keys);
    for (size_t i = 0; i < count; i++) {
        text_printf(out, "%s%d", i > 0 ? " " : "", keys[i]);
    }
}

struct listed {
    unsigned calls;
    struct err error;
};

static void note_listed(const struct err *error, void *context)
{
    struct listed *listed = context;

    listed->calls++;
    listed->error = error != NULL ? *error : ERR_INIT;
}

/* The error that the row has for the kind. */
static bool has_words(const struct row *row, const struct resource_kind *kind, const struct err *error)
{
    CLEANUP(text_free) struct text words = {0};
    const char *place = row->words != NULL ? strstr(row->words, "CHILDREN") : NULL;

    if (row->words == NULL) {
        return error->code == ERR_NONE;
    }
    if (place != NULL) {
        text_printf(&words, "%.*s%s%s", (int)(place - row->words), row->words, kind->plural, place + 8);
        return strncmp(error->message, text_string(&words), words.size) == 0;
    }
    text_printf(&words, "%s of eu-de: ", kind->plural);
    return strncmp(error->message, text_string(&words), words.size) == 0 && strstr(error->message, row->words) != NULL;
}

static void check_row(struct world *world, const struct row *row, const struct resource_kind *kind)
{
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(text_free) struct text keys = {0};
    struct listed listed = {.error = ERR_INIT};
    struct err e = ERR_INIT;
    unsigned before = world->server.requests;

    world->kind = kind;
    world->steps = row->steps;
    world->fault = row->fault;
    world->requests = 0;
    for (int key = 0; key < KEYS; key++) {
        world->there[key] = key > 0 && key <= 100 && key % 10 == 0;
    }
    vpc_list(world->vpc, &(struct vpc_listing){.kind = kind,
                                               .parent = kind == &resource_instance ? NULL : "r010-g",
                                               .into = list,
                                               .listed = note_listed,
                                               .context = &listed});
    assert_true(http_run(world->http, &e));
    assert_int_equal(listed.calls, 1);
    append_keys(list, &keys);
    if (strcmp(text_string(&keys), row->found) != 0 || !has_words(row, kind, &listed.error)) {
        fail_msg("%s, %s: \"%s\" (%s)", kind->plural, row->what, text_string(&keys), listed.error.message);
    }
    unsigned requests = world->server.requests - before;
    if (row->requests != 0 && requests != row->requests) {
        fail_msg("%s, %s: %u requests instead of %u", kind->plural, row->what, requests, row->requests);
    }
    struct vpc_reading reading = vpc_reading(world->vpc);
    if (row->words == NULL && !row->fault.no_totals && reading.items > reading.total + STEPS) {
        fail_msg("%s, %s: %zu of %zu in progress", kind->plural, row->what, reading.items, reading.total);
    }
}

static void a_list_has_all_that_existed_all_the_time_or_says_what_it_lacks(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        check_row(*state, &rows[i], &resource_instance);
        check_row(*state, &rows[i], resource_group.memberships);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_list_has_all_that_existed_all_the_time_or_says_what_it_lacks, open_world,
                                        close_world),
    };

    return cmocka_run_group_tests_name("vpc_list", tests, NULL, NULL);
}
