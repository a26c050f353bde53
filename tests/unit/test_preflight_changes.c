/* Room preflight: what allowed_use says about changes of servers that exist, and how little is read for it. */
#include "tests/unit/http_fixture.h"

#include "preflight/preflight.h"

#define OFF_ONLY "metadata_service.enabled == false"

/* What the API has in either region; everything else is 404, "forbidden" 403. */
static const struct {
    const char *path, *body;
} things[] = {
    {"/images/free?", "{\"allowed_use\":{\"instance\":\"true\"}}"},
    {"/images/off?", "{\"allowed_use\":{\"instance\":\"" OFF_ONLY "\"}}"},
    {"/images/odd?", "{\"allowed_use\":{\"instance\":\"tomorrow == 1\"}}"},
    {"/images/silent?", "{}"},
    {"/images/big?", "{\"allowed_use\":{\"instance\":\"vcpu.count >= 8\"}}"},
    {"/images/same?", "{\"allowed_use\":{\"instance\":\"true\"}}"},
    {"/volumes/same?", "{\"allowed_use\":{\"instance\":\"" OFF_ONLY "\"}}"},
    {"/volumes/free?", "{\"allowed_use\":{\"instance\":\"true\"}}"},
    {"/volumes/off?", "{\"allowed_use\":{\"instance\":\"" OFF_ONLY "\"}}"},
};

/* Volumes "v0" to "v29", of which the first forbids, the second cannot be understood and the last one is missing. */
enum { LISTED = 30 };

static void answer_volumes(struct text *answer)
{
    CLEANUP(text_free) struct text body = {0};

    text_printf(&body, "{\"total_count\":%d,\"volumes\":[", LISTED - 1);
    for (int i = 0; i < LISTED - 1; i++) {
        const char *use = i == 0 ? "\"" OFF_ONLY "\"" : i == 1 ? "7" : "\"true\"";
        text_printf(&body, "%s{\"id\":\"v%d\",\"allowed_use\":{\"instance\":%s}}", i > 0 ? "," : "", i, use);
    }
    text_append(&body, "]}");
    loopback_json(answer, 200, "", text_string(&body));
}

static enum afterwards answer_things(struct loopback *server, const struct heard *heard, struct text *answer)
{
    (void)server;
    if (strstr(heard->path, "/volumes?") != NULL) {
        answer_volumes(answer);
        return KEEP_OPEN;
    }
    for (size_t i = 0; i < sizeof(things) / sizeof(things[0]); i++) {
        if (strstr(heard->path, things[i].path) != NULL) {
            loopback_resource(answer, heard->path, things[i].body);
            return KEEP_OPEN;
        }
    }
    int status = strstr(heard->path, "forbidden") != NULL ? 403 : 404;
    loopback_json(answer, status, "", "{\"errors\":[{\"code\":\"no\",\"message\":\"Nothing for you.\"}]}");
    return KEEP_OPEN;
}

/* A region of the test, and a session for both. */
struct world {
    struct loopback server;
    struct http *http;
    struct answer_parser *parser;
    struct vpc *regions[2];
};

static int open_world(void **state)
{
    static struct world world;

    world = (struct world){.parser = answer_parser_create()};
    loopback_start(&world.server, answer_things, &world);
    world.http = open_session(NULL);
    world.regions[0] = vpc_create(world.http, world.parser, "eu-de", url_of(&world.server, "/a/v1"), VPC_API_VERSION);
    world.regions[1] = vpc_create(world.http, world.parser, "eu-gb", url_of(&world.server, "/b/v1"), VPC_API_VERSION);
    *state = &world;
    return 0;
}

static int close_world(void **state)
{
    struct world *world = *state;

    vpc_destroy(world->regions[0]);
    vpc_destroy(world->regions[1]);
    http_destroy(world->http);
    loopback_stop(&world->server);
    answer_parser_destroy(world->parser);
    return 0;
}

static const struct resource_settings on = {.given = RESOURCE_ENABLED, .enabled = true};
static const struct resource_settings off = {.given = RESOURCE_ENABLED};

struct row {
    const struct resource_kind *kind;
    const char *image, *volume, *boot_rule;
    const struct resource_settings *after;
    enum preflight_verdict verdict;
    const char *reason; /* in part */
    unsigned requests;
};

static const struct row rows[] = {
    {&resource_instance, "free", "off", NULL, &on, PREFLIGHT_ALLOWED, "", 1},
    {&resource_instance, "silent", NULL, NULL, &on, PREFLIGHT_ALLOWED, "", 1},
    {&resource_instance, "off", NULL, NULL, &on, PREFLIGHT_FORBIDDEN, "image off allows only `" OFF_ONLY "`", 1},
    {&resource_instance, "off", NULL, NULL, &off, PREFLIGHT_ALLOWED, "", 1},
    /* the volume itself may permit what its image does not */
    {&resource_instance, "off", "free", NULL, &on, PREFLIGHT_ALLOWED, "", 2},
    {&resource_instance, "off", "off", NULL, &on, PREFLIGHT_FORBIDDEN, "volume off allows only", 2},
    {&resource_instance, "off", "gone", NULL, &on, PREFLIGHT_UNDETERMINED, "volume gone could not be read: 404", 2},
    {&resource_instance, "odd", "free", NULL, &on, PREFLIGHT_ALLOWED, "", 2},
    {&resource_instance, "odd", NULL, NULL, &on, PREFLIGHT_UNDETERMINED, "there is no variable tomorrow", 1},
    {&resource_instance, NULL, "off", NULL, &on, PREFLIGHT_FORBIDDEN, "volume off allows only", 1},
    {&resource_instance, NULL, "free", NULL, &on, PREFLIGHT_ALLOWED, "", 1},
    /* an image that cannot be read says nothing against the volume */
    {&resource_instance, "forbidden", "off", NULL, &on, PREFLIGHT_UNDETERMINED, "image forbidden could not be read", 1},
    {&resource_instance, "gone", NULL, NULL, &on, PREFLIGHT_UNDETERMINED, "image gone could not be read: 404", 1},
    /* but servers outlive their images */
    {&resource_instance, "gone", "off", NULL, &on, PREFLIGHT_FORBIDDEN, "volume off allows only", 2},
    {&resource_instance, "gone", "free", NULL, &on, PREFLIGHT_ALLOWED, "", 2},
    {&resource_instance, "big", NULL, NULL, &on, PREFLIGHT_FORBIDDEN, "vcpu.count is 2", 1},
    /* nothing to read, or nothing to check */
    {&resource_instance, NULL, NULL, NULL, &on, PREFLIGHT_UNDETERMINED, "neither its image nor what it boots from", 0},
    {&resource_instance, "off", "off", NULL, NULL, PREFLIGHT_ALLOWED, "", 0},
    {&resource_bare_metal, NULL, NULL, "!enable_secure_boot", &on, PREFLIGHT_FORBIDDEN,
     "its boot disk allows only `!enable_secure_boot`", 0},
    {&resource_bare_metal, NULL, NULL, "enable_secure_boot", &on, PREFLIGHT_ALLOWED, "", 0},
    {&resource_bare_metal, "off", NULL, NULL, &on, PREFLIGHT_ALLOWED, "", 0},
};

static struct resource_hardware hardware_of(const struct row *row)
{
    return (struct resource_hardware){
        .image_id = row->image, .boot_rule = row->boot_rule, .vcpu_count = 2, .secure_boot = RESOURCE_ON};
}

static void changes_are_checked_with_as_little_reading_as_it_takes(void **state)
{
    struct world *world = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_arena_free) struct text_arena memory = {0};
        const struct resource_hardware hardware = hardware_of(&rows[i]);
        const struct resource record = {
            .kind = rows[i].kind, .api = world->regions[0], .boot_id = rows[i].volume, .hardware = &hardware};
        struct preflight_change change = {.resource = &record, .after = rows[i].after};
        unsigned before = world->server.requests;
        struct err e = ERR_INIT;
        assert_true(preflight_check_changes(world->http, &change, 1, NULL, &memory, &e));
        const char *reason = change.reason != NULL ? change.reason : "";
        unsigned requests = world->server.requests - before;
        if (change.verdict != rows[i].verdict || strstr(reason, rows[i].reason) == NULL ||
            requests != rows[i].requests || (change.verdict == PREFLIGHT_ALLOWED) != (change.reason == NULL)) {
            fail_msg("row %zu: verdict %d \"%s\", %u requests", i, change.verdict, reason, requests);
        }
    }
}

/* Each image and volume once a region, whatever the number of servers. */
static void what_servers_share_is_read_once(void **state)
{
    enum { SERVERS = 60 };
    struct world *world = *state;
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    const struct resource_hardware hardware[] = {{.image_id = "off"}, {.image_id = "free"}};
    struct resource records[SERVERS];
    struct preflight_change changes[SERVERS];
    struct err e = ERR_INIT;

    for (size_t i = 0; i < SERVERS; i++) {
        records[i] = (struct resource){.kind = &resource_instance,
                                       .api = world->regions[i % 3 == 0],
                                       .boot_id = i % 4 == 0 ? "free" : "off",
                                       .hardware = &hardware[i % 2]};
        changes[i] = (struct preflight_change){.resource = &records[i], .after = &on};
    }
    assert_true(preflight_check_changes(world->http, changes, SERVERS, NULL, &memory, &e));
    for (size_t i = 0; i < SERVERS; i++) {
        bool forbidden = i % 2 == 0 && i % 4 != 0;
        assert_int_equal(changes[i].verdict, forbidden ? PREFLIGHT_FORBIDDEN : PREFLIGHT_ALLOWED);
    }
    /* two images and two volumes in each of two regions */
    assert_int_equal(world->server.requests, 8);
}

static void an_image_and_a_volume_of_one_id_are_two(void **state)
{
    struct world *world = *state;
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    const struct resource_hardware hardware[] = {{.image_id = "same"}, {.image_id = NULL}};
    struct resource records[2];
    struct preflight_change changes[2];
    struct err e = ERR_INIT;

    for (size_t i = 0; i < 2; i++) {
        records[i] = (struct resource){
            .kind = &resource_instance, .api = world->regions[0], .boot_id = "same", .hardware = &hardware[i]};
        changes[i] = (struct preflight_change){.resource = &records[i], .after = &on};
    }
    assert_true(preflight_check_changes(world->http, changes, 2, NULL, &memory, &e));
    assert_int_equal(changes[0].verdict, PREFLIGHT_ALLOWED);
    assert_int_equal(changes[1].verdict, PREFLIGHT_FORBIDDEN);
}

static void servers_of_which_nothing_was_read_are_left_to_the_api(void **state)
{
    struct world *world = *state;
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    const struct resource record = {.kind = &resource_instance, .api = world->regions[0], .boot_id = "off"};
    struct preflight_change changes[] = {{.resource = &record, .after = &on, .verdict = PREFLIGHT_FORBIDDEN}};
    struct err e = ERR_INIT;

    assert_true(preflight_check_changes(world->http, changes, 1, NULL, &memory, &e));
    assert_int_equal(changes[0].verdict, PREFLIGHT_ALLOWED);
    assert_true(preflight_check_changes(world->http, changes, 0, NULL, &memory, &e));
    assert_int_equal(world->server.requests, 0);
}

/* The list is read while servers are still being expected, and brings what is expected only after it. */
static void many_volumes_are_read_by_one_list_before_they_are_asked_for(void **state)
{
    struct world *world = *state;
    CLEANUP(text_arena_free) struct text_arena memory = {0};
    const struct resource_hardware hardware = {.image_id = "free"};
    struct preflight_rules *rules = preflight_rules_create();
    struct resource records[LISTED];
    struct preflight_change changes[LISTED];
    char ids[LISTED][8];
    struct err e = ERR_INIT;

    preflight_rules_demand_volumes(rules);
    for (size_t i = 0; i < LISTED; i++) {
        snprintf(ids[i], sizeof(ids[i]), "v%zu", i);
        records[i] = (struct resource){
            .kind = &resource_instance, .api = world->regions[0], .boot_id = ids[i], .hardware = &hardware};
        changes[i] = (struct preflight_change){.resource = &records[i], .after = &on};
    }
    for (size_t i = LISTED; i > 5; i--) {
        preflight_rules_expect(rules, &records[i - 1]);
    }
    assert_true(http_run(world->http, &e));
    assert_int_equal(world->server.requests, 2); /* the list, and the volume that it lacks */
    assert_true(preflight_check_changes(world->http, changes, LISTED, rules, &memory, &e));
    assert_int_equal(world->server.requests, 2);
    assert_int_equal(changes[0].verdict, PREFLIGHT_FORBIDDEN);
    assert_int_equal(changes[1].verdict, PREFLIGHT_UNDETERMINED);
    assert_non_null(changes[1].unread);
    for (size_t i = 2; i < LISTED - 1; i++) {
        assert_int_equal(changes[i].verdict, PREFLIGHT_ALLOWED);
    }
    assert_non_null(strstr(changes[LISTED - 1].reason, "volume v29 could not be read: 404"));
    preflight_rules_destroy(rules);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(changes_are_checked_with_as_little_reading_as_it_takes),
        IN_WORLD(what_servers_share_is_read_once),
        IN_WORLD(an_image_and_a_volume_of_one_id_are_two),
        IN_WORLD(many_volumes_are_read_by_one_list_before_they_are_asked_for),
        IN_WORLD(servers_of_which_nothing_was_read_are_left_to_the_api),
    };

    return cmocka_run_group_tests_name("preflight_changes", tests, NULL, NULL);
}
