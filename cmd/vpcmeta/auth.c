/* vpcmeta auth ...: who the token is of, which credential it comes from, and whether that works. */
#include "app.h"
#include "clock/clock.h"
#include "commands.h"
#include "identity.h"
#include "when.h"

/* When the token ends, in seconds since the epoch; -1: not known. */
static int64_t end_of_token(const struct app *app, const struct iam_identity *identity)
{
    int64_t life_s = session_token_life_s(app->session);

    return life_s >= 0 ? clock_wall_s(clock_system()) + life_s : identity->expires_at_s;
}

static void set_string(json_t *object, const char *member, const char *value)
{
    json_object_set_new(object, member, value != NULL ? json_build_string(value) : json_null());
}

/* For programs. */
static json_t *make_document(const struct app *app, const struct iam_identity *identity, bool has_token)
{
    const struct session *session = app->session;
    const struct session_login login = session_login(session);
    int64_t life_s = session_token_life_s(session);
    int64_t end_s = end_of_token(app, identity);
    char stamp[CLOCK_STAMP_SIZE];
    CLEANUP(text_free) struct text iam = {0};
    JSON_CLEANUP json_t *who = identity_json(identity);

    if (login.iam_url != NULL) {
        identity_append_with_source(&iam, login.iam_url, login.iam_url_source);
    }
    json_t *document =
        json_build("{s:i, s:s, s:s, s:s, s:s?, s:b}", "schema_version", 1, "credential", login.credential, "endpoint",
                   session_region_base(session, 0), "endpoint_source", session_endpoint_source(session), "iam",
                   iam.size > 0 ? text_string(&iam) : NULL, "token", has_token);
    if (life_s >= 0) {
        json_object_set_new(document, "expires_in", json_integer(life_s));
    }
    clock_stamp(end_s, stamp);
    json_object_set_new(document, "expires_at", end_s >= 0 ? json_build_string(stamp) : json_null());
    json_object_set_new(document, "method", json_build_string(session_auth_method(session)));
    set_string(document, "iam_url", login.iam_url);
    set_string(document, "iam_url_source", login.iam_url_source);
    set_string(document, "profile", login.profile);
    set_string(document, "profile_source", login.profile_source);
    set_string(document, "metadata_url", login.metadata_url);
    set_string(document, "metadata_url_source", login.metadata_url_source);
    set_string(document, "metadata_version", login.metadata_version);
    json_object_set_new(document, "decoded", json_boolean(identity->decoded));
    json_object_update(document, who);
    return document;
}

static const char *describe_token(const struct iam_identity *identity, bool has_token)
{
    return !has_token          ? "not known: requests go without a token (--auth none)"
           : identity->decoded ? "not known: the token has no such claim"
                               : "not known: the token is no JSON web token and cannot be decoded";
}

enum { LINES_MAX = 9 };

/* What is known, a line each; those of other methods are left out. Borrows titles. */
struct lines {
    struct table_column columns[LINES_MAX];
    struct text values[LINES_MAX];
    size_t count;
};

static void lines_free(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++) {
        text_free(&lines->values[i]);
    }
}

static struct text *add_line(struct lines *lines, const char *name, const char *title)
{
    lines->columns[lines->count] = (struct table_column){.name = name, .title = title, .type = TABLE_STRING};
    return &lines->values[lines->count++];
}

/* "URL (SOURCE)", and what is meant where the URL is not known. */
static void append_place(struct text *out, const char *url, const char *source)
{
    identity_append_with_source(out, url != NULL ? url : "not known yet", source);
}

static void add_login(struct lines *lines, const struct session_login *login)
{
    if (login->has_profile) {
        struct text *line = add_line(lines, "profile", "profile");
        append_place(line, login->profile != NULL ? login->profile : "the default trusted profile of this server",
                     login->profile != NULL ? login->profile_source : "");
    }
    if (login->iam_url != NULL) {
        append_place(add_line(lines, "iam_url", "iam url"), login->iam_url, login->iam_url_source);
    } else {
        struct text *line = add_line(lines, "metadata_url", "metadata url");
        append_place(line, login->metadata_url, login->metadata_url_source);
        text_printf(line, ", version %s", login->metadata_version);
    }
}

/* For people: who, which account, until when comes first. */
static void gather_lines(const struct app *app, const struct iam_identity *identity, bool has_token,
                         struct lines *lines)
{
    const struct session *session = app->session;
    const struct session_login login = session_login(session);
    int64_t end_s = end_of_token(app, identity);
    JSON_CLEANUP json_t *who = identity_json(identity);

    identity_describe(who, add_line(lines, "identity", "identity"));
    text_append(add_line(lines, "account", "account"), text_string(&identity->account));
    struct text *until = add_line(lines, "valid_until", "valid until");
    if (end_s >= 0) {
        when_append_moment(until, end_s, true);
    }
    for (size_t i = 0; i < lines->count; i++) {
        if (lines->values[i].size == 0) {
            text_append(&lines->values[i], describe_token(identity, has_token));
        }
    }
    text_append(add_line(lines, "method", "method"), session_auth_method(session));
    text_append(add_line(lines, "credential", "credential"), has_token ? login.credential : "none is used");
    add_login(lines, &login);
    append_place(add_line(lines, "endpoint", "endpoint"), session_region_base(session, 0),
                 session_endpoint_source(session));
}

static bool print_lines(struct app *app, const struct iam_identity *identity, bool has_token, struct err *e)
{
    CLEANUP(lines_free) struct lines lines = {0};

    gather_lines(app, identity, has_token, &lines);
    TABLE_CLEANUP struct table *table = table_create(lines.columns, lines.count);
    table_add_row(table);
    for (size_t i = 0; i < lines.count; i++) {
        table_set_string(table, i, text_string(&lines.values[i]));
    }
    return app_print_records(app, table, NULL, e);
}

static int status(struct app *app, const struct cli_call *call, struct err *e)
{
    struct inventory_scope scope;
    const char *token = NULL;
    CLEANUP(iam_identity_free) struct iam_identity identity = {0};

    (void)call;
    if (!app_check_output(app, NULL, 0, e) || !app_connect(app, &scope, e) || !session_token(app->session, &token, e) ||
        !session_token_identity(app->session, &identity, e)) {
        return err_exit_status(e);
    }
    if (app_prints_text(app) && app->globals->fields.count == 0) {
        return print_lines(app, &identity, token != NULL, e) ? ERR_EXIT_DONE : err_exit_status(e);
    }
    JSON_CLEANUP json_t *document = make_document(app, &identity, token != NULL);
    return app_print_document(app, document, e) ? ERR_EXIT_DONE : err_exit_status(e);
}

static int token(struct app *app, const struct cli_call *call, struct err *e)
{
    struct inventory_scope scope;
    const char *bearer = NULL;
    CLEANUP(text_free_secret) struct text line = {0};

    (void)call;
    if (!app_connect(app, &scope, e) || !session_token(app->session, &bearer, e)) {
        return err_exit_status(e);
    }
    if (bearer == NULL) {
        err_set(e, ERR_AUTH, "there is no token: requests go without one (--auth none)");
        return err_exit_status(e);
    }
    text_printf(&line, "%s\n", bearer);
    return render_text(text_string(&line), line.size, stdout, e) ? 0 : err_exit_status(e);
}

static const struct cmd_example status_examples[] = {
    {"vpcmeta auth status", "who the credential is of, in which account, and until when its token is good"},
    {"vpcmeta auth status -o json --jq .account", "the account alone, for a script that checks it"},
    {0},
};

const struct cmd_spec cmd_auth_status = {
    .path = "auth status",
    .summary = "show who the credential is of and whether it works",
    .description =
        "Gets a token as any other command would, and shows what it says of its holder: identity, account, end. The "
        "token itself and the key are never printed. In -o json what the token does not say is null, and \"decoded\" "
        "is false where it is no JSON web token.",
    .examples = status_examples,
    .run = status,
};

static const struct cmd_example token_examples[] = {
    {"vpcmeta auth token | cut -c1-10", "the beginning of a bearer token"},
    {0},
};

static const struct cmd_refusal token_refusals[] = {OPTIONS_NO_FORMAT("a bare token"), {0}};

const struct cmd_spec cmd_auth_token = {
    .path = "auth token",
    .summary = "print a bearer token for other tools",
    .description = "The token goes to standard output and nowhere else: it is a secret for as long as it lives.",
    .examples = token_examples,
    .refusals = token_refusals,
    .run = token,
};
