/* What comes of a creation by the answers to it: those that are not what was asked for, and those that never come. */
#include "tests/unit/http_fixture.h"

#include "fleet/fleet.h"

#define SERVER(name, enabled, created)                                                                      \
    "{\"id\":\"0717_1\",\"name\":\"" name "\",\"crn\":\"crn:v1:a:b:is:eu-de-1:a/1::instance:0717_1\","      \
    "\"status\":\"pending\",\"created_at\":\"" created "\",\"profile\":{\"name\":\"bx2-2x8\"},"             \
    "\"zone\":{\"name\":\"eu-de-1\"},\"metadata_service\":{\"enabled\":" enabled ",\"protocol\":\"https\"," \
    "\"response_hop_limit\":1}}"
#define LIST(items, total) "{\"instances\":[" items "],\"total_count\":" total "}"
#define PROFILE(id, auto_link)                                                                             \
    "{\"keys\":[],\"default_trusted_profile\":{\"auto_link\":" auto_link ",\"target\":{\"id\":\"" id "\"," \
    "\"crn\":\"crn:p:" id "\",\"resource_type\":\"trusted_profile\"}}}"
#define NOW    "2026-05-01T12:00:00Z"
#define BEFORE "2026-05-01T11:00:00Z"
static const char date[] = "Date: Fri, 01 May 2026 12:00:05 GMT\r\n";

struct answer {
    int status; /* 0: the connection is reset */
    const char *body;
};

struct script {
    struct answer posts[FLEET_ROUNDS_MAX + 1]; /* in their order; the last one again and again */
    struct answer list, initialization;
    unsigned post_count;
    struct answer again; /* to a GET of what was created, once its answer was not as requested */
};

static enum afterwards answer(struct loopback *server, const struct heard *heard, struct text *out)
{
    struct script *script = server->context;
    const struct answer *given = &script->list;

    if (strcmp(heard->method, "POST") == 0) {
        unsigned number = script->post_count++;
        while (number > 0 && script->posts[number].status == 0 && script->posts[number].body == NULL) {
            number--;
        }
        given = &script->posts[number];
    } else if (strstr(heard->path, "/initialization") != NULL) {
        given = &script->initialization;
    } else if (strstr(heard->path, "/v1/instances/") != NULL) {
        given = &script->again;
    } else {
        assert_non_null(strstr(heard->path, "/v1/instances?"));
        assert_non_null(strstr(heard->path, "&name=web"));
    }
    if (given->status == 0) {
        return RESET;
    }
    loopback_json(out, given->status, date, given->body);
    return KEEP_OPEN;
}

struct row {
    const char *what;
    struct script script;
    bool journaled;
    enum fleet_outcome outcome;
    enum err_code code;
    const char *words; /* of the reason */
    unsigned posts;
};

#define AS_ASKED SERVER("web", "true", NOW)
#define OFF      SERVER("web", "false", NOW)
#define LINKED   PROFILE("Profile-1", "false")
#define NOTHING  LIST("", "0")
#define LOST  \
    {         \
        0, "" \
    }
#define FOUND(server)          \
    {                          \
        200, LIST(server, "1") \
    }
static const char taken[] = "{\"errors\":[{\"code\":\"validation_unique_failed\",\"message\":\"Not unique.\"}]}";

static const struct row rows[] = {
    {"all as asked", {{{201, AS_ASKED}}, {0}, {200, LINKED}, 0, {0}}, false, FLEET_CHANGED, ERR_NONE, "", 1},
    {"a setting was dropped",
     {{{201, OFF}}, {0}, {200, LINKED}, 0, {200, OFF}},
     false,
     FLEET_FAILED,
     ERR_FAILED,
     "created, but not as requested (enabled false -> true)",
     1},
    {"a setting is to be seen a moment later",
     {{{201, OFF}}, {0}, {200, LINKED}, 0, {200, AS_ASKED}},
     false,
     FLEET_CHANGED,
     ERR_NONE,
     "",
     1},
    {"a setting was dropped, or not, which cannot be read",
     {{{201, OFF}}, {0}, {200, LINKED}, 0, {403, taken}},
     false,
     FLEET_UNKNOWN,
     ERR_API,
     "created, but its answer does not show what was requested, and reading it again failed",
     1},
    {"created without a word, and there",
     {{{201, ""}}, FOUND(AS_ASKED), {200, LINKED}, 0, {0}},
     false,
     FLEET_CHANGED,
     ERR_NONE,
     "",
     1},
    {"created without a word, and never listed",
     {{{202, ""}}, {200, NOTHING}, {0}, 0, {0}},
     false,
     FLEET_UNKNOWN,
     ERR_BAD_ANSWER,
     "the API accepted it, but does not list it",
     1},
    {"another profile",
     {{{201, AS_ASKED}}, {0}, {200, PROFILE("Profile-2", "false")}, 0, {0}},
     false,
     FLEET_FAILED,
     ERR_FAILED,
     "trusted profile Profile-2 -> Profile-1",
     1},
    {"linked although it should not be",
     {{{201, AS_ASKED}}, {0}, {200, PROFILE("Profile-1", "true")}, 0, {0}},
     false,
     FLEET_FAILED,
     ERR_FAILED,
     "auto link true -> false",
     1},
    {"no profile at all",
     {{{201, AS_ASKED}}, {0}, {200, "{\"keys\":[]}"}, 0, {0}},
     false,
     FLEET_FAILED,
     ERR_FAILED,
     "created, but not as requested (trusted profile Profile-1, auto link false)",
     1},
    {"a profile that cannot be read",
     {{{201, AS_ASKED}}, {0}, {403, taken}, 0, {0}},
     false,
     FLEET_UNKNOWN,
     ERR_API,
     "created, but its default trusted profile could not be read back",
     1},
    {"lost, and there", {{LOST}, FOUND(AS_ASKED), {200, LINKED}, 0, {0}}, false, FLEET_CHANGED, ERR_NONE, "", 1},
    {"lost, and there as it should not be",
     {{LOST}, FOUND(OFF), {200, LINKED}, 0, {200, OFF}},
     false,
     FLEET_FAILED,
     ERR_FAILED,
     "created, but not as requested",
     1},
    {"lost, and there before",
     {{LOST}, FOUND(SERVER("web", "true", BEFORE)), {200, LINKED}, 0, {0}},
     false,
     FLEET_UNCHANGED,
     ERR_NONE,
     "",
     1},
    {"lost, and there before, but different",
     {{LOST}, FOUND(SERVER("web", "false", BEFORE)), {200, LINKED}, 0, {0}},
     false,
     FLEET_FAILED,
     ERR_CONFLICT,
     "it existed before, but not as requested",
     1},
    {"lost, and sent again",
     {{LOST, {201, AS_ASKED}}, {200, NOTHING}, {200, LINKED}, 0, {0}},
     false,
     FLEET_CHANGED,
     ERR_NONE,
     "",
     2},
    {"lost again and again",
     {{LOST}, {200, NOTHING}, {0}, 0, {0}},
     false,
     FLEET_UNKNOWN,
     ERR_NETWORK,
     "sent 5 times and not found yet",
     5},
    {"lost, and the list is not whole",
     {{LOST}, {200, LIST("", "7")}, {0}, 0, {0}},
     false,
     FLEET_UNKNOWN,
     ERR_INCOMPLETE,
     "looking for its name failed",
     1},
    {"lost, and the list is about another name",
     {{LOST, {201, AS_ASKED}}, {200, LIST(SERVER("web-1", "true", NOW), "1")}, {200, LINKED}, 0, {0}},
     false,
     FLEET_UNKNOWN,
     ERR_BAD_ANSWER,
     "looking for its name failed: answer of another resource",
     1},
    {"the name is taken by the same",
     {{{400, taken}}, FOUND(AS_ASKED), {200, LINKED}, 0, {0}},
     false,
     FLEET_UNCHANGED,
     ERR_NONE,
     "",
     1},
    {"the name is taken after a lost answer",
     {{LOST, {400, taken}}, FOUND(AS_ASKED), {200, LINKED}, 0, {0}},
     false,
     FLEET_CHANGED,
     ERR_NONE,
     "",
     1},
    {"refused for another reason",
     {{{400, taken}}, {200, NOTHING}, {0}, 0, {0}},
     false,
     FLEET_FAILED,
     ERR_API,
     "validation_unique_failed",
     1},
    {"refused", {{{403, taken}}, {0}, {0}, 0, {0}}, false, FLEET_FAILED, ERR_API, "403", 1},
    {"cut off, and there", {{LOST}, FOUND(AS_ASKED), {200, LINKED}, 0, {0}}, true, FLEET_CHANGED, ERR_NONE, "", 0},
    {"cut off, and not there",
     {{{201, AS_ASKED}}, {200, NOTHING}, {200, LINKED}, 0, {0}},
     true,
     FLEET_CHANGED,
     ERR_NONE,
     "",
     1},
};

/* Carries out one creation against the script; the reason is kept in `reason`. */
static struct fleet_result create(const struct row *row, const char *name, struct text *reason)
{
    static struct loopback server;
    struct script script = row->script;
    CLEANUP(answer_parser_release) struct answer_parser *parser = answer_parser_create();
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};
    CLEANUP(fleet_run_free) struct fleet_run run = {0};
    struct resource_settings wanted = {
        .given = RESOURCE_ENABLED | RESOURCE_PROFILE_SETTINGS, .enabled = true, .trusted_profile = "Profile-1"};
    struct err e = ERR_INIT;

    loopback_start(&server, answer, &script);
    struct http *http = open_session(NULL);
    struct vpc *vpc = vpc_create(http, parser, "eu-de", url_of(&server, "/v1"), VPC_API_VERSION);
    struct resource *record = resource_list_append(list, &resource_instance, "eu-de");
    record->name = name;
    record->api = vpc;
    JSON_CLEANUP json_t *body = json_pack("{s:{s:s},s:{s:s}}", "profile", "name", "bx2-2x8", "zone", "name", "eu-de-1");
    plan_make_creations(list, &wanted, body, NULL, &plan);
    plan.items[0].journaled = row->journaled;
    assert_true(fleet_execute(&plan, &(struct fleet_options){.http = http, .regions = &vpc, .region_count = 1}, list,
                              &run, &e));
    struct fleet_result result = run.results[0];
    text_append(reason, result.reason != NULL ? result.reason : "");
    if (script.post_count != row->posts) {
        fail_msg("%s: %u requests instead of %u", row->what, script.post_count, row->posts);
    }
    if (result.outcome == FLEET_CHANGED) {
        assert_string_equal(resource_list_at(list, 0)->id, "0717_1");
    }
    vpc_destroy(vpc);
    http_destroy(http);
    loopback_stop(&server);
    return result;
}

static void what_comes_of_a_creation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text reason = {0};
        struct fleet_result result = create(&rows[i], "web", &reason);
        if (result.outcome != rows[i].outcome || result.code != rows[i].code ||
            strstr(text_string(&reason), rows[i].words) == NULL) {
            fail_msg("%s: %s, code %d, \"%s\"", rows[i].what, fleet_outcome_name(result.outcome), result.code,
                     text_string(&reason));
        }
    }
}

static void without_a_name_nothing_is_settled(void **state)
{
    static const struct row lost = {.what = "lost", .script = {.posts = {LOST}}, .posts = 1};
    static const struct row cut_off = {.what = "cut off", .script = {.posts = {LOST}}, .journaled = true};
    CLEANUP(text_free) struct text reason = {0};

    (void)state;
    assert_int_equal(create(&lost, NULL, &reason).outcome, FLEET_UNKNOWN);
    assert_non_null(strstr(text_string(&reason), FLEET_MAYBE_CREATED));
    text_clear(&reason);
    assert_int_equal(create(&cut_off, NULL, &reason).outcome, FLEET_UNKNOWN);
    assert_string_equal(text_string(&reason), FLEET_MAYBE_CREATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_of_a_creation),
        cmocka_unit_test(without_a_name_nothing_is_settled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
