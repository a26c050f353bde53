/* Room plan: plans as the texts of files, and back; whatever was cut off, edited or made up is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mem/mem.h"
#include "plan/plan_file.h"

/* --- a plan of every action ---------------------------------------------------------------------------- */

struct made {
    struct resource_list *list;
    struct plan plan;
    struct resource_settings wanted;
    struct plan_file file;
    struct text text;
};

static struct plan_item *add(struct made *made, enum plan_action action, const struct resource_kind *kind,
                             const char *id, const char *name)
{
    static const struct resource_settings none;
    struct plan_item *item = &made->plan.items[made->plan.count++];
    struct resource *record = resource_list_append(made->list, kind, "eu-de");

    record->id = id;
    record->name = name;
    record->crn = "crn:v1:bluemix:public:is:eu-de-1:a/1234::instance:i-1";
    record->settings = (struct resource_settings){
        .given = RESOURCE_METADATA_SETTINGS, .enabled = false, .protocol = "http", .hop_limit = 1};
    *item = (struct plan_item){.action = action, .resource = record, .wanted = &none, .verdict = PLAN_CHANGE};
    return item;
}

static void fill(struct made *made)
{
    static const struct plan_file_place places[] = {{"eu-de", "https://eu-de.iaas.cloud.ibm.com/v1"},
                                                    {"", "http://x/v1"}};
    static const char *const words[] = {"--vpc", "vpc \"prod\""};
    static const struct plan_left left[] = {{1, "profile-missing", "given at creation only", "production", false},
                                            {6, NULL, "excepted", NULL, true}};
    struct plan *plan = &made->plan;

    made->list = resource_list_create();
    plan->items = mem_array(8, sizeof(*plan->items));
    made->wanted =
        (struct resource_settings){.given = RESOURCE_ENABLED | RESOURCE_PROTOCOL, .enabled = true, .protocol = "https"};
    struct plan_item *item = add(made, PLAN_CREATE, &resource_template, NULL, "tpl-r2");
    item->wanted = &made->wanted;
    item->create.body = plan_own(plan, json_build("{s:{s:s}}", "source_template", "id", "t-1"));
    item->policy_rule = "production";
    item = add(made, PLAN_MOVE, &resource_group, "r010-g1", "group");
    ((struct resource *)item->resource)->template_id = "t-1";
    ((struct resource *)item->resource)->template_name = "tpl";
    item->depends_on = 1;
    item->move.from = (struct plan_template){"t-1", "tpl"};
    item->move.to = (struct plan_template){NULL, "tpl-r2"};
    item = add(made, PLAN_ROLL, &resource_group, "r010-g1", "group");
    item->depends_on = 2;
    item->roll.terms = (struct plan_roll){.max_unavailable = 10, .percent = true, .heal_timeout_ms = 5000};
    item->roll.before = (struct plan_members){3, 2};
    item = add(made, PLAN_DELETE, &resource_template, "t-1", "tpl");
    item->depends_on = 3;
    item->delete.body = plan_own(plan, json_build("{s:s}", "user_data", "secret"));
    item = add(made, PLAN_SET, &resource_instance, "i-1", "web-1");
    item->wanted = &made->wanted;
    item->policy_rule = "production";
    ((struct resource *)item->resource)->etag = "W/\"0a1b\"";
    ((struct resource *)item->resource)->status = "running";
    item = add(made, PLAN_RESTART, &resource_instance, "i-2", "web-2");
    item = add(made, PLAN_SET, &resource_instance, "i-3", "web-3");
    item->verdict = PLAN_SKIP;
    item->reason = "architecture is s390x";
    made->file = (struct plan_file){.created_at = "2025-11-24T16:00:00Z",
                                    .expires_at = "2025-11-25T16:00:00Z",
                                    .version = "1.2.3",
                                    .schema_digest = "sha256:00",
                                    .policy = "production",
                                    .policy_digest = "sha256:11",
                                    .as_of = "2026-11-28",
                                    .account = "1234",
                                    .places = places,
                                    .place_count = 2,
                                    .selection = words,
                                    .selection_count = 2,
                                    .restarts_servers = true,
                                    .max_unavailable = 2,
                                    .unmanaged = 4,
                                    .restarts = 1,
                                    .restarts_left = 2,
                                    .templates_replaced = 1,
                                    .plan = plan,
                                    .left = left,
                                    .left_count = 2};
    struct err e = ERR_INIT;
    if (!plan_file_encode(&made->file, &made->text, &e)) {
        fail_msg("%s", e.message);
    }
}

static void made_free(struct made *made)
{
    plan_free(&made->plan);
    resource_list_destroy(made->list);
    text_free(&made->text);
}

/* --- reading ------------------------------------------------------------------------------------------ */

struct found {
    struct resource_list *list;
    struct plan plan;
    struct plan_file file;
    struct err e;
    bool fine;
};

static struct found decode(const char *text, size_t size)
{
    struct found found = {.list = resource_list_create(), .e = ERR_INIT};

    found.fine = plan_file_decode(text, size, "plan.json", found.list, &found.plan, &found.file, &found.e);
    if (!found.fine) {
        assert_int_equal(found.e.code, ERR_INVALID);
        assert_non_null(strstr(found.e.message, "plan.json"));
    }
    return found;
}

static void found_free(struct found *found)
{
    plan_free(&found->plan);
    resource_list_destroy(found->list);
}

static bool refuses(const char *text, size_t size, const char *words)
{
    CLEANUP(found_free) struct found found = decode(text, size);

    if (!found.fine && words != NULL && strstr(found.e.message, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", found.e.message, words);
    }
    return !found.fine;
}

static void a_plan_reads_back_as_it_was_written(void **state)
{
    CLEANUP(made_free) struct made made = {0};
    CLEANUP(text_free) struct text again = {0};

    (void)state;
    fill(&made);
    CLEANUP(found_free) struct found found = decode(text_string(&made.text), made.text.size);
    if (!found.fine) {
        fail_msg("%s", found.e.message);
    }
    const struct plan_file *file = &found.file;
    found.file.plan = &found.plan;
    assert_string_equal(file->digest, made.file.digest);
    assert_string_equal(file->created_at, "2025-11-24T16:00:00Z");
    assert_string_equal(file->expires_at, "2025-11-25T16:00:00Z");
    assert_string_equal(file->account, "1234");
    assert_string_equal(file->places[1].api, "http://x/v1");
    assert_string_equal(file->selection[1], "vpc \"prod\"");
    assert_int_equal(file->left[1].item, 6);
    assert_true(file->left[1].excepted);
    assert_int_equal(found.plan.count, 7);
    assert_string_equal(found.plan.items[4].resource->etag, "W/\"0a1b\"");
    assert_int_equal(found.plan.items[4].mask, RESOURCE_ENABLED | RESOURCE_PROTOCOL);
    assert_string_equal(found.plan.items[4].after.protocol, "https");
    assert_string_equal(found.plan.items[1].resource->template_id, "t-1");
    assert_int_equal(found.plan.items[2].roll.terms.max_unavailable, 10);
    assert_null(strstr(text_string(&made.text), "user_data"));
    assert_true(plan_file_encode(&found.file, &again, &found.e));
    assert_string_equal(text_string(&again), text_string(&made.text));
}

static void a_byte_that_differs_anywhere_is_found(void **state)
{
    CLEANUP(made_free) struct made made = {0};

    (void)state;
    fill(&made);
    for (size_t i = 0; i < made.text.size; i++) {
        static const unsigned char masks[] = {1, 2, 0x10, 0x20, 0x80};
        for (size_t k = 0; k < sizeof(masks); k++) {
            made.text.data[i] = (char)(made.text.data[i] ^ masks[k]);
            if (!refuses(text_string(&made.text), made.text.size, NULL)) {
                fail_msg("byte %zu with %d", i, masks[k]);
            }
            made.text.data[i] = (char)(made.text.data[i] ^ masks[k]);
        }
    }
    assert_false(refuses(text_string(&made.text), made.text.size, NULL));
}

static void a_file_that_was_cut_off_is_found_at_every_length(void **state)
{
    CLEANUP(made_free) struct made made = {0};

    (void)state;
    fill(&made);
    for (size_t size = 0; size < made.text.size; size++) {
        if (!refuses(text_string(&made.text), size, NULL)) {
            fail_msg("%zu of %zu bytes", size, made.text.size);
        }
    }
    text_append_char(&made.text, '\n');
    assert_true(refuses(text_string(&made.text), made.text.size, "was changed"));
}

/* --- what was made up, with the right digest ----------------------------------------------------------- */

/* The text with one part replaced, and the digest that goes with it, as plan_file.h describes it. */
static void forge(const struct made *made, const char *part, const char *other, struct text *out)
{
    static const char beginning[] = "{\"vpcmeta_plan\":1,\"digest\":\"";
    const char *text = text_string(&made->text);
    const char *rest = text + strlen(beginning) + PLAN_FILE_DIGEST_SIZE - 1;
    const char *at = strstr(rest, part);
    CLEANUP(text_free) struct text canonical = {0};

    if (at == NULL) {
        fail_msg("the plan has no %s", part);
        return;
    }
    text_append(&canonical, beginning);
    text_append_size(&canonical, rest, (size_t)(at - rest));
    text_append(&canonical, other);
    text_append(&canonical, at + strlen(part));
    text_append(out, beginning);
    text_append(out, "sha256:");
    text_append_sha256(out, text_string(&canonical), canonical.size);
    text_append(out, text_string(&canonical) + strlen(beginning));
}

static void what_no_plan_can_say_is_refused_also_with_its_digest(void **state)
{
    static const struct {
        const char *part, *other, *words;
    } rows[] = {
        {"\"would_change\":6", "\"would_change\":5", "summary"},
        {"\"complete\":true", "\"complete\":false", "complete"},
        {"\"max_unavailable\":2", "\"max_unavailable\":0", "max_unavailable"},
        {"\"created_at\":\"2", "\"created_at\":\"x", "created_at"},
        {"\"kind\":\"instance\"", "\"kind\":\"volume\"", "item 5: kind"},
        {"\"action\":\"set\"", "\"action\":\"eat\"", "eat"},
        {"\"id\":\"i-1\"", "\"id\":\"../x\"", "item 5: id"},
        {"\"id\":\"i-1\"", "\"id\":null", "item 5: id"},
        {"\"name\":\"web-1\"", "\"name\":7", "item 5: name"},
        {"\"depends_on\":3", "\"depends_on\":4", "item 4: depends_on"},
        {"\"depends_on\":3", "\"depends_on\":2", "two items wait"},
        {"\"depends_on\":1", "\"depends_on\":0", "item 2: body"},
        {"\"restart\":{\"max_unavailable\":2,\"percent\":false}", "\"restart\":null", "item 6 is a restart"},
        {"\"max_unavailable\":2,\"percent\":false", "\"max_unavailable\":101,\"percent\":true",
         "max_unavailable of restart"},
        {"{\"item\":7,", "{\"item\":1,", "not in the order of the items"},
        {"\"wanted\":{\"enabled\":true,\"protocol\":\"https\"}},\n{\"action\":\"restart\"",
         "\"wanted\":{\"trusted_profile\":\"p\"}},\n{\"action\":\"restart\"", "item 5"},
        {"\"body\":{\"max_unavailable\":10", "\"body\":{\"max_unavailable\":101", "item 3: body"},
        {"\"heal_timeout_ms\":5000", "\"heal_timeout_ms\":-5", "item 3: body"},
        {"\"body\":{\"source_template\":", "\"corpse\":{\"source_template\":", "item 1"},
        {"\"name\":\"tpl-r2\",", "\"name\":\"TPL\",", "item 1"},
        {"{\"item\":7", "{\"item\":8", "left 2"},
        {"{\"item\":2", "{\"item\":0", "left 1"},
        {"\"items\":[", "\"items\":[7,", "item 1"},
        {"\"name\":\"tpl-r2\",", "\"id\":\"t-9\",\"name\":\"tpl-r2\",",
         "item 1: the resource is not one that can be created"},
        {"{\"action\":\"restart\"", "{\"action\":\"delete\"", "item 6: the resource is not one that can be deleted"},
    };
    CLEANUP(made_free) struct made made = {0};

    (void)state;
    fill(&made);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text text = {0};
        forge(&made, rows[i].part, rows[i].other, &text);
        if (!refuses(text_string(&text), text.size, rows[i].words)) {
            fail_msg("accepted: %s", rows[i].other);
        }
    }
    CLEANUP(text_free) struct text same = {0};
    forge(&made, "web-1", "web-9", &same);
    assert_false(refuses(text_string(&same), same.size, NULL));
}

/* Whatever a caller gets wrong, or an API calls its resources: a file that nobody can read is none. */
static void what_would_be_refused_is_not_written(void **state)
{
    static const struct {
        size_t item;
        const char *name, *words;
    } rows[] = {
        {0, "1tpl-r2", "item 1: \"1tpl-r2\" is not a valid name"},
        {0, NULL, "item 1: name or region"},
        {4, NULL, "item 5: name or region"},
    };
    CLEANUP(made_free) struct made made = {0};

    (void)state;
    fill(&made);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct resource *resource = (struct resource *)made.plan.items[rows[i].item].resource;
        const char *name = resource->name;
        CLEANUP(text_free) struct text text = {0};
        struct err e = ERR_INIT;
        resource->name = rows[i].name;
        assert_false(plan_file_encode(&made.file, &text, &e));
        assert_non_null(strstr(e.message, rows[i].words));
        assert_int_equal(text.size, 0);
        resource->name = name;
    }
}

static void what_is_too_large_to_be_read_is_not_written(void **state)
{
    CLEANUP(made_free) struct made made = {0};
    CLEANUP(text_free) struct text text = {0};
    CLEANUP(text_free) struct text name = {0};
    struct err e = ERR_INIT;

    (void)state;
    fill(&made);
    text_append_repeat(&name, 'x', PLAN_FILE_SIZE_MAX / 4);
    for (size_t i = 0; i < 4; i++) {
        ((struct resource *)made.plan.items[i + 3].resource)->name = text_string(&name);
    }
    assert_false(plan_file_encode(&made.file, &text, &e));
    assert_int_equal(e.code, ERR_USAGE);
    assert_non_null(strstr(e.message, "a plan file has 64 MiB at most"));
}

static void an_etag_that_a_gateway_took_away_is_none(void **state)
{
    CLEANUP(made_free) struct made made = {0};
    CLEANUP(text_free) struct text text = {0};

    (void)state;
    fill(&made);
    forge(&made, "W/\\\"0a1b\\\"", "", &text);
    CLEANUP(found_free) struct found found = decode(text_string(&text), text.size);
    assert_true(found.fine);
    assert_null(found.plan.items[4].resource->etag);
}

static void what_is_no_plan_is_called_so(void **state)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"", "cut off, or is something else"},
        {"version: 1\nrules: []\n", "cut off, or is something else"},
        {"{\"rules\":[]}", "is not a plan"},
        {"[]", "is not a plan"},
        {"{\"vpcmeta_plan\":2,\"digest\":\"\"}", "format 2"},
        {"{\"vpcmeta_plan\":1}", "was changed"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(refuses(rows[i].text, strlen(rows[i].text), rows[i].words));
    }
}

static void a_plan_holds_until_it_expires_and_for_its_major_version(void **state)
{
    static const struct {
        const char *now;
        const char *version;
        enum err_code code;
    } rows[] = {
        {"2025-11-24T16:00:00Z", "1.9.0", ERR_NONE},     {"2025-11-25T15:59:59Z", "1.2.3", ERR_NONE},
        {"2025-11-25T16:00:00Z", "1.2.3", ERR_CONFLICT}, {"2025-11-24T16:00:00Z", "2.0.0", ERR_INVALID},
        {"2025-11-24T16:00:00Z", "0.9.0", ERR_INVALID},
    };
    CLEANUP(made_free) struct made made = {0};

    (void)state;
    fill(&made);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct err e = ERR_INIT;
        assert_int_equal(plan_file_check(&made.file, rows[i].now, rows[i].version, &e), rows[i].code == ERR_NONE);
        assert_int_equal(e.code, rows[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_reads_back_as_it_was_written),
        cmocka_unit_test(a_byte_that_differs_anywhere_is_found),
        cmocka_unit_test(a_file_that_was_cut_off_is_found_at_every_length),
        cmocka_unit_test(what_no_plan_can_say_is_refused_also_with_its_digest),
        cmocka_unit_test(what_would_be_refused_is_not_written),
        cmocka_unit_test(what_is_too_large_to_be_read_is_not_written),
        cmocka_unit_test(an_etag_that_a_gateway_took_away_is_none),
        cmocka_unit_test(what_is_no_plan_is_called_so),
        cmocka_unit_test(a_plan_holds_until_it_expires_and_for_its_major_version),
    };

    return cmocka_run_group_tests_name("plan file", tests, NULL, NULL);
}
