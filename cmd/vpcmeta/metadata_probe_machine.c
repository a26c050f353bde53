/* The rows of a probe about the machine: how far replies travel, what proxies are named, who could read user_data. */
#include <string.h>

#include "imds/imds_hops.h"
#include "metadata_probe_row.h"

/* --- how far replies travel ---------------------------------------------------------------------------- */

void probe_add_hop_limit(struct probe_rows *rows)
{
    static const char check[] = "hop_limit";
    const struct metadata_probe_facts *facts = rows->facts;
    int found = (int)facts->seen->hops;
    int asked = (int)facts->opts->hop_limit.value;
    int expected = asked > 0 ? asked : facts->plane->read ? facts->plane->hop_limit : 0;
    json_t *wanted = expected > 0 ? json_integer(expected) : NULL;
    CLEANUP(text_free) struct text number = {0};

    text_printf(&number, "%d", expected);
    if (!metadata_probe_has_hop_limit(facts)) {
        probe_add(rows, check, PROBE_NOT_APPLICABLE, wanted, NULL, "%s have no response hop limit",
                  probe_kind(facts)->plural);
    } else if (facts->seen->way < 0) {
        probe_add(rows, check, probe_unknown(rows), wanted, NULL, "not known: %s", probe_why_unknown(rows));
    } else if (found == 0 && facts->stopped != NULL) {
        probe_add(rows, check, PROBE_CANNOT_TELL, wanted, NULL, "not known: %s", facts->stopped);
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
        if (asked > 0) {
            probe_fix_server(rows, "set", "hop-limit", text_string(&number));
        }
    }
}

void probe_add_second_hop(struct probe_rows *rows)
{
    static const char check[] = "second_hop";
    const struct metadata_probe_host *host = rows->facts->host;
    const struct metadata_probe_facts *facts = rows->facts;
    unsigned hops = facts->seen->hops;
    bool is_limited = metadata_probe_has_hop_limit(facts);
    bool is_chosen = facts->opts->hop_limit.given || (facts->plane->read && facts->plane->hop_limit > 1);
    CLEANUP(text_free) struct text bridges = {0};
    CLEANUP(text_free) struct text raise = {0};

    if (host->bridges.size > 0) {
        text_printf(&bridges, " (here: %s%s)", text_string(&host->bridges),
                    host->forwards ? "" : "; the kernel does not forward");
    }
    if (hops == 0) {
        probe_add(rows, check, facts->seen->way < 0 ? probe_unknown(rows) : PROBE_CANNOT_TELL, NULL, NULL,
                  is_limited ? "not known, as the hop limit" : "not known");
    } else if (hops == 1) {
        if (is_limited && !is_chosen) { /* not the opposite of what the row above says */
            text_append(&raise, ". Where one needs it: '");
            (void)probe_append_command(rows, "set", "hop-limit", "2", &raise);
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

void probe_add_proxy(struct probe_rows *rows)
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

void probe_add_user_data(struct probe_rows *rows)
{
    static const char check[] = "user_data";
    const struct imds_probe *seen = rows->facts->seen;
    const struct metadata_probe_host *host = rows->facts->host;
    bool has_view = probe_kind(rows->facts)->reads_itself;
    json_t *found = json_build("{s:I, s:i, s:i, s:n}", "bytes", (json_int_t)seen->user_data_bytes, "users_with_login",
                               (int)host->logins, "users_with_processes", (int)host->users, "owner_rule");

    if (seen->initialization.outcome != IMDS_DONE) {
        json_decref(found);
        if (seen->initialization.outcome == IMDS_NOT_ASKED) {
            probe_add(rows, check, probe_unknown(rows), NULL, NULL, "not known: %s", probe_why_unknown(rows));
        } else if (!has_view) {
            probe_add(rows, check, PROBE_NOT_APPLICABLE, NULL, NULL, "not known: %s have no read view",
                      probe_kind(rows->facts)->plural);
        } else {
            probe_add(rows, check, PROBE_CANNOT_TELL, NULL, NULL, "not known: %s",
                      seen->initialization.outcome == IMDS_STOPPED ? rows->facts->stopped : "it could not be read");
        }
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
