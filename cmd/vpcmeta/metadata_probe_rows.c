/* What a probe has found as rows: what was expected, what was found, and what fixes it. */
#include <string.h>

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
    const int64_t asked = rows->facts->opts->hop_limit.value;
    bool no_name = text_equal(plane->protocol, "https") && name->outcome == IMDS_UNREACHED;
    bool hops = !no_name && needed != RESOURCE_ON && rows->facts->host->in_container && plane->hop_limit == 1;
    CLEANUP(text_free) struct text nowhere = {0};
    CLEANUP(text_free) struct text limit = {0};

    text_printf(&nowhere, "with https only the name works, and here it does not: %s", name->error.message);
    text_printf(&limit, "%lld", (long long)(asked > 2 ? asked : 2));
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
        if (strstr(name->error.message, "host not found") != NULL) {
            probe_fix(rows, "getent hosts api.metadata.cloud.ibm.com");
        }
    } else if (hops) {
        probe_fix_server(rows, "set", "hop-limit", text_string(&limit));
    } else if (probe_may_need_restart(rows)) {
        probe_fix_restart(rows);
    } else {
        probe_fix(rows, "ip route get 169.254.169.254");
    }
}

static void add_silence(struct probe_rows *rows)
{
    const struct metadata_probe_facts *facts = rows->facts;
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
        (void)probe_append_command(rows, "restart", "always", NULL, &restart);
        probe_add(
            rows, "enabled", PROBE_FAIL, json_true(), json_false(),
            "no answer at all: the service is off, or %sthis is no VPC server. If it is on, the server may have been "
            "created with it off and not been stopped and started since: '%s'",
            facts->host->in_container ? "its hop limit is too low for this container, or " : "", text_string(&restart));
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
    if (rows->is_stopped) {
        probe_add(rows, check, PROBE_CANNOT_TELL, json_boolean(expected), NULL, "not known: %s",
                  probe_why_unknown(rows));
    } else if (!expected) {
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
    if (end->outcome == IMDS_STOPPED) {
        probe_add(rows, checks[way], PROBE_CANNOT_TELL, NULL, NULL, "%s: not known: %s", seen->urls[way],
                  rows->facts->stopped);
    } else if (imds_probe_answers(seen, way)) {
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
        probe_add(rows, check, probe_unknown(rows), string_or_null(expected), NULL, "not known: %s",
                  probe_why_unknown(rows));
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

    if (end->outcome == IMDS_STOPPED) {
        probe_add(rows, check, PROBE_CANNOT_TELL, json_true(), NULL, "not known: %s", rows->facts->stopped);
        return;
    }
    if (!is_incomplete(rows, end)) {
        probe_add(rows, check, PROBE_FAIL, json_true(), json_false(), "%s", describe_end(end));
        return;
    }
    probe_add(rows, check, PROBE_FAIL, json_true(), json_false(), "%s. %s", describe_end(end),
              known ? "The service was turned on, and the server was not stopped and started since"
                    : "A service that was off when the server was created is complete only after a stop and start; a "
                      "reboot is not enough");
    probe_fix_restart(rows);
}

/* --- what is granted ----------------------------------------------------------------------------------- */

static void add_not_asked(struct probe_rows *rows, const char *check)
{
    probe_add(rows, check, probe_unknown(rows), NULL, NULL, "not asked for: %s", probe_why_unknown(rows));
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
    if (probe_unknown(rows) == PROBE_CANNOT_TELL) {
        probe_add(rows, check, PROBE_CANNOT_TELL, json_true(), NULL, "not known: %s", probe_why_unknown(rows));
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
    } else if (end->outcome != IMDS_STOPPED && !probe_kind(rows->facts)->reads_itself) {
        probe_add(rows, check, PROBE_NOT_APPLICABLE, NULL, json_false(), "%s have no read view",
                  probe_kind(rows->facts)->plural);
    } else {
        add_refusal(rows, check, end);
    }
}

/* The name of the line against what the service says. */
static void add_server(struct probe_rows *rows)
{
    static const char check[] = "server";
    const struct metadata_probe_facts *facts = rows->facts;
    const struct resource *server = facts->plane->server;
    const char *name = server != NULL && server->name != NULL ? server->name
                       : facts->seen->name.size > 0           ? text_string(&facts->seen->name)
                       : facts->seen->id.size > 0             ? text_string(&facts->seen->id)
                                                              : text_string(&facts->seen->crn);
    json_t *expected = json_build_string(facts->word);

    if (facts->seen->way < 0) {
        probe_add(rows, check, probe_unknown(rows), expected, NULL, "not known: %s", probe_why_unknown(rows));
        return;
    }
    switch (metadata_probe_is_called(facts->word, facts->seen, facts->plane)) {
    case RESOURCE_ON:
        probe_add(rows, check, PROBE_PASS, expected, json_build_string(name), "this server is %s", facts->word);
        break;
    case RESOURCE_OFF:
        probe_add(rows, check, PROBE_FAIL, expected, json_build_string(name),
                  "this server is %s, as its identity token says, and not %s: all checks are about %s", name,
                  facts->word, name);
        probe_fix_word(rows);
        break;
    default:
        probe_add(rows, check, PROBE_CANNOT_TELL, expected, NULL,
                  "its identity token does not say whether the name of this server is %s", facts->word);
        break;
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
    } else if (has_none && end->outcome != IMDS_STOPPED) {
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
                              .is_stopped = protocol == NULL && facts->stopped != NULL,
                              .is_off = facts->plane->read && !facts->plane->server->settings.enabled};

    add_enabled(&rows);
    for (int way = 0; way < IMDS_WAYS; way++) {
        add_way(&rows, (enum imds_way)way);
    }
    add_protocol(&rows);
    add_token(&rows);
    add_metadata(&rows);
    if (facts->word != NULL) {
        add_server(&rows);
    }
    add_iam_token(&rows);
    probe_add_hop_limit(&rows);
    probe_add_second_hop(&rows);
    probe_add_proxy(&rows);
    probe_add_user_data(&rows);
    add_control_plane(&rows);
    *ret_failed = rows.failed;
    text_free(&rows.message);
    return rows.table;
}
