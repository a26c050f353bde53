/* vpcmeta metadata probe: what a server can see of its metadata service, and what is not as it should be. */
#include "metadata_probe.h"

#include "commands.h"
#include "known_columns.h"

static const struct opt_spec probe_opt[] = {
    OPT_BOOL(struct metadata_probe_opts, enabled, 0, "expect-enabled", "whether the service shall answer",
             .default_value = "true"),
    OPT_ENUM(struct metadata_probe_opts, protocol, 0, "expect-protocol", metadata_probe_protocols,
             "the protocol that shall answer (default: that of the control plane)"),
    OPT_INT(struct metadata_probe_opts, hop_limit, 0, "expect-hop-limit", RESOURCE_HOP_LIMIT_MIN,
            RESOURCE_HOP_LIMIT_MAX, "the response hop limit that shall be seen (default: that of the control plane)"),
    OPT_STRING(struct metadata_probe_opts, trusted_profile, 0, "trusted-profile", "ID|CRN",
               "get the IAM token of this profile (default: of the server's default profile)"),
    OPT_END,
};

static const char *or_null(const struct text *text)
{
    return text->size > 0 ? text_string(text) : NULL;
}

static json_t *settings_seen(const struct metadata_probe_facts *facts)
{
    const struct imds_probe *seen = facts->seen;
    const char *protocol = metadata_probe_protocol(seen);
    bool has_profile = seen->initialization.outcome == IMDS_DONE && seen->profile.size > 0;

    bool has_limit = seen->hops > 0 && metadata_probe_has_hop_limit(facts);
    bool is_known = protocol != NULL || (imds_probe_find(seen, IMDS_UNTRUSTED) == NULL &&
                                         imds_probe_find(seen, IMDS_FOREIGN) == NULL && facts->stopped == NULL);
    return json_build("{s:o, s:s?, s:o, s:s?}", "enabled", is_known ? json_boolean(protocol != NULL) : json_null(),
                      "protocol", protocol, "response_hop_limit", has_limit ? json_integer(seen->hops) : json_null(),
                      "default_trusted_profile", has_profile ? text_string(&seen->profile) : NULL);
}

static json_t *settings_of_plane(const struct metadata_probe_plane *plane)
{
    if (!plane->read) {
        return json_null();
    }
    const struct resource_settings *settings = &plane->server->settings;
    const char *profile = json_string_value(json_at(plane->profile, "/target/id"));
    return json_build("{s:b, s:s?, s:o, s:s?, s:o}", "enabled", settings->enabled, "protocol", plane->protocol,
                      "response_hop_limit", plane->hop_limit > 0 ? json_integer(plane->hop_limit) : json_null(),
                      "default_trusted_profile", profile, "restart_needed",
                      plane->restart_needed == RESOURCE_UNKNOWN ? json_null()
                                                                : json_boolean(plane->restart_needed == RESOURCE_ON));
}

static json_t *make_head(const struct metadata_probe_facts *facts)
{
    const struct imds_probe *seen = facts->seen;
    CLEANUP(text_free) struct text missing = {0};

    if (facts->plane->failed) {
        text_printf(&missing, "%s\n", facts->plane->error.message);
    }
    json_t *head = app_list_head(&missing);
    json_object_set_new(head, "server",
                        json_build("{s:s?, s:s?, s:s?, s:s?}", "id", or_null(&seen->id), "name", or_null(&seen->name),
                                   "crn", or_null(&seen->crn), "region", or_null(&seen->region)));
    json_object_set_new(
        head, "settings",
        json_build("{s:o, s:o}", "seen", settings_seen(facts), "control_plane", settings_of_plane(facts->plane)));
    return head;
}

static int report(struct app *app, const struct metadata_probe_facts *facts, struct err *e)
{
    size_t failed = 0;
    TABLE_CLEANUP struct table *table = metadata_probe_rows(facts, &failed);
    JSON_CLEANUP json_t *head = make_head(facts);

    if (!app_print_table(app, table, &(struct render_envelope){.head = head, .items = "checks"}, e)) {
        return err_exit_status(e);
    }
    if (facts->plane->is_no_name ||
        (facts->plane->failed && (failed == 0 || facts->stopped != NULL || facts->plane->error.signal != 0))) {
        err_take(e, &facts->plane->error);
        return err_exit_status(e);
    }
    if (failed > 0) {
        app_note(app, "%zu check%s not as expected", failed, failed == 1 ? " is" : "s are");
        return ERR_EXIT_FINDINGS;
    }
    return ERR_EXIT_DONE;
}

/* The server of the token, or of the control plane, has none. */
static bool check_expected(const struct metadata_probe_facts *facts, struct err *e)
{
    if (!facts->opts->hop_limit.given || metadata_probe_has_hop_limit(facts)) {
        return true;
    }
    return err_set(e, ERR_USAGE,
                   "--expect-hop-limit: this is a bare metal server, and those have no response hop limit");
}

/* What was found out until the deadline or a signal is worth showing. */
static void stop(const struct err *error, struct metadata_probe_facts *facts, struct metadata_probe_plane *plane)
{
    plane->failed = true;
    plane->error = *error;
    text_append(&plane->why, error->message);
    facts->stopped = text_string(&plane->why);
}

static int run(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct metadata_probe_opts *opts = call->opts;
    CLEANUP(imds_probe_free) struct imds_probe seen = {0};
    CLEANUP(metadata_probe_host_free) struct metadata_probe_host host = {0};
    CLEANUP(metadata_probe_plane_free) struct metadata_probe_plane plane = {0};
    struct imds *imds = NULL;
    struct metadata_probe_facts facts = {.app = app,
                                         .opts = opts,
                                         .word = call->args_count > 0 ? call->args[0] : NULL,
                                         .seen = &seen,
                                         .host = &host,
                                         .plane = &plane};

    if (!app_check_output(app, metadata_probe_columns, METADATA_PROBE_COLUMNS, e) ||
        !app_open_metadata(app, &imds, e)) {
        return err_exit_status(e);
    }
    bool ran = imds_probe(imds, opts->trusted_profile, &seen, e);
    metadata_probe_host_read(&host);
    if (ran) {
        metadata_probe_plane_read(app, facts.word, &seen, &plane);
    } else {
        stop(e, &facts, &plane);
        *e = ERR_INIT;
    }
    if (!check_expected(&facts, e)) {
        return err_exit_status(e);
    }
    return report(app, &facts, e);
}

static const struct cmd_example examples[] = {
    {"vpcmeta metadata probe", "on a server: what answers, and what is not as it should be"},
    {"vpcmeta metadata probe --expect-protocol https --expect-hop-limit 1", "also without a credential: exit 3 if not"},
    {"vpcmeta metadata probe web-0001 -o json", "the service gives no answer: compare with this server"},
    {0},
};

static void fields(const struct cmd_spec *command, struct cli_known *known)
{
    (void)command;
    known_columns(known, metadata_probe_columns, METADATA_PROBE_COLUMNS);
}

const struct cmd_spec cmd_metadata_probe = {
    .path = "metadata probe",
    .summary = "check from inside a server that its service works",
    .arguments = "[NAME|ID|CRN]",
    .max_args = 1,
    .description =
        "Runs on the server itself and asks its metadata service in every way at once: http by address and by name, "
        "https by name. Shows whether an identity token and an IAM token of the default trusted profile are granted, "
        "which TTL the replies arrive with, whether a container behind a bridge would get one, whether a proxy of the "
        "environment is in the way of other programs, and who else on this machine can read user_data. Where a "
        "credential is at hand, the settings are compared with those of the control plane. It takes a few seconds, "
        "also where nothing answers.\n\n"
        "NAME says which server this is, where the service gives no answer to say it; an identity token of another one "
        "is a fail, and its server is the one that is compared. Without both it is looked for by the name of this "
        "machine. A fail has its recommended fix: a command to run here, or one for another machine with a "
        "credential.\n\n"
        "A result is pass, fail, note (worth knowing, changes nothing), cannot_tell or not_applicable. Exit status: 0 "
        "as expected, 3 at least one fail, 1 when it could not be carried out. Without options and credentials, "
        "expected is that the service answers and grants a token.",
    .examples = examples,
    .opts = probe_opt,
    .opts_size = sizeof(struct metadata_probe_opts),
    .run = run,
    .fields = fields,
};
