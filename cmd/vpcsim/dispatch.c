/* The way of every request: route, faults, the checks that all operations share, handler, log. */
#include "vpcsim/dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "vpcsim/api/asker.h"
#include "vpcsim/api/iam.h"
#include "vpcsim/api/validator.h"
#include "vpcsim/faults/faults.h"
#include "vpcsim/http/log.h"
#include "vpcsim/sim.h"

enum { OLDEST_VERSION = 20190101, OLDEST_DATA_VERSION = 20220301, BETA_DAYS = 45 };

static int date_number(int64_t wall_s)
{
    time_t seconds = (time_t)wall_s;
    struct tm parts;

    gmtime_r(&seconds, &parts);
    return (parts.tm_year + 1900) * 10000 + (parts.tm_mon + 1) * 100 + parts.tm_mday;
}

static bool is_date(const char *text)
{
    static const char pattern[] = "dddd-dd-dd";
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (strlen(text) != sizeof(pattern) - 1) {
        return false;
    }
    for (size_t i = 0; pattern[i] != '\0'; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        if (pattern[i] == 'd' ? !digit : text[i] != '-') {
            return false;
        }
    }
    int month = atoi(text + 5);
    int day = atoi(text + 8);
    return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

static void check_version(struct request *request, struct reply *reply)
{
    bool data = request->plane == PLANE_DATA;
    const char *version = request_query(request, "version");
    int oldest = data ? OLDEST_DATA_VERSION : OLDEST_VERSION;

    if (version == NULL) {
        reply_bad_parameter(reply, "version", NULL, "The version parameter is missing.");
        return;
    }
    if (!is_date(version)) {
        reply_bad_parameter(reply, "version", version, "The version must be a date, YYYY-MM-DD.");
        return;
    }
    request->version = atoi(version) * 10000 + atoi(version + 5) * 100 + atoi(version + 8);
    if (request->version < oldest || request->version > date_number(request->sim->now_s)) {
        reply_bad_parameter(reply, "version", version, "The version must be from %s to today's date in UTC.",
                            data ? "2022-03-01" : "2019-01-01");
    }
    const char *maturity = request_query(request, "maturity");
    if (maturity == NULL) {
        return;
    }
    if (strcmp(maturity, "beta") != 0) {
        reply_bad_parameter(reply, "maturity", maturity, "The maturity must be beta.");
    } else if (request->version < date_number(request->sim->now_s - (int64_t)BETA_DAYS * 86400)) {
        reply_bad_parameter(reply, "version", version,
                            "The version must be within the last 45 days for beta operations.");
    }
}

static void check_query(struct request *request, struct reply *reply)
{
    const struct route *route = request->route;

    if (request->query_overflow) {
        reply_error(reply, 400, "bad_field", "There are too many query parameters.");
    }
    for (size_t i = 0; i < request->query_count; i++) {
        const struct parameter *parameter = &request->query[i];
        bool common = (route->flags & (ROUTE_API | ROUTE_DATA_PLANE)) != 0 &&
                      tokens_have("version generation maturity", parameter->name);
        if (!common && !tokens_have(route->query, parameter->name)) {
            reply_bad_parameter(reply, parameter->name, parameter->value, "The query parameter is unknown here.");
        } else if (request_query(request, parameter->name) != parameter->value) {
            reply_bad_parameter(reply, parameter->name, parameter->value,
                                "The query parameter is given more than once.");
        }
    }
    if ((route->flags & (ROUTE_API | ROUTE_DATA_PLANE)) != 0) {
        check_version(request, reply);
    }
    const char *generation = request_query(request, "generation");
    if ((route->flags & ROUTE_API) != 0 && (generation == NULL || strcmp(generation, "2") != 0)) {
        reply_bad_parameter(reply, "generation", generation, "The generation parameter must be 2.");
    }
}

/* The media type without its parameters, of which only charset=utf-8 is accepted. */
static bool has_type(const char *content_type, const char *wanted)
{
    size_t size = strlen(wanted);

    if (content_type == NULL || strncasecmp(content_type, wanted, size) != 0) {
        return false;
    }
    const char *rest = content_type + size;
    rest += strspn(rest, " \t");
    if (*rest == '\0') {
        return true;
    }
    rest += *rest == ';';
    rest += strspn(rest, " \t");
    return strcasecmp(rest, "charset=utf-8") == 0;
}

static void parse_body(struct request *request, struct reply *reply)
{
    json_error_t error;

    request->document = json_loadb(text_string(&request->body), request->body.size, JSON_REJECT_DUPLICATES, &error);
    if (request->document == NULL) {
        reply_error(reply, 400, "invalid_json", "The body is not JSON: %s (line %d, column %d).", error.text,
                    error.line, error.column);
    } else if (!json_is_object(request->document)) {
        reply_error(reply, 400, "invalid_json", "The body must be a JSON object.");
    }
}

/*
 * The identity and metadata API takes JSON of any content type, as the curl lines of its documentation send it, and
 * so do the simulator's own paths.
 */
static void check_body(struct request *request, struct reply *reply)
{
    unsigned flags = request->route->flags;
    bool data = request->plane == PLANE_DATA;
    bool any_type = data || (flags & ROUTE_ADMIN) != 0;
    const char *wanted = (flags & ROUTE_JSON) != 0          ? "application/json"
                         : (flags & ROUTE_MERGE_PATCH) != 0 ? "application/merge-patch+json"
                         : (flags & ROUTE_FORM) != 0        ? "application/x-www-form-urlencoded"
                                                            : NULL;

    if (request->body_too_large) {
        reply_error(reply, 413, "payload_too_large", "The body is larger than %d bytes.", REQUEST_BODY_MAX);
        return;
    }
    if (wanted == NULL) {
        if (request->body.size > 0 && !data) {
            reply_error(reply, 400, "bad_request", "This operation takes no body.");
        }
        return;
    }
    if (request->body.size == 0 && (flags & ROUTE_OPTIONAL_BODY) != 0) {
        return;
    }
    if (!any_type && !has_type(request->headers.content_type, wanted)) {
        reply_problem(reply, 415, "unsupported_media_type", "header", "Content-Type", request->headers.content_type,
                      "The content type must be %s.", wanted);
        return;
    }
    if ((flags & ROUTE_FORM) == 0) {
        parse_body(request, reply);
    }
}

/* The bearer token that the route needs. */
static bool is_authorized(const struct request *request, struct reply *reply)
{
    unsigned flags = request->route->flags;

    if ((flags & (ROUTE_API | ROUTE_BEARER)) != 0) {
        return auth_check(request, AUTH_IAM, reply);
    }
    return (flags & ROUTE_IDENTITY) == 0 || auth_check(request, AUTH_IDENTITY, reply);
}

/* Token and parameters, in this order; the other way round where the version decides which paths there are. */
static bool is_admitted(struct request *request, struct reply *reply)
{
    if (request->plane == PLANE_DATA) {
        check_query(request, reply);
        return !reply_failed(reply) && asker_has_path(request, reply) && is_authorized(request, reply);
    }
    if (!is_authorized(request, reply)) {
        return false;
    }
    check_query(request, reply);
    return !reply_failed(reply);
}

static void check_and_run(struct request *request, struct reply *reply)
{
    if (!is_admitted(request, reply)) {
        return;
    }
    check_body(request, reply);
    if (!reply_failed(reply)) {
        request->route->run(request, reply);
    }
}

static void stamp(struct request *request, struct reply *reply)
{
    const char *id = request->headers.request_id;

    reply->user_agent = request->headers.user_agent;
    random_uuid(request->number, 7, reply->trace);
    if (id != NULL && strlen(id) < 128) {
        reply_header(reply, "x-request-id", "%s", id);
    } else {
        reply_header(reply, "x-request-id", "%s", reply->trace);
    }
    reply_header(reply, "x-correlation-id", "%s", reply->trace);
}

/* Whether the plane is reached at all: in its protocol, and the data plane by a server that has it on. */
static bool is_reached(const struct request *request, struct reply *reply)
{
    if (request->plane == PLANE_DATA) {
        return asker_answers(request, reply);
    }
    if (request->plane != PLANE_ADMIN && request->sim->options.tls && !request->tls) {
        reply_clear_errors(reply);
        reply_error(reply, 400, "bad_request", "The plain HTTP request was sent to an HTTPS port.");
    }
    return !reply_failed(reply);
}

void dispatch(struct request *request, struct reply *reply)
{
    struct sim *sim = request->sim;
    int64_t began_us = log_microseconds();

    sim_advance(sim);
    stamp(request, reply);
    request_match(request, routes, reply);
    bool admin = request->route != NULL && (request->route->flags & ROUTE_ADMIN) != 0;
    struct fault_plan plan = {0};
    if (!admin) {
        faults_before(request, reply, &plan);
    }
    if (is_reached(request, reply) && !plan.refused && request->route != NULL) {
        check_and_run(request, reply);
    }
    sim->hop_limit = asker_hop_limit(sim);
    reply_finish(reply);
    if (!admin) {
        faults_after(request, reply, &plan);
        log_request(request, reply, began_us);
    }
}
