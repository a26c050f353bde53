/* Why the service gives no answer, or refuses, and what can be done about it. */
#include <string.h>

#include "cli/cli.h"
#include "cli/cli_command_line.h"
#include "imds/imds.h"
#include "resource/resource.h"
#include "json/json.h"
#include "json/json_web_token.h"

#define WORD_SIGNS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

static const char *what_of(const struct imds_call *call)
{
    switch (call->operation) {
    case IMDS_TOKEN:
        return "no identity token";
    case IMDS_IAM_TOKEN:
        return "no IAM token";
    case IMDS_CERTIFICATE:
        return "no certificate";
    case IMDS_METADATA:
        break;
    }
    return "cannot read the metadata";
}

/* The URL in the other protocol. Of https the certificate has the usual name, and http is at the usual address. */
static void append_other(const char *base, bool is_https, struct text *out)
{
    if (strcmp(base, IMDS_URL_NAME) == 0 || strcmp(base, IMDS_URL_ADDRESS) == 0) {
        text_append(out, is_https ? IMDS_URL_ADDRESS : IMDS_URL_NAME);
    } else {
        text_printf(out, "%s%s", is_https ? "http" : "https", base + strcspn(base, ":"));
    }
}

/* The service holds a connection that it does not serve, or drops its packets. */
static bool explain_silence(const struct imds_endpoint *endpoint, const struct http_reply *reply, struct err *e)
{
    int64_t waited_ms = reply->elapsed_ms < 1000 ? reply->elapsed_ms : (reply->elapsed_ms + 500) / 1000 * 1000;
    bool is_https = text_begins(endpoint->base, "https:");
    CLEANUP(text_free) struct text other = {0};

    append_other(endpoint->base, is_https, &other);
    err_set(e, ERR_NETWORK, "the metadata service at %s gave no answer within %s", endpoint->base,
            text_duration(waited_ms).text);
    return err_advise(e,
                      "It is off, speaks only %s (then give --metadata-url %s), or cannot be reached from here (a hop "
                      "limit too low for a container, a firewall, no VPC server): see 'vpcmeta help metadata'",
                      is_https ? "http" : "https", text_string(&other));
}

bool imds_explain_nowhere(const char *first, const char *second, struct err *e)
{
    err_clear(e);
    err_set(e, ERR_NETWORK, "the metadata service gave no answer at %s or %s", first, second);
    return err_advise(e, "It is off, or cannot be reached from here (a hop limit too low for a container, a firewall, "
                         "no VPC server): see 'vpcmeta help metadata'");
}

void imds_read_code(const struct http_reply *reply, struct text *ret_code, struct text *ret_target)
{
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err ignored = ERR_INIT;

    if (reply->size == 0 || reply->size > HTTP_ERROR_BODY_MAX ||
        !json_parse(reply->body, reply->size, "answer", JSON_READ_BIG_NUMBERS, &document, &ignored)) {
        return;
    }
    const json_t *error = json_array_get(json_object_get(document.root, "errors"), 0);
    const char *code = json_string_value(json_object_get(error, "code"));
    const char *target = json_string_value(json_object_get(json_object_get(error, "target"), "name"));
    text_append(ret_code, code != NULL ? code : "");
    text_append(ret_target, target != NULL ? target : "");
}

/* The command whose fix is the link, in full. */
static void append_probe(const struct imds_endpoint *endpoint, const struct imds_call *call, struct text *out)
{
    bool is_usual = strcmp(endpoint->base, IMDS_URL_NAME) == 0 || strcmp(endpoint->base, IMDS_URL_ADDRESS) == 0;

    text_append(out, "vpcmeta metadata probe");
    if (call->trusted_profile != NULL) {
        text_append(out, " --trusted-profile ");
        cli_quote(out, call->trusted_profile);
    }
    if (!is_usual) {
        text_printf(out, " --metadata-url %s", endpoint->base);
    }
}

/* Of the profile's id or CRN, the id: the command takes no CRN. "": it is neither. */
static void append_profile_id(const char *profile, struct text *out)
{
    const char *colon = profile != NULL ? strrchr(profile, ':') : NULL;
    const char *id = colon != NULL ? colon + 1 : profile != NULL ? profile : "";

    if (id[0] != '-' && strspn(id, WORD_SIGNS) == strlen(id)) {
        text_append(out, id);
    }
}

/* The whole command, where the identity token has the server's CRN and it is known which profile was meant. */
static void advise_link(const struct imds_endpoint *endpoint, const struct imds_call *call, struct err *e)
{
    JSON_CLEANUP json_t *claims = call->bearer != NULL ? json_web_token_claims(call->bearer) : NULL;
    const char *crn = json_string_value(json_object_get(json_object_get(claims, "iaas"), "crn"));
    CLEANUP(cli_command_line_free) struct cli_command_line line = {0};
    CLEANUP(text_free) struct text profile = {0}, probe = {0};

    append_profile_id(call->trusted_profile, &profile);
    if (profile.size == 0 || crn == NULL || resource_crn_id(crn) == NULL ||
        strspn(crn, WORD_SIGNS ":/") != strlen(crn)) {
        append_probe(endpoint, call, &probe);
        err_advise(e, "Link the profile to this server: '%s' prints the command for that; a new link may take a minute",
                   text_string(&probe));
        return;
    }
    cli_command_line_begin(&line, "ibmcloud", "iam trusted-profile-link-create");
    cli_command_line_operand(&line, text_string(&profile));
    cli_command_line_option(&line, "name", resource_crn_id(crn));
    cli_command_line_option(&line, "cr-type", strstr(crn, ":bare-metal") != NULL ? "BMS" : "VSI");
    cli_command_line_option(&line, "link-crn", crn);
    err_advise(e, "Link the profile to this server: '%s'; a new link may take a minute",
               cli_command_line_string(&line));
}

/* vpc-api.md 4.1 */
static void advise_restart(const struct imds_endpoint *endpoint, const struct imds_call *call, struct err *e)
{
    CLEANUP(text_free) struct text probe = {0};

    append_probe(endpoint, call, &probe);
    err_advise(
        e,
        "If the service was off when the server was created, stop and start the server, a reboot is not enough: "
        "'vpcmeta instance restart NAME --always' where a credential is at hand; '%s' prints the command in full",
        text_string(&probe));
}

static void advise_by_code(const struct imds_endpoint *endpoint, const struct imds_call *call, int status,
                           const char *code, const char *target, struct err *e)
{
    bool default_profile = call->operation == IMDS_IAM_TOKEN && call->trusted_profile == NULL;

    if (strcmp(code, "profile_not_linked") == 0) {
        advise_link(endpoint, call, e);
    } else if (default_profile && (text_begins(target, "trusted_profile") || status == 404)) {
        err_advise(e, "This server has no default trusted profile: name one that is linked to it, with %s",
                   call->profile_option != NULL ? call->profile_option : "--trusted-profile ID|CRN");
    } else if (status == 401) {
        err_advise(e, "Identity tokens live for 5 minutes unless asked otherwise, by the server's clock: check this "
                      "machine's with 'date -u'");
    } else if (status == 403 || (status == 500 && strcmp(code, "service_error") == 0)) {
        advise_restart(endpoint, call, e);
    } else if (status == 404 && call->operation == IMDS_METADATA && target[0] == '\0') {
        err_advise(e, "A bare metal server reads no metadata but its initialization: 'vpcmeta metadata get "
                      "initialization'");
    } else if (status == 404 && call->operation != IMDS_METADATA) {
        err_advise(e, "The paths of version %s are not there: %s", endpoint->version,
                   imds_has_new_paths(endpoint->version) ? "set VPC_VPC_IMS_VERSION=2022-03-01"
                                                         : "leave VPC_VPC_IMS_VERSION unset, and --api-version out");
    }
}

bool imds_explain(const struct imds_endpoint *endpoint, const struct imds_call *call, const struct http_reply *reply,
                  struct err *e)
{
    CLEANUP(text_free) struct text code = {0}, target = {0};

    if (e->code != ERR_NONE) {
        return false;
    }
    if (reply->status == 0 && reply->timed_out) {
        return explain_silence(endpoint, reply, e);
    }
    *e = *reply->error;
    if (reply->fault == HTTP_FAULT_CANCELLED) {
        if (e->signal == 0 && reply->status == 0) {
            err_wrap(e, "the metadata service at %s has not answered", endpoint->base);
        }
        return false;
    }
    if (reply->status > 0 && reply->foreign) {
        err_advise(e, "What answers at %s is not the metadata service of a VPC server", endpoint->base);
    } else if (reply->status > 0) {
        imds_read_code(reply, &code, &target);
        advise_by_code(endpoint, call, reply->status, text_string(&code), text_string(&target), e);
    } else if (reply->fault == HTTP_FAULT_UNTRUSTED && strstr(endpoint->base, "://169.254.") != NULL) {
        err_advise(e, "The certificate is for the name, not for the address: give --metadata-url " IMDS_URL_NAME);
    } else if (reply->fault == HTTP_FAULT_UNREACHED) {
        err_advise(e, "This answers on a VPC server only: see 'vpcmeta help metadata'");
    }
    return err_wrap(e, "%s", what_of(call));
}
