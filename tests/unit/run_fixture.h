/* What the tests of room run share: servers behind a fake API, a change of all of them, a child that is killed. */
#ifndef TESTS_UNIT_RUN_FIXTURE_H
#define TESTS_UNIT_RUN_FIXTURE_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "folder_fixture.h"
#include "http_fixture.h"
#include "run/run.h"

enum { SERVERS = 12 };

/* The servers as the API has them, and what goes wrong. */
struct service {
    bool enabled[SERVERS];
    int hop_limit[SERVERS];
    unsigned patches[SERVERS], changes[SERVERS]; /* requests, and those that changed something */
    unsigned total;                              /* of patches */
    unsigned refuse;                             /* the PATCH with this number is refused; 0: none */
    unsigned lose;                               /* the answer to it is lost, and to all that follow */
    unsigned kill_at;                            /* the child is killed when it comes... */
    bool kill_after;                             /* ... after it took effect */
    pid_t child;
    bool lost;
};

static inline unsigned number_of(const char *id)
{
    return (unsigned)strtoul(strstr(id, "0717_") + strlen("0717_"), NULL, 10);
}

static inline void append_server(struct text *out, const struct service *service, unsigned number)
{
    text_printf(out,
                "{\"id\":\"0717_%u\",\"name\":\"web-%u\",\"crn\":\"crn:v1:x:public:is:eu-de:a/7::instance:0717_%u\","
                "\"status\":\"running\",\"lifecycle_state\":\"stable\",\"zone\":{\"name\":\"eu-de-1\"},"
                "\"vpc\":{\"id\":\"r010-1\",\"name\":\"prod\"},\"vcpu\":{\"architecture\":\"amd64\"},"
                "\"metadata_service\":{\"enabled\":%s,\"protocol\":\"http\",\"response_hop_limit\":%d}}",
                number, number, number, service->enabled[number] ? "true" : "false", service->hop_limit[number]);
}

static inline void patch(struct service *service, unsigned number, const char *body)
{
    bool enabled = strstr(body, "\"enabled\":true") != NULL;
    bool disabled = strstr(body, "\"enabled\":false") != NULL;
    const char *hop_limit = strstr(body, "\"response_hop_limit\":");

    service->changes[number]++;
    if (hop_limit != NULL) {
        service->hop_limit[number] = atoi(hop_limit + strlen("\"response_hop_limit\":"));
    }
    service->enabled[number] = enabled || (service->enabled[number] && !disabled);
}

static inline enum afterwards answer_instance(struct loopback *server, const struct heard *heard, struct text *answer)
{
    struct service *service = server->context;
    unsigned number = number_of(heard->path);
    CLEANUP(text_free) struct text body = {0};

    if (service->lost) {
        return RESET;
    }
    if (strcmp(heard->method, "PATCH") == 0) {
        service->patches[number]++;
        service->total++;
        bool dies = service->total == service->kill_at;
        if (dies && !service->kill_after) {
            kill(service->child, SIGKILL);
            return CLOSE;
        }
        if (service->total == service->refuse) {
            loopback_json(answer, 400, "", "{\"errors\":[{\"code\":\"bad_field\",\"message\":\"no\"}]}");
            return KEEP_OPEN;
        }
        patch(service, number, heard->body);
        if (dies) {
            kill(service->child, SIGKILL);
            return CLOSE;
        }
        if (service->total == service->lose) {
            service->lost = true;
            return RESET;
        }
    }
    append_server(&body, service, number);
    loopback_json(answer, 200, "ETag: W/\"1\"\r\n", text_string(&body));
    return KEEP_OPEN;
}

/* Where a run works: a server, and a session with it. */
struct place {
    struct loopback server;
    struct answer_parser *parser;
    struct http *http;
    struct vpc *region;
    struct inventory_scope scope;
};

static inline void connect_to(struct place *place, const char *region, const char *path)
{
    place->parser = answer_parser_create();
    place->http = open_session(&(struct http_options){.attempts = 2});
    place->region = vpc_create(place->http, place->parser, region, url_of(&place->server, path), VPC_API_VERSION);
    place->scope = (struct inventory_scope){.http = place->http, .regions = &place->region, .region_count = 1};
}

static inline void disconnect(struct place *place)
{
    vpc_destroy(place->region);
    http_destroy(place->http);
    answer_parser_destroy(place->parser);
}

static inline void place_open(struct place *place, struct service *service)
{
    for (unsigned i = 0; i < SERVERS; i++) {
        service->hop_limit[i] = 1;
    }
    loopback_start(&place->server, answer_instance, service);
    connect_to(place, "eu-de", "/v1");
}

static inline void place_close(struct place *place)
{
    disconnect(place);
    loopback_stop(&place->server);
}

/* --- what is asked for -------------------------------------------------------------------------------- */

static const struct resource_settings enable = {.given = RESOURCE_ENABLED, .enabled = true};

/* The plan to enable all servers. */
struct enabling {
    struct resource_list *list;
    struct plan plan;
    struct run_request request;
    char path[256]; /* of the history */
};

static inline void change_make(struct enabling *ret, void **state, const struct place *place,
                               const struct resource_settings *wanted)
{
    static const char *const words[] = {"instance", "set", "--endpoint", "https://me:secret@h/v1?token=x"};

    *ret = (struct enabling){.list = resource_list_create()};
    for (unsigned i = 0; i < SERVERS; i++) {
        struct resource *resource = resource_list_append(ret->list, &resource_instance, "eu-de");
        char id[32], name[32];
        snprintf(id, sizeof(id), "0717_%u", i);
        snprintf(name, sizeof(name), "web-%u", i);
        resource->id = resource_list_keep(ret->list, id);
        resource->name = resource_list_keep(ret->list, name);
        resource->crn = "crn:v1:x:public:is:eu-de:a/7::instance:i";
        resource->api = place->region;
        resource->status = "running";
        resource->lifecycle_state = "stable";
        resource->architecture = "amd64";
        resource->settings =
            (struct resource_settings){.given = RESOURCE_METADATA_SETTINGS, .protocol = "http", .hop_limit = 1};
    }
    plan_make(ret->list, wanted, &ret->plan);
    snprintf(ret->path, sizeof(ret->path), "%s", in(state, "state/history.db"));
    ret->request = (struct run_request){.command = "instance set",
                                        .words = words,
                                        .word_count = 4,
                                        .history = ret->path,
                                        .scope = &place->scope,
                                        .concurrency = 3,
                                        .plan = &ret->plan,
                                        .list = ret->list,
                                        .settings = wanted};
}

static inline void enabling_make(struct enabling *ret, void **state, const struct place *place)
{
    change_make(ret, state, place, &enable);
}

static inline void enabling_free(struct enabling *enabling)
{
    plan_free(&enabling->plan);
    resource_list_destroy(enabling->list);
}

static inline struct history *open_history(void **state)
{
    struct err e = ERR_INIT;
    struct history *history = history_open_past(in(state, "state/history.db"), clock_system(), &e);

    assert_non_null(history);
    return history;
}

static inline void load(void **state, struct run_record *ret)
{
    HISTORY_CLEANUP struct history *history = open_history(state);
    struct err e = ERR_INIT;

    if (!run_load(history, "last", ret, &e)) {
        fail_msg("%s", e.message);
    }
}

static inline size_t count_runs(void **state)
{
    HISTORY_CLEANUP struct history *history = open_history(state);
    CLEANUP(history_runs_free) struct history_runs runs = {0};
    struct err e = ERR_INIT;

    assert_true(history_list_runs(history, &runs, &e));
    return runs.count;
}

static inline unsigned count_enabled(const struct service *service)
{
    unsigned count = 0;

    for (unsigned i = 0; i < SERVERS; i++) {
        count += service->enabled[i];
    }
    return count;
}

static inline void execute(const struct run_request *request, struct run_result *ret)
{
    struct err e = ERR_INIT;

    if (!run_execute(request, &(struct run_hooks){0}, ret, &e)) {
        fail_msg("%s", e.message);
    }
}

/* Resumes the newest run, or retries it. */
static inline void take_up(void **state, const struct place *place, bool retries, struct run_result *ret)
{
    CLEANUP(run_record_free) struct run_record record = {0};
    CLEANUP(run_resumption_free) struct run_resumption resumption = {0};
    struct err e = ERR_INIT;
    char path[256];

    load(state, &record);
    bool chosen = retries ? run_retry(&record, true, true, &resumption, &e) : run_resume(&record, &resumption, &e);
    assert_true(chosen);
    snprintf(path, sizeof(path), "%s", in(state, "state/history.db"));
    struct run_request request = {.command = "runs resume", .history = path, .scope = &place->scope, .concurrency = 3};
    run_request_resume(&request, &resumption);
    execute(&request, ret);
}

/*
 * Changes all servers in a child, which is killed when a PATCH comes, before or after that takes effect. What else it had
 * sent takes effect before this returns.
 */
static inline void cut_off(void **state, struct place *place, struct service *service,
                           const struct resource_settings *wanted)
{
    int ready[2];
    char byte;
    unsigned connections = place->server.connections;

    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        struct enabling enabling;
        struct run_result result;
        struct err e = ERR_INIT;
        if (read(ready[0], &byte, 1) != 1) {
            _exit(1);
        }
        connect_to(place, "eu-de", "/v1");
        change_make(&enabling, state, place, wanted);
        _exit(run_execute(&enabling.request, &(struct run_hooks){0}, &result, &e) ? 0 : 1);
    }
    service->child = child;
    assert_int_equal(write(ready[1], "x", 1), 1);
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    loopback_drain(&place->server, connections);
    close(ready[0]);
    close(ready[1]);
}

#endif
