/* What a probe has found as rows: what was expected, what was found, and what fixes it. */
#include <string.h>

#include "imds/imds_hops.h"
#include "metadata_probe_row.h"

const char *const metadata_probe_protocols[] = {"http", "https", NULL};

/* --- whether it answers, and how ----------------------------------------------------------------------- */

const char *metadata_probe_protocol(const struct imds_probe *seen)
{
    return imds_probe_answers(seen, IMDS_HTTPS_NAME)                                                 ? "https"
           : imds_probe_answers(seen, IMDS_HTTP_ADDRESS) || imds_probe_answers(seen, IMDS_HTTP_NAME) ? "http"
                                                                                                     : NULL;
}

/* Something is there, and it is not the service, or that is not certain: as expected where none is. */
static bool add_stranger(struct probe_rows *rows)
{
    bool expected = rows->facts->opts->enabled.value;
    enum probe_result result = expected ? PROBE_FAIL : PROBE_CANNOT_TELL;
    const struct imds_end *untrusted = imds_probe_find(rows->facts->seen, IMDS_UNTRUSTED);
    const struct imds_end *other = imds_probe_find(rows->facts->seen, IMDS_FOREIGN);

    if (untrusted != NULL) {
        probe_add(
            rows, "enabled", result, json_boolean(expected), NULL,
            "https is there, but its certificate is not trusted, so that nothing was sent: %s. Check the clock of this "
            "machine ('date -u') and its CA certificates; --ca-file FILE trusts others",
            untrusted->error.message);
    } else if (other != NULL) {
        probe_add(rows, "enabled", result, json_boolean(expected), NULL,
                  "something else answers there, not the metadata service of a VPC server: %s. This is a machine of "
                  "another cloud or network, or another program has taken the address",
                  other->error.message);
        if (expected) {
            probe_fix(rows, "ip route get 169.254.169.254");
        }
    }
    return untrusted != NULL || other != NULL;
}

/* Not even silence, which is how a service shows that is off: no way leads to anything. */
static bool leads_nowhere(const struct imds_probe *seen)
{
    for (size_t i = 0; i < IMDS_WAYS; i++) {
        if (seen->urls[i] != NULL && seen->ways[i].outcome != IMDS_UNREACHED) {
            return false;
        }
    }
    return true;
}

static void add_nowhere(struct probe_rows *rows)
{
    const struct imds_probe *seen = rows->facts->seen;
    const struct imds_end *first =
        &seen->ways[seen->urls[IMDS_HTTP_ADDRESS] != NULL ? IMDS_HTTP_ADDRESS : IMDS_HTTP_NAME];

    probe_add(
        rows, "enabled", PROBE_FAIL, json_true(), json_false(),
        "the service cannot be reached from here: %s. A route or a firewall rule of this machine is in the way, or "
        "this is no VPC server; a service that is off gives no answer and refuses nothing",
        first->error.message);
    probe_fix(rows, "ip route get 169.254.169.254");
}

/* The service is on in the control plane and nothing answers: the likeliest reason first. */
static void add_lost(struct probe_rows *rows)
{
    static const char lost[] = "no answer at all, though the service is on in the control plane: ";
    const struct metadata_probe_plane *plane = rows->facts->plane;
    enum resource_switch needed = plane->restart_needed;
    const char *reason = "a firewall or a route of this machine may be in the way";
    const struct imds_end *name = &rows->facts->seen->ways[IMDS_HTTPS_NAME];
    bool no_name = text_equal(plane->protocol, "https") && name->outcome == IMDS_UNREACHED;
    bool hops = !no_name && needed != RESOURCE_ON && rows->facts->host->in_container && plane->hop_limit == 1;
    CLEANUP(text_free) struct text nowhere = {0};

    text_printf(&nowhere, "with https only the name works, and there is no connection to it: %s", name->error.message);
    if (no_name) {
        reason = text_string(&nowhere);
    } else if (hops) {
        reason = "with a hop limit of 1 its replies do not reach a container behind a bridge, and this runs in a "
                 "container";
    } else if (needed == RESOURCE_ON) {
        reason = "it was turned on, and the server was not stopped and started since";
    } else if (probe_may_need_restart(rows)) {
        reason = "if it was off when the server was created, the server has to be stopped and started; a reboot is not "
                 "enough";
    }
    probe_add(rows, "enabled", PROBE_FAIL, json_true(), json_false(), "%s%s", lost, reason);
    if (no_name) {
        probe_fix(rows, "getent hosts api.metadata.cloud.ibm.com");
    } else if (hops) {
        probe_fix_server(rows, "set", "hop-limit", "2");
    } else if (probe_may_need_restart(rows)) {
        probe_fix_restart(rows);
    } else {
        probe_fix(rows, "ip route get 169.254.169.254");
    }
}

static void add_silence(struct probe_rows *rows)
{
    const struct metadata_probe_facts *facts = rows->facts;
    CLEANUP(text_free) struct text assumed = {0};
    CLEANUP(text_free) struct text restart = {0};

    if (leads_nowhere(facts->seen) && !rows->is_off) {
        add_nowhere(rows);
        return;
    }
    if (facts->plane->read && !rows->is_off) {
        add_lost(rows);
        return;
    }
    if (rows->is_off) {
        probe_add(rows, "enabled", PROBE_FAIL, json_true(), json_false(),
                  "no answer at all: the control plane has the service off");
    } else {
        probe_append_assumption(rows, &assumed);
        probe_append_command(rows, "restart", "always", NULL, &restart);
        probe_add(
            rows, "enabled", PROBE_FAIL, json_true(), json_false(),
            "no answer at all: the service is off, or %sthis is no VPC server. If it is on, the server may have been "
            "created with it off and not been stopped and started since: '%s'%s",
            facts->host->in_container ? "its hop limit is too low for this container, or " : "", text_string(&restart),
            text_string(&assumed));
    }
    probe_fix_server(rows, "set", "enabled", "true");
}

static void add_enabled(struct probe_rows *rows)
{
    static const char check[] = "enabled";
    bool expected = rows->facts->opts->enabled.value;

    if (!rows->answers && add_stranger(rows)) {
        return;
    }
    if (!expected) {
        probe_add(rows, check, rows->answers ? PROBE_FAIL : PROBE_PASS, json_false(), json_boolean(rows->answers),
                  rows->answers ? "the service answers" : "no answer at all, as expected");
        if (rows->answers) {
            probe_fix_server(rows, "set", "enabled", "false");
        }
    } else if (!rows->answers) {
        add_silence(rows);
    } else if (rows->is_off) {
        probe_add(
            rows, check, PROBE_FAIL, json_false(), json_true(),
            "the service answers, though the control plane has it off: the change has not reached this server, or the "
            "control plane was asked about another one");
    } else {
        probe_add(rows, check, PROBE_PASS, json_true(), json_true(), "the service answers");
    }
}

/* Why no answer came that way. */
static const char *describe_end(const struct imds_end *end)
{
    return end->outcome == IMDS_SILENT ? "no answer" : end->error.message;
}

static void add_way(struct probe_rows *rows, enum imds_way way)
{
    static const char *const checks[] = {"http_address", "http_name", "https_name"};
    const struct imds_probe *seen = rows->facts->seen;
    const struct imds_end *end = &seen->ways[way];
    bool is_active = rows->protocol != NULL && (strcmp(rows->protocol, "https") == 0) == (way == IMDS_HTTPS_NAME);

    if (seen->urls[way] == NULL) {
        return;
    }
    if (imds_probe_answers(seen, way)) {
        probe_add(rows, checks[way], PROBE_PASS, json_true(), json_true(), "%s answers in %lld ms", seen->urls[way],
                  (long long)end->elapsed_ms);
    } else if (end->outcome == IMDS_FOREIGN) {
        probe_add(rows, checks[way], PROBE_NOTE, NULL, json_false(), "%s: something else answers there: %s",
                  seen->urls[way], end->error.message);
    } else if (is_active) {
        probe_add(rows, checks[way], PROBE_NOTE, json_true(), json_false(), "%s: %s; the other way works",
                  seen->urls[way], describe_end(end));
    } else if (rows->protocol != NULL) {
        bool first = way == IMDS_HTTP_ADDRESS || (way == IMDS_HTTP_NAME && seen->urls[IMDS_HTTP_ADDRESS] == NULL);
        probe_add(rows, checks[way], PROBE_NOT_APPLICABLE, json_false(), json_false(),
                  "%s: no answer, because the protocol is %s%s", seen->urls[way], rows->protocol,
                  first ? ": use the name over https, not the address. Programs that log in with the address need "
                          "VPC_AUTH_URL=" IMDS_URL_NAME
                        : "");
    } else {
        probe_add(rows, checks[way], PROBE_NOTE, NULL, json_false(), "%s: %s", seen->urls[way], describe_end(end));
    }
}

static json_t *string_or_null(const char *string)
{
    return string != NULL ? json_build_string(string) : NULL;
}

static void add_protocol(struct probe_rows *rows)
{
    static const char check[] = "protocol";
    const struct metadata_probe_facts *facts = rows->facts;
    const char *asked = facts->opts->protocol.given ? metadata_probe_protocols[facts->opts->protocol.value] : NULL;
    const char *expected = asked != NULL ? asked : facts->plane->read ? facts->plane->protocol : NULL;

    if (!rows->answers) {
        probe_add(rows, check, PROBE_NOT_APPLICABLE, string_or_null(expected), NULL, "not known: nothing answers");
    } else if (expected == NULL || strcmp(expected, rows->protocol) == 0) {
        probe_add(rows, check, PROBE_PASS, string_or_null(expected), json_build_string(rows->protocol), "%s",
                  rows->protocol);
    } else if (asked != NULL) {
        probe_add(rows, check, PROBE_FAIL, json_build_string(asked), json_build_string(rows->protocol),
                  "%s answers instead of %s", rows->protocol, asked);
        probe_fix_server(rows, "set", "protocol", asked);
    } else {
        probe_add(rows, check, PROBE_FAIL, json_build_string(expected), json_build_string(rows->protocol),
                  "%s answers, though the control plane has %s: the change has not reached this server", rows->protocol,
                  expected);
    }
}

/* A refusal that fits a service which is not whole yet; the documentation has no code for it. */
static bool is_incomplete(const struct probe_rows *rows, const struct imds_end *end)
{
    return probe_may_need_restart(rows) && (end->status == 403 || end->status >= 500 || end->outcome == IMDS_SILENT);
}

/* Refused, or no answer; where it may be that, the service is not whole. */
static void add_refusal(struct probe_rows *rows, const char *check, const struct imds_end *end)
{
    bool known = rows->facts->plane->read && rows->facts->plane->restart_needed == RESOURCE_ON;
    CLEANUP(text_free) struct text assumed = {0};

    if (!is_incomplete(rows, end)) {
        probe_add(rows, check, PROBE_FAIL, json_true(), json_false(), "%s", describe_end(end));
        return;
    }
    probe_append_assumption(rows, &assumed);
    probe_add(rows, check, PROBE_FAIL, json_true(), json_false(), "%s. %s%s", describe_end(end),
              known ? "The service was turned on, and the server was not stopped and started since"
                    : "A service that was off when the server was created is complete only after a stop and start; a "
                      "reboot is not enough",
              text_string(&assumed));
    probe_fix_restart(rows);
}

/* --- what is granted ----------------------------------------------------------------------------------- */

static void add_not_asked(struct probe_rows *rows, const char *check)
{
    probe_add(rows, check, PROBE_NOT_APPLICABLE, NULL, NULL, "not asked for: %s",
              rows->answers ? "no identity token was granted" : "nothing answers");
}

static void add_token(struct probe_rows *rows)
{
    static const char check[] = "token";
    const struct imds_probe *seen = rows->facts->seen;

    if (!rows->answers) {
        add_not_asked(rows, check);
        return;
    }
    if (seen->way >= 0) {
        probe_add(rows, check, PROBE_PASS, json_true(), json_true(), "an identity token was granted, for %lld seconds",
                  (long long)seen->token_life_s);
        return;
    }
    add_refusal(rows, check, imds_probe_find(seen, IMDS_REFUSED)); /* it answers and has granted none */
}

/* The read view of the server's record, which only a service has that is whole. */
static void add_metadata(struct probe_rows *rows)
{
    static const char check[] = "metadata";
    const struct imds_end *end = &rows->facts->seen->instance;

    if (end->outcome == IMDS_NOT_ASKED) {
        add_not_asked(rows, check);
    } else if (end->outcome == IMDS_DONE) {
        probe_add(rows, check, PROBE_PASS, json_true(), json_true(), "the record of this server can be read: %s%s%s",
                  text_string(&rows->facts->seen->name), rows->facts->seen->name.size > 0 ? ", " : "",
                  text_string(&rows->facts->seen->id));
    } else if (!probe_kind(rows)->reads_itself) {
        probe_add(rows, check, PROBE_NOT_APPLICABLE, NULL, json_false(), "%s have no read view",
                  probe_kind(rows)->plural);
    } else {
        add_refusal(rows, check, end);
    }
}

static void add_iam_token(struct probe_rows *rows)
{
    static const char check[] = "iam_token";
    const struct metadata_probe_facts *facts = rows->facts;
    const struct imds_probe *seen = facts->seen;
    const struct imds_end *end = &seen->iam_token;
    const char *of_plane = json_string_value(json_at(facts->plane->profile, "/target/id"));
    const char *given = facts->opts->trusted_profile;
    const char *profile = given != NULL            ? given
                          : seen->profile.size > 0 ? text_string(&seen->profile)
                          : facts->plane->read     ? of_plane
                                                   : NULL;
    bool has_none = profile == NULL && (facts->plane->read || seen->initialization.outcome == IMDS_DONE);

    if (end->outcome == IMDS_NOT_ASKED) {
        add_not_asked(rows, check);
    } else if (end->outcome == IMDS_DONE) {
        probe_add(rows, check, PROBE_PASS, json_true(), json_true(), "granted for %s%s",
                  given != NULL ? "" : "the default profile ", profile != NULL ? profile : "");
    } else if (has_none) {
        probe_add(
            rows, check, PROBE_NOT_APPLICABLE, NULL, json_false(),
            "this server has no default trusted profile: name one that is linked to it, with --trusted-profile ID");
    } else if (strcmp(text_string(&end->code), "profile_not_linked") == 0) {
        probe_add(rows, check, PROBE_FAIL, json_true(), json_false(),
                  "profile_not_linked: the trusted profile %s is not linked to this server in IAM%s",
                  profile != NULL ? profile : "", seen->crn.size > 0 ? "" : "; the link needs the server's CRN");
        probe_fix_link(rows, profile);
    } else {
        add_refusal(rows, check, end);
    }
}

/* --- how far replies travel ---------------------------------------------------------------------------- */

static void add_hop_limit(struct probe_rows *rows)
{
    static const char check[] = "hop_limit";
    const struct metadata_probe_facts *facts = rows->facts;
    int found = (int)facts->seen->hops;
    int asked = (int)facts->opts->hop_limit.value;
    int expected = asked > 0 ? asked : facts->plane->read ? facts->plane->hop_limit : 0;
    json_t *wanted = expected > 0 ? json_integer(expected) : NULL;
    CLEANUP(text_free) struct text number = {0};

    text_printf(&number, "%d", expected);
    if (facts->seen->way < 0) {
        probe_add(rows, check, PROBE_NOT_APPLICABLE, wanted, NULL, "not known: %s",
                  rows->answers ? "no identity token was granted" : "nothing answers");
    } else if (found == 0) {
        probe_add(rows, check, PROBE_CANNOT_TELL, wanted, NULL,
                  "the kernel of this machine does not show the TTL of replies");
    } else if (expected == 0 || expected == found) {
        probe_add(rows, check, PROBE_PASS, wanted, json_integer(found), "replies arrive with a TTL of %d%s", found,
                  found == IMDS_HOPS_MAX ? " or more" : "");
    } else if (asked == 0 && found < expected && facts->host->in_container) {
        probe_add(rows, check, PROBE_PASS, wanted, json_integer(found),
                  "replies arrive with a TTL of %d of %d: this runs in a container, %d hop%s behind the server", found,
                  expected, expected - found, expected - found == 1 ? "" : "s");
    } else {
        probe_add(rows, check, PROBE_FAIL, wanted, json_integer(found),
                  "replies arrive with a TTL of %d%s instead of %d%s", found, found == IMDS_HOPS_MAX ? " or more" : "",
                  expected, asked > 0 ? "" : ", which the control plane has: the change has not reached this server");
        if (asked > 0 && probe_has_hop_limit(rows)) {
            probe_fix_server(rows, "set", "hop-limit", text_string(&number));
        }
    }
}

static void add_second_hop(struct probe_rows *rows)
{
    static const char check[] = "second_hop";
    const struct metadata_probe_host *host = rows->facts->host;
    unsigned hops = rows->facts->seen->hops;
    CLEANUP(text_free) struct text bridges = {0};
    CLEANUP(text_free) struct text raise = {0};

    if (host->bridges.size > 0) {
        text_printf(&bridges, " (here: %s%s)", text_string(&host->bridges),
                    host->forwards ? "" : "; the kernel does not forward");
    }
    if (hops == 0) {
        probe_add(rows, check, rows->facts->seen->way < 0 ? PROBE_NOT_APPLICABLE : PROBE_CANNOT_TELL, NULL, NULL,
                  "not known, as the hop limit");
    } else if (hops == 1) {
        if (probe_has_hop_limit(rows)) {
            text_append(&raise, ". Where one needs it: '");
            probe_append_command(rows, "set", "hop-limit", "2", &raise);
            text_append_char(&raise, '\'');
        }
        probe_add(rows, check, PROBE_NOTE, NULL, json_false(),
                  "a second hop is not reached: containers behind a bridge%s get no answer%s", text_string(&bridges),
                  text_string(&raise));
    } else {
        probe_add(rows, check, PROBE_NOTE, NULL, json_true(),
                  "a second hop is reached: containers behind a bridge%s get an answer", text_string(&bridges));
    }
}

/* --- this machine -------------------------------------------------------------------------------------- */

static void add_proxy(struct probe_rows *rows)
{
    static const char check[] = "proxy";
    const struct metadata_probe_facts *facts = rows->facts;
    const struct metadata_probe_host *host = facts->host;
    const char *protocol = rows->protocol != NULL ? rows->protocol : facts->plane->read ? facts->plane->protocol : NULL;
    bool is_http = protocol == NULL || strcmp(protocol, "http") == 0;
    bool is_https = protocol == NULL || strcmp(protocol, "https") == 0;
    const char *http = text_string(&host->http_proxy), *https = text_string(&host->https_proxy);
    bool covered = host->name_is_direct && (host->address_is_direct || !is_http);
    const char *variable = is_http && http[0] != '\0' ? http : is_https ? https : "";

    if (http[0] == '\0' && https[0] == '\0') {
        probe_add(rows, check, PROBE_PASS, NULL, NULL, "the environment names no proxy");
    } else if (covered || (host->name_is_direct && host->address_is_direct)) {
        probe_add(rows, check, PROBE_PASS, NULL,
                  json_build_string(variable[0] != '\0' ? variable
                                    : http[0] != '\0'   ? http
                                                        : https),
                  "the environment names a proxy, and no_proxy leaves out the metadata service");
    } else if (variable[0] == '\0') {
        probe_add(rows, check, PROBE_NOTE, NULL, json_build_string(http[0] != '\0' ? http : https),
                  "%s names a proxy, which is not for %s: other programs would use it after a change of the protocol, "
                  "unless NO_PROXY has " METADATA_PROBE_NO_PROXY,
                  http[0] != '\0' ? http : https, protocol);
    } else {
        probe_add(
            rows, check, PROBE_FAIL, NULL, json_build_string(variable),
            "%s names a proxy: other programs would send it the requests for the metadata service, tokens included "
            "(vpcmeta never does)",
            variable);
        probe_fix_proxy(rows);
    }
}

static void add_user_data(struct probe_rows *rows)
{
    static const char check[] = "user_data";
    const struct imds_probe *seen = rows->facts->seen;
    const struct metadata_probe_host *host = rows->facts->host;
    bool has_view = probe_kind(rows)->reads_itself;
    json_t *found = json_build("{s:I, s:i, s:i, s:n}", "bytes", (json_int_t)seen->user_data_bytes, "users_with_login",
                               (int)host->logins, "users_with_processes", (int)host->users, "owner_rule");

    if (seen->initialization.outcome != IMDS_DONE) {
        json_decref(found);
        probe_add(
            rows, check,
            seen->initialization.outcome == IMDS_NOT_ASKED || !has_view ? PROBE_NOT_APPLICABLE : PROBE_CANNOT_TELL,
            NULL, NULL, "not known: %s%s",
            seen->initialization.outcome == IMDS_NOT_ASKED || has_view ? "" : probe_kind(rows)->plural,
            seen->initialization.outcome != IMDS_NOT_ASKED ? has_view ? "it could not be read" : " have no read view"
            : rows->answers                                ? "no identity token was granted"
                                                           : "nothing answers");
    } else if (seen->user_data_bytes == 0) {
        probe_add(rows, check, PROBE_PASS, NULL, found, "there is none that others could read");
    } else {
        probe_add(rows, check, PROBE_NOTE, NULL, found,
                  "%lld bytes that every local process can read (%s other than root: %u with a login shell, %u with "
                  "processes now%s), unless a firewall rule of the owner match forbids it, which only root can see: "
                  "'sudo iptables-save | grep 169.254.169.254'",
                  (long long)seen->user_data_bytes, host->in_container ? "users of this container" : "users",
                  host->logins, host->users,
                  host->in_container ? "; those of the server cannot be seen from here" : "");
    }
}

static void add_control_plane(struct probe_rows *rows)
{
    static const char check[] = "control_plane";
    const struct metadata_probe_plane *plane = rows->facts->plane;

    if (!plane->read) {
        probe_add(rows, check, plane->failed ? PROBE_CANNOT_TELL : PROBE_NOT_APPLICABLE, NULL, NULL, "not compared: %s",
                  text_string(&plane->why));
        return;
    }
    const struct resource *server = plane->server;
    probe_add(rows, check, PROBE_PASS, NULL, json_true(), "compared with %s %s in %s", server->kind->singular,
              server->name,
              server->region != NULL && server->region[0] != '\0' ? server->region : "the region of the endpoint");
}

struct table *metadata_probe_rows(const struct metadata_probe_facts *facts, size_t *ret_failed)
{
    const char *protocol = metadata_probe_protocol(facts->seen);
    struct probe_rows rows = {.facts = facts,
                              .table = table_create(metadata_probe_columns, METADATA_PROBE_COLUMNS),
                              .answers = protocol != NULL,
                              .protocol = protocol,
                              .is_off = facts->plane->read && !facts->plane->server->settings.enabled};

    add_enabled(&rows);
    for (int way = 0; way < IMDS_WAYS; way++) {
        add_way(&rows, (enum imds_way)way);
    }
    add_protocol(&rows);
    add_token(&rows);
    add_metadata(&rows);
    add_iam_token(&rows);
    add_hop_limit(&rows);
    add_second_hop(&rows);
    add_proxy(&rows);
    add_user_data(&rows);
    add_control_plane(&rows);
    *ret_failed = rows.failed;
    return rows.table;
}
