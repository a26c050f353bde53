/* The simulator's parts by table: rate limits, fault rules, pages, patches, allowed_use, what is due later. */
#include "json/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mem/mem.h"
#include "vpcsim/api/allowed_use.h"
#include "vpcsim/api/validator.h"
#include "vpcsim/dispatch.h"
#include "vpcsim/faults/fault_rule.h"
#include "vpcsim/faults/faults.h"
#include "vpcsim/faults/rate_limit.h"
#include "vpcsim/http/log.h"
#include "vpcsim/sim.h"
#include "vpcsim/store/schedule.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static json_t *parse(const char *text)
{
    json_t *document = json_loads(text, JSON_DECODE_ANY, NULL);

    assert_non_null(document);
    return document;
}

static struct rate_limit *limit_of(const char *text)
{
    struct err e = ERR_INIT;
    json_t *document = parse(text);
    struct rate_limit *limit = rate_limit_read(document, &e);

    json_decref(document);
    assert_non_null(limit);
    return limit;
}

/* The value of a header of the reply; NULL: it has none. */
static const char *header_of(const struct reply *reply, const char *name)
{
    for (size_t i = 0; i < reply->header_count; i++) {
        if (strcmp(reply->headers[i].name, name) == 0) {
            return reply->headers[i].value;
        }
    }
    return NULL;
}

static void a_limit_refuses_at_these_times(void **state)
{
    static const char bucket[] = "{\"per_second\": 10, \"burst\": 2, \"retry_after\": \"exact\"}";
    static const char slow[] = "{\"per_second\": 0.1, \"retry_after\": \"exact\"}";
    static const char window[] = "{\"requests\": 2, \"window_s\": 10, \"retry_after\": \"exact\"}";
    static const char zero[] = "{\"per_second\": 1, \"retry_after\": 0}";
    static const char late[] = "{\"after_s\": 2, \"requests\": 1, \"window_s\": 100}";
    static const char steps[] =
        "[{\"per_second\": 100, \"burst\": 1}, {\"after_s\": 1, \"per_second\": 1, \"burst\": 1}]";
    static const char served[] = "[{}, {\"after_requests\": 2, \"per_second\": 1}]";
    static const struct {
        const char *limit;
        int64_t at_ms;
        bool refused;
        const char *retry_after;
    } rows[] = {
        {bucket, 0, false, NULL},     {bucket, 0, false, NULL},     {bucket, 99, true, "1"},
        {bucket, 100, false, NULL},   {bucket, 5000, false, NULL},  {bucket, 5000, false, NULL},
        {bucket, 5000, true, "1"},    {slow, 0, false, NULL},       {slow, 1000, true, "9"},
        {slow, 9999, true, "1"},      {slow, 10000, false, NULL},   {window, 7, false, NULL},
        {window, 8, false, NULL},     {window, 8, true, "10"},      {window, 10006, true, "1"},
        {window, 10007, false, NULL}, {window, 39999, false, NULL}, {window, 39999, false, NULL},
        {window, 39999, true, "1"},   {window, 40007, false, NULL}, {zero, 0, false, NULL},
        {zero, 1, true, "0"},         {late, 0, false, NULL},       {late, 1999, false, NULL},
        {late, 2000, false, NULL},    {late, 2001, true, NULL},     {steps, 0, false, NULL},
        {steps, 5, true, NULL},       {steps, 10, false, NULL},     {steps, 999, false, NULL},
        {steps, 1001, true, NULL},    {steps, 1899, true, NULL},    {steps, 1901, false, NULL},
        {served, 0, false, NULL},     {served, 0, false, NULL},     {served, 0, false, NULL},
        {served, 0, true, NULL},
    };
    struct rate_limit *limit = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reply reply = {0};
        if (i == 0 || rows[i].limit != rows[i - 1].limit) {
            rate_limit_destroy(limit);
            limit = limit_of(rows[i].limit);
        }
        bool refused = rate_limit_refuses(limit, 1000000 + rows[i].at_ms, 0, &reply);
        const char *retry_after = header_of(&reply, "Retry-After");
        if (refused != rows[i].refused || reply.status != (refused ? 429U : 0U) ||
            strcmp(retry_after != NULL ? retry_after : "", rows[i].retry_after != NULL ? rows[i].retry_after : "")) {
            fail_msg("%s at %d ms: %s, Retry-After %s", rows[i].limit, (int)rows[i].at_ms,
                     refused ? "refused" : "served", retry_after != NULL ? retry_after : "not given");
        }
        reply_free(&reply);
    }
    rate_limit_destroy(limit);
}

/* How many of the requests that come every `every_ms` in from..to are served. */
static int served_in(struct rate_limit *limit, int from_ms, int to_ms, int every_ms)
{
    int served = 0;

    for (int at = from_ms; at < to_ms; at += every_ms) {
        struct reply reply = {0};
        served += !rate_limit_refuses(limit, at, 0, &reply);
        reply_free(&reply);
    }
    return served;
}

static void a_limit_serves_its_rate_and_changes_on_time(void **state)
{
    struct rate_limit *halves = limit_of("[{\"per_second\": 200, \"burst\": 20}, {\"after_s\": 5, \"per_second\": 100},"
                                         " {\"after_s\": 10, \"per_second\": 200}]");
    struct rate_limit *windows = limit_of("{\"requests\": 300, \"window_s\": 10}");

    (void)state;
    for (int again = 0; again < 2; again++) {
        assert_in_range(served_in(halves, 0, 5000, 1), 20 + 998, 20 + 1001);
        assert_in_range(served_in(halves, 5000, 10000, 1), 499, 501);
        assert_in_range(served_in(halves, 10000, 15000, 1), 998, 1001);
        rate_limit_restart(halves);
        for (int start = 0; start < 30000; start += 10000) {
            assert_int_equal(served_in(windows, start, start + 10000, 20), 300);
        }
        rate_limit_restart(windows);
    }
    rate_limit_destroy(halves);
    rate_limit_destroy(windows);
}

static void headers_count_down_the_limit(void **state)
{
    struct rate_limit *limit = limit_of("{\"requests\": 3, \"window_s\": 10, \"headers\": true}");
    static const char *const remaining[] = {"2", "1", "0", "0"};

    (void)state;
    for (size_t i = 0; i < COUNT(remaining); i++) {
        struct reply reply = {0};
        rate_limit_refuses(limit, (int64_t)i * 1000, 1700000000 + (int64_t)i, &reply);
        assert_string_equal(header_of(&reply, "X-RateLimit-Limit"), "3");
        assert_string_equal(header_of(&reply, "X-RateLimit-Remaining"), remaining[i]);
        assert_string_equal(header_of(&reply, "X-RateLimit-Reset"), "1700000010");
        reply_free(&reply);
    }
    rate_limit_destroy(limit);
}

static void rules_fire_at_these_requests(void **state)
{
    static const struct {
        const char *when, *fires;
    } rows[] = {
        {"", "xxxxxxxxxx"},
        {", \"nth\": 3", "..x......."},
        {", \"nth\": [1, 4]", "x..x......"},
        {", \"every\": 3", "..x..x..x."},
        {", \"after\": 8", "........xx"},
        {", \"after\": 2, \"every\": 4", ".....x...x"},
        {", \"limit\": 2", "xx........"},
        {", \"lasts_ms\": 4", "xxxx......"},
        {", \"after\": 3, \"lasts_ms\": 2", "...xx....."},
        {", \"every\": 2, \"limit\": 3", ".x.x.x...."},
        {", \"probability\": 0", ".........."},
        {", \"probability\": 0.5", "xxxxx....."}, /* the dice show 0.0 to 0.9 */
    };
    struct err e = ERR_INIT;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[128];
        char fires[11] = "";
        struct fault_rule rule;
        snprintf(text, sizeof(text), "{\"action\": \"reset\"%s}", rows[i].when);
        json_t *document = parse(text);
        assert_true(fault_rule_read(document, &rule, &e));
        for (int n = 0; n < 10; n++) {
            fires[n] = fault_rule_fires(&rule, n / 10.0, true, 1000 + n) ? 'x' : '.';
        }
        assert_string_equal(fires, rows[i].fires);
        assert_false(fault_rule_fires(&rule, 0, false, 1010));
        fault_rule_free(&rule);
        json_decref(document);
    }
}

static void wrong_scenarios_are_refused_with_the_reason(void **state)
{
    static const struct {
        const char *scenario, *message;
    } rows[] = {
        {"[]", "it must be an object"},
        {"{}", "array"},
        {"{\"rules\": [7]}", "rule 1: it must be an object"},
        {"{\"rules\": [{\"action\": \"rest\"}]}", "did you mean reset"},
        {"{\"rules\": [{\"action\": \"reset\"}, {}]}", "rule 2: unknown action (none)"},
        {"{\"rules\": [{\"action\": \"reset\", \"evry\": 2}]}", "did you mean every"},
        {"{\"rules\": [{\"action\": \"reset\", \"when\": \"now\"}]}", "when must be"},
        {"{\"rules\": [{\"action\": \"status\", \"status\": 99}]}", "between 200 and 599"},
        {"{\"rules\": [{\"action\": \"status\", \"status\": 429, \"retry_after\": \"soon\"}]}", "retry_after must be"},
        {"{\"rules\": [{\"action\": \"truncate\", \"keep\": 1.5}]}", "between 0 and 1"},
        {"{\"rules\": [{\"action\": \"latency\", \"ms\": [9, 3]}]}", "from small to large"},
        {"{\"rules\": [{\"action\": \"headers\", \"headers\": {\"x-a\": \"%0A\"}}]}", "header x-a must be"},
        {"{\"rate\": []}", NULL},
        {"{\"rate\": {\"per_second\": -1}}", "per_second must be a number of at least"},
        {"{\"rate\": {\"window_s\": 5}}", "requests and window_s"},
        {"{\"rules\": [], \"rate\": {\"headers\": 1, \"per_second\": 2}}", "headers must be true or false"},
    };
    struct faults *faults = faults_create();

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err e = ERR_INIT;
        json_t *scenario = parse(rows[i].scenario);
        assert_int_equal(faults_set(faults, scenario, &e), rows[i].message == NULL);
        if (rows[i].message != NULL && strstr(e.message, rows[i].message) == NULL) {
            fail_msg("%s: %s", rows[i].scenario, e.message);
        }
        json_decref(scenario);
    }
    faults_destroy(faults);
}

/* --- requests to a whole simulator --- */

static struct sim sim;

static int open_sim(void **state)
{
    char name[] = "vpcsim";
    char *arguments[] = {name, NULL};
    struct err e = ERR_INIT;

    (void)state;
    sim = (struct sim){0};
    if (options_read(1, arguments, &sim.options, &e) != OPTIONS_RUN) {
        return -1;
    }
    sim.options.instances = 7;
    sim.options.mix = MIX_PLAIN;
    sim.options.auth_off = true;
    return sim_open(&sim, &e) ? 0 : -1;
}

static int close_sim(void **state)
{
    (void)state;
    sim_close(&sim);
    options_free(&sim.options);
    return 0;
}

static void add_query(struct request *request, const char *name, const char *value)
{
    struct parameter *parameter = &request->query[request->query_count++];

    parameter->name = mem_copy(name);
    parameter->value = mem_copy(value);
}

/* One request; `query` is one parameter more, or NULL; `body` NULL: none. The caller frees the reply. */
static struct reply call(const char *method, const char *path, const char *query, const char *value, const char *body)
{
    struct request request = {.sim = &sim, .method = mem_copy(method), .path = mem_copy(path), .number = 1};
    struct reply reply = {0};

    add_query(&request, "version", "2026-09-01");
    add_query(&request, "generation", "2");
    if (query != NULL) {
        add_query(&request, query, value);
    }
    if (body != NULL) {
        request.headers.content_type = mem_copy("application/merge-patch+json");
        text_append(&request.body, body);
    }
    log_in_flight(sim.log, true);
    dispatch(&request, &reply);
    log_in_flight(sim.log, false);
    request_free(&request);
    return reply;
}

static const struct instance *instance_at(size_t number)
{
    return (const struct instance *)sim.regions[0].instances.items[number];
}

static void pages_hold_what_stays_once(void **state)
{
    char start[64] = "";
    size_t seen = 0;
    int pages = 0;

    (void)state;
    for (bool more = true; more; pages++) {
        struct reply reply =
            call("GET", "/v1/instances", start[0] != '\0' ? "start" : "limit", start[0] != '\0' ? start : "3", NULL);
        assert_int_equal(reply.status, 200);
        json_t *body = json_loadb(reply.body.data, reply.body.size, 0, NULL);
        const json_t *items = json_object_get(body, "instances");
        for (size_t i = 0; i < json_array_size(items); i++, seen++) {
            /* the first page was 0, 1 and 2; number 3, which the second was to begin with, is gone */
            assert_string_equal(json_string_value(json_object_get(json_array_get(items, i), "id")),
                                instance_at(seen)->entity.id);
        }
        const char *next = json_string_value(json_object_get(json_object_get(body, "next"), "href"));
        more = next != NULL;
        if (more) {
            snprintf(start, sizeof(start), "%.24s", strstr(next, "start=") + 6);
        }
        if (pages == 0) {
            struct entity *gone = sim.regions[0].instances.items[3];
            collection_remove(&sim.regions[0].instances, gone);
            ((struct instance *)gone)->boot->attached_to = NULL;
            store_free_instance(gone);
        }
        json_decref(body);
        reply_free(&reply);
    }
    assert_int_equal(seen, 6);
    assert_int_equal(pages, 2);
}

static void wrong_pages_are_refused(void **state)
{
    static const char *const rows[][2] = {
        {"limit", "0"},
        {"limit", "101"},
        {"limit", "x"},
        {"limit", ""},
        {"start", ""},
        {"start", "abc"},
        {"start", "0123456789abcdef01234567"},
        {"strt", "1"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reply reply = call("GET", "/v1/instances", rows[i][0], rows[i][1], NULL);
        assert_int_equal(reply.status, 400);
        assert_non_null(strstr(text_string(&reply.body), rows[i][0]));
        reply_free(&reply);
    }
}

static void patches_are_all_or_nothing(void **state)
{
    static const struct {
        const char *body;
        unsigned status;
        const char *words; /* of the answer */
    } rows[] = {
        {"{}", 200, "\"enabled\":false"},
        {"{\"metadata_service\":{\"enabled\":true,\"protocol\":\"https\"}}", 200, "\"protocol\":\"https\""},
        {"{\"metadata_service\":{\"response_hop_limit\":64}}", 200, "\"response_hop_limit\":64"},
        {"{\"metadata_service\":{\"response_hop_limit\":65}}", 400, "metadata_service.response_hop_limit"},
        {"{\"metadata_service\":{\"response_hop_limit\":0}}", 400, "between 1 and 64"},
        {"{\"metadata_service\":{\"response_hop_limit\":\"2\"}}", 400, "must be an integer"},
        {"{\"metadata_service\":{\"enabled\":false,\"protocol\":\"ftp\"}}", 400, "must be one of: http https"},
        {"{\"metadata_service\":null}", 400, "metadata_service"},
        {"{\"metadata_service\":{\"hop_limit\":2}}", 400, "metadata_service.hop_limit is unknown"},
        {"{\"metadata_service\":{\"enabled\":false},\"name\":\"-x\"}", 400, "validation_invalid_name"},
        {"{\"metadata_service\":{\"enabled\":false},\"threads_per_core\":2}", 409, "must be stopped"},
        {"{\"metadata_service\":{\"enabled\":false},\"profile\":{\"name\":\"none\"}}", 409, "Profile not found"},
        {"{\"metadata_service\":{\"enabled\":false}", 400, "not JSON"},
        {"[]", 400, "must be a JSON object"},
        {"{\"name\":\"another\"}", 200, "\"name\":\"another\""},
    };
    const struct instance *instance = instance_at(0);
    char path[128];

    (void)state;
    snprintf(path, sizeof(path), "/v1/instances/%s", instance->entity.id);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct metadata before = instance->metadata;
        uint64_t version = instance->version;
        struct reply reply = call("PATCH", path, NULL, NULL, rows[i].body);
        if (reply.status != rows[i].status || strstr(text_string(&reply.body), rows[i].words) == NULL) {
            fail_msg("%s: %u %s", rows[i].body, reply.status, text_string(&reply.body));
        }
        if (reply.status != 200) {
            assert_int_equal(instance->version, version);
            assert_memory_equal(&before, &instance->metadata, sizeof(before));
        }
        reply_free(&reply);
    }
    assert_int_equal(instance->version, 3); /* the patches that changed anything */
}

static void paths_and_versions_are_checked_first(void **state)
{
    static const struct {
        const char *method, *path;
        unsigned status;
        const char *allow;
    } rows[] = {
        {"GET", "/v1/instances", 200, NULL},
        {"GET", "/us-south/v1/instances", 200, NULL},
        {"GET", "/us-north/v1/instances", 404, NULL},
        {"GET", "/v1/instances/", 404, NULL},
        {"GET", "/v1/instances/none", 404, NULL},
        {"PUT", "/v1/instances", 405, "GET, POST"},
        {"POST", "/v1/instances/x", 405, "GET, PATCH, DELETE"},
        {"GET", "/v2/instances", 404, NULL},
        {"GET", "", 404, NULL},
        {"GET", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o", 404, NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reply reply = call(rows[i].method, rows[i].path, NULL, NULL, NULL);
        assert_int_equal(reply.status, rows[i].status);
        const char *allow = header_of(&reply, "Allow");
        assert_string_equal(allow != NULL ? allow : "", rows[i].allow != NULL ? rows[i].allow : "");
        reply_free(&reply);
    }
}

/* Which of 400 requests, sent in the order of `step`, a rule with a probability hits. */
static int hit_by_chance(bool hit[400], size_t step)
{
    int hits = 0;

    faults_reset(sim.faults);
    for (size_t i = 0; i < 400; i++) {
        size_t number = i * step % 400;
        char path[32];
        snprintf(path, sizeof(path), "/v1/nothing/%zu", number);
        struct reply reply = call("GET", path, NULL, NULL, NULL);
        hit[number] = reply.status == 503;
        hits += hit[number];
        reply_free(&reply);
    }
    return hits;
}

static void chance_depends_on_the_request_and_not_on_the_order(void **state)
{
    json_t *scenario =
        parse("{\"seed\": 5, \"rules\": [{\"action\": \"status\", \"status\": 503, \"probability\": 0.25}]}");
    struct err e = ERR_INIT;
    bool forwards[400];
    bool mixed[400];

    (void)state;
    assert_true(faults_set(sim.faults, scenario, &e));
    assert_in_range(hit_by_chance(forwards, 1), 70, 130);
    hit_by_chance(mixed, 177);
    assert_memory_equal(forwards, mixed, sizeof(mixed));
    json_decref(scenario);
}

static void expressions_of_allowed_use_have_these_verdicts(void **state)
{
    static const struct {
        const char *expression, *code; /* NULL: permitted */
    } rows[] = {
        {NULL, NULL},
        {"true", NULL},
        {"false", "allowed_use_violation"},
        {"metadata_service.enabled", "allowed_use_violation"},
        {"!metadata_service.enabled && vcpu.count >= 2", NULL},
        {"metadata_service.protocol == 'https' || vcpu.count in [2, 4]", NULL},
        {"metadata_service.protocol in [\"https\"]", "allowed_use_violation"},
        {"(vcpu.count > 1) == true", NULL},
        {"vcpu.count", "allowed_use_invalid"},
        {"vcpu.count == '4'", "allowed_use_invalid"},
        {"true ||", "allowed_use_invalid"},
        {"true || nothing.of.this", "allowed_use_invalid"},
        {"((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((true", "allowed_use_invalid"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct reply reply = {0};
        allowed_use_instance(rows[i].expression, instance_at(0), "field", &reply);
        assert_int_equal(reply_failed(&reply), rows[i].code != NULL);
        if (rows[i].code != NULL && strstr(text_string(&reply.errors), rows[i].code) == NULL) {
            fail_msg("%s: %s", rows[i].expression, text_string(&reply.errors));
        }
        reply_free(&reply);
    }
}

static void what_is_due_comes_in_order(void **state)
{
    struct due_heap heap = {0};
    struct random random = {.state = 42};
    struct due last = {0};

    (void)state;
    for (int i = 0; i < 1000; i++) {
        due_heap_add(&heap, (int64_t)random_below(&random, 50), NULL);
    }
    for (int i = 0; i < 1000; i++) {
        struct due next = due_heap_take(&heap);
        assert_true(next.due_ms > last.due_ms || (next.due_ms == last.due_ms && next.sequence > last.sequence));
        last = next;
    }
    assert_int_equal(heap.count, 0);
    free(heap.items);
}

static void tokens_are_whole_words(void **state)
{
    static const struct {
        const char *tokens, *token;
        bool has;
    } rows[] = {
        {"start limit", "start", true},
        {"start limit", "limit", true},
        {"start limit", "star", false},
        {"start limit", "imit", false},
        {"start limit", "", false},
        {"start limit", NULL, false},
        {"a.b a", "a", true},
        {NULL, "a", false},
        {"aa a", "a", true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(tokens_have(rows[i].tokens, rows[i].token), rows[i].has);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_limit_refuses_at_these_times),
        cmocka_unit_test(a_limit_serves_its_rate_and_changes_on_time),
        cmocka_unit_test(headers_count_down_the_limit),
        cmocka_unit_test(rules_fire_at_these_requests),
        cmocka_unit_test(wrong_scenarios_are_refused_with_the_reason),
        cmocka_unit_test_setup_teardown(pages_hold_what_stays_once, open_sim, close_sim),
        cmocka_unit_test_setup_teardown(wrong_pages_are_refused, open_sim, close_sim),
        cmocka_unit_test_setup_teardown(patches_are_all_or_nothing, open_sim, close_sim),
        cmocka_unit_test_setup_teardown(paths_and_versions_are_checked_first, open_sim, close_sim),
        cmocka_unit_test_setup_teardown(chance_depends_on_the_request_and_not_on_the_order, open_sim, close_sim),
        cmocka_unit_test_setup_teardown(expressions_of_allowed_use_have_these_verdicts, open_sim, close_sim),
        cmocka_unit_test(what_is_due_comes_in_order),
        cmocka_unit_test(tokens_are_whole_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
