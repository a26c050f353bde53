/* Applies the rules of a scenario before and after the handler. */
#include "vpcsim/faults/faults.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mem/mem.h"
#include "vpcsim/faults/fault_rule.h"
#include "vpcsim/faults/fault_server.h"
#include "vpcsim/faults/fault_stale.h"
#include "vpcsim/faults/rate_limit.h"
#include "vpcsim/sim.h"

enum { ATTEMPT_SLOTS = 65536 };

struct faults {
    struct fault_rule *rules;
    size_t count;
    uint64_t seed;
    struct rate_limit *rate;     /* of the scenario; NULL: the one of the options */
    struct rate_limit *standard; /* of --rate; NULL: none */
    struct stale *stale;
    uint16_t attempts[ATTEMPT_SLOTS]; /* how often a request was seen, by its hash */
};

struct faults *faults_create(void)
{
    struct faults *faults = mem_alloc(sizeof(*faults));

    faults->stale = stale_create();
    return faults;
}

static void free_rules(struct fault_rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fault_rule_free(&rules[i]);
    }
    free(rules);
}

void faults_destroy(struct faults *faults)
{
    if (faults != NULL) {
        free_rules(faults->rules, faults->count);
        rate_limit_destroy(faults->rate);
        rate_limit_destroy(faults->standard);
        stale_destroy(faults->stale);
        free(faults);
    }
}

void faults_reset(struct faults *faults)
{
    for (size_t i = 0; i < faults->count; i++) {
        faults->rules[i].seen = faults->rules[i].fired = 0;
        faults->rules[i].churned_ms = 0;
    }
    memset(faults->attempts, 0, sizeof(faults->attempts));
    stale_clear(faults->stale);
    rate_limit_restart(faults->rate);
    rate_limit_restart(faults->standard);
}

static bool check_scenario(const json_t *scenario, struct err *e)
{
    static const char *const members[] = {"seed", "rate", "rules"};
    const json_t *rules = json_object_get(scenario, "rules");
    bool has_rate = json_object_get(scenario, "rate") != NULL;

    if (!fault_check_members(scenario, members, sizeof(members) / sizeof(members[0]), e)) {
        return err_wrap(e, "scenario");
    }
    return json_is_array(rules) || (rules == NULL && has_rate) ||
           err_set(e, ERR_USAGE, "a scenario is an object with an array \"rules\", a \"rate\", or both");
}

bool faults_set(struct faults *faults, const json_t *scenario, struct err *e)
{
    const json_t *list = json_object_get(scenario, "rules");
    const json_t *rate = json_object_get(scenario, "rate");

    if (!check_scenario(scenario, e)) {
        return false;
    }
    struct rate_limit *limit = rate != NULL ? rate_limit_read(rate, e) : NULL;
    if (rate != NULL && limit == NULL) {
        return false;
    }
    size_t count = json_array_size(list);
    struct fault_rule *rules = mem_array(count, sizeof(rules[0]));
    for (size_t i = 0; i < count; i++) {
        if (!fault_rule_read(json_array_get(list, i), &rules[i], e)) {
            free_rules(rules, i);
            rate_limit_destroy(limit);
            return err_wrap(e, "rule %zu", i + 1);
        }
    }
    free_rules(faults->rules, faults->count);
    rate_limit_destroy(faults->rate);
    faults->rules = rules;
    faults->count = count;
    faults->rate = limit;
    faults->seed = (uint64_t)json_integer_value(json_object_get(scenario, "seed"));
    faults_reset(faults);
    return true;
}

bool faults_load(struct faults *faults, const struct options *options, struct err *e)
{
    const char *path = options->scenario;
    CLEANUP(json_document_free) struct json_document scenario = {0};

    if (options->rate > 0) {
        faults->standard =
            rate_limit_create(options->rate, options->burst, options->retry_after, options->rate_headers);
    }
    if (path == NULL) {
        return true;
    }
    return (json_read_file(path, JSON_READ_STRICT, &scenario, e) && faults_set(faults, scenario.root, e)) ||
           err_wrap(e, "scenario %s", path);
}

/* The same request, the n-th time it comes: a number that does not depend on the order of arrival. */
static uint64_t request_hash(struct faults *faults, const struct request *request)
{
    uint64_t hash = random_hash(request->path, strlen(request->path));

    hash = random_mix(hash, random_hash(request->method, strlen(request->method)));
    for (size_t i = 0; i < request->query_count; i++) {
        hash = random_mix(hash, random_hash(request->query[i].value, strlen(request->query[i].value)));
    }
    hash = random_mix(hash, random_hash(text_string(&request->body), request->body.size));
    return random_mix(hash, ++faults->attempts[hash % ATTEMPT_SLOTS]);
}

static double dice_of(uint64_t hash, uint64_t seed, size_t rule)
{
    return (double)(random_mix(hash, random_mix(seed, rule)) >> 11) / 9007199254740992.0;
}

/* Once, or as often as its interval has passed since the rule fired first; no request sees more of it. */
static void churn(const struct request *request, struct fault_rule *rule, uint64_t dice)
{
    int64_t now_ms = request->sim->now_ms;
    int64_t times = 1;

    if (rule->interval_ms > 0) {
        rule->churned_ms = rule->churned_ms > 0 ? rule->churned_ms : now_ms;
        times = (now_ms - rule->churned_ms) / rule->interval_ms;
        rule->churned_ms += times * rule->interval_ms;
    }
    for (int64_t i = 0; i < times && request->region != NULL; i++) {
        churn_run(request->region, &rule->churn, random_mix(dice, (uint64_t)i));
    }
}

static void choose(struct faults *faults, struct request *request, struct reply *reply, struct fault_plan *plan)
{
    uint64_t hash = request_hash(faults, request);

    for (size_t i = 0; i < faults->count; i++) {
        struct fault_rule *rule = &faults->rules[i];
        bool adds = rule->action == FAULT_LATENCY || rule->action == FAULT_HEADERS || rule->action == FAULT_EDIT ||
                    rule->action == FAULT_CHURN;
        bool is_free = plan->rule == NULL || adds;
        if (!fault_rule_fits(rule, request) ||
            !fault_rule_fires(rule, dice_of(hash, faults->seed, i), is_free, request->sim->now_ms)) {
            continue;
        }
        if (rule->action == FAULT_LATENCY) {
            double share = dice_of(hash, faults->seed, 1000 + i);
            reply->delay_ms += rule->ms_min + (long)((double)(rule->ms_max - rule->ms_min) * share);
        } else if (rule->action == FAULT_CHURN) {
            churn(request, rule, random_mix(faults->seed, (uint64_t)rule->fired));
        } else if (rule->action == FAULT_HEADERS) {
            plan->headers = rule;
        } else if (rule->action == FAULT_EDIT && plan->edit_count < FAULT_EDITS_MAX) {
            plan->edits[plan->edit_count++] = rule;
        } else if (rule->action != FAULT_EDIT) {
            plan->rule = rule;
        }
    }
}

static void add_retry_after(const struct sim *sim, const struct fault_rule *rule, struct reply *reply)
{
    char date[64];
    time_t at = (time_t)(sim->now_s + rule->retry_after);
    struct tm parts;

    if (rule->retry_after < 0) {
        return;
    }
    if (!rule->retry_after_date) {
        reply_header(reply, "Retry-After", "%ld", rule->retry_after);
        return;
    }
    gmtime_r(&at, &parts);
    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    reply_header(reply, "Retry-After", "%s", date);
}

static const char *default_code(unsigned status)
{
    switch (status) {
    case 401:
        return "not_authenticated";
    case 403:
        return "not_authorized";
    case 404:
        return "not_found";
    case 409:
        return "conflict";
    case 412:
        return "precondition_failed";
    case 429:
        return "too_many_requests";
    case 503:
        return "service_unavailable";
    default:
        return status >= 500 ? "internal_error" : "bad_request";
    }
}

/* "{authorization}" stands for that header of the request. */
static void answer_text(const struct request *request, const struct fault_rule *rule, struct reply *reply)
{
    static const char header[] = "{authorization}";
    bool is_json = rule->body[0] == '{' || rule->body[0] == '[';
    struct text *out = reply_json(reply, rule->status);
    const char *at = rule->body;

    if (rule->type != NULL || !is_json) {
        reply_content_type(reply, rule->type != NULL ? rule->type : "text/plain");
    }
    for (const char *found; (found = strstr(at, header)) != NULL; at = found + strlen(header)) {
        text_append_size(out, at, (size_t)(found - at));
        text_append(out, request->headers.authorization != NULL ? request->headers.authorization : "");
    }
    text_append(out, at);
}

static void answer_status(const struct request *request, const struct fault_rule *rule, struct reply *reply)
{
    const char *body = rule->body != NULL ? rule->body : rule->status == 502 || rule->status == 504 ? "html" : "api";

    reply_clear_errors(reply);
    if (strcmp(body, "html") == 0) {
        struct text *out = reply_json(reply, rule->status);
        reply_content_type(reply, "text/html");
        text_printf(out,
                    "<html>\r\n<head><title>%u</title></head>\r\n<body>\r\n<center><h1>%u</h1></center>\r\n<hr>"
                    "<center>gateway</center>\r\n</body>\r\n</html>\r\n",
                    rule->status, rule->status);
    } else if (strcmp(body, "empty") == 0) {
        reply_empty(reply, rule->status);
    } else if (strcmp(body, "api") != 0) {
        answer_text(request, rule, reply);
    } else {
        reply_error(reply, rule->status, rule->code != NULL ? rule->code : default_code(rule->status),
                    "A scenario makes the simulator answer this.");
        reply_finish(reply);
    }
    add_retry_after(request->sim, rule, reply);
}

static void expire_tokens(struct sim *sim, struct reply *reply, struct fault_plan *plan)
{
    sim->tokens_valid_from = sim->tokens_issued + 1;
    if (sim->options.auth_off) {
        reply_problem(reply, 401, "not_authenticated", "header", "Authorization", NULL, "The token has expired.");
        plan->refused = true;
    }
}

/* The limit counts the operations of the API, not IAM nor the metadata service. */
static bool over_limit(const struct request *request, struct reply *reply)
{
    const struct sim *sim = request->sim;
    struct rate_limit *limit = sim->faults->rate != NULL ? sim->faults->rate : sim->faults->standard;

    return request->route != NULL && (request->route->flags & ROUTE_API) != 0 &&
           rate_limit_refuses(limit, sim->now_ms, sim->now_s, reply);
}

void faults_before(struct request *request, struct reply *reply, struct fault_plan *ret_plan)
{
    struct sim *sim = request->sim;

    sim->token_delay_ms = 0;
    reply->delay_ms += sim->options.latency_ms;
    choose(sim->faults, request, reply, ret_plan);
    const struct fault_rule *rule = ret_plan->rule;
    if (ret_plan->headers != NULL) {
        reply->fault = fault_rule_action(ret_plan->headers);
    }
    if (rule != NULL) {
        reply->fault = fault_rule_action(rule);
        ret_plan->refused = !rule->after_commit &&
                            (rule->action == FAULT_STATUS || rule->action == FAULT_RESET || rule->action == FAULT_HANG);
        if (rule->action == FAULT_CHANGE) {
            fault_server_change(request, rule->set);
        } else if (rule->action == FAULT_DELETE) {
            fault_server_delete(request, rule->recreate);
        } else if (rule->action == FAULT_STALE) {
            stale_keep(sim->faults->stale, request);
        } else if (rule->action == FAULT_EXPIRE_TOKEN) {
            expire_tokens(sim, reply, ret_plan);
        } else if (rule->action == FAULT_TOKEN_DELAY) {
            sim->token_delay_ms = rule->ms_min;
        }
    }
    if (!ret_plan->refused && over_limit(request, reply)) {
        ret_plan->refused = true;
        ret_plan->rule = NULL;
    }
}

static void truncate_body(const struct fault_rule *rule, struct reply *reply)
{
    reply->delivery = DELIVER_TRUNCATED;
    reply->bytes = (size_t)((double)reply->body.size * rule->keep);
    if (reply->bytes >= reply->body.size && reply->body.size > 0) {
        reply->bytes = reply->body.size - 1;
    }
}

static void replace_headers(const struct fault_rule *rule, struct reply *reply)
{
    const char *name;
    json_t *value;

    json_object_foreach (rule->headers, name, value) {
        struct text bytes = {0};
        if (fault_rule_decode(json_string_value(value), &bytes)) {
            reply_replace_header(reply, name, text_string(&bytes));
        }
        text_free(&bytes);
    }
}

static void edit_body(const struct fault_plan *plan, struct reply *reply)
{
    for (size_t i = 0; i < plan->edit_count && reply->status / 100 == 2; i++) {
        struct fault_edit edit = fault_rule_edit(plan->edits[i]);
        if (fault_edit_apply(&edit, &reply->body) && reply->fault == NULL) {
            reply->fault = fault_rule_action(plan->edits[i]);
        }
    }
}

void faults_after(struct request *request, struct reply *reply, const struct fault_plan *plan)
{
    const struct fault_rule *rule = plan->rule;

    if (stale_replace(request->sim->faults->stale, request, reply)) {
        reply->fault = "stale";
    }
    edit_body(plan, reply);
    switch (rule != NULL ? rule->action : FAULT_LATENCY) {
    case FAULT_STATUS:
        answer_status(request, rule, reply);
        break;
    case FAULT_RESET:
        reply->delivery = DELIVER_RESET;
        break;
    case FAULT_HANG:
        reply->delivery = DELIVER_CLOSED;
        reply->delay_ms += rule->ms_min;
        break;
    case FAULT_TRUNCATE:
        truncate_body(rule, reply);
        break;
    case FAULT_DRIP:
        reply->delivery = DELIVER_DRIP;
        reply->bytes = (size_t)rule->bytes;
        reply->interval_ms = rule->interval_ms;
        break;
    case FAULT_STALE:
        stale_show(request->sim->faults->stale, request, rule->reads, request->sim->now_ms + rule->ms_min, reply);
        break;
    case FAULT_GARBAGE:
        text_clear(&reply->body);
        text_append(&reply->body, "{\"garbage\":[1,2,,}<<< \xff\xfe this is not JSON");
        break;
    case FAULT_CONTENT_TYPE:
        reply_content_type(reply, rule->type != NULL ? rule->type : "text/html");
        break;
    case FAULT_LATENCY:
    case FAULT_HEADERS:
    case FAULT_EXPIRE_TOKEN:
    case FAULT_TOKEN_DELAY:
    case FAULT_CHANGE:
    case FAULT_EDIT:
    case FAULT_DELETE:
    case FAULT_CHURN:
        break;
    }
    if (plan->headers != NULL) {
        replace_headers(plan->headers, reply);
    }
}
