/* vpcmeta metadata certificate: an instance identity certificate for a certificate signing request. */
#include <string.h>

#include "commands.h"
#include "metadata.h"

enum { CSR_MAX = 64 * 1024 };

struct certificate_opts {
    const char *csr;
    struct opt_duration expires_in;
};

static const struct opt_spec certificate_opt[] = {
    OPT_FILE(struct certificate_opts, csr, 0, "csr", "FILE|-", "the certificate signing request (PEM)"),
    OPT_DURATION(struct certificate_opts, expires_in, 0, "expires-in", "life of the certificate (default: 1h)",
                 .min = 1000, .max = 31536000000L),
    OPT_END,
};

/* The leaf and what it is signed by, one behind the other, as servers take them. False: there is none. */
static bool append_chain(const json_t *answer, struct text *out)
{
    const json_t *certificates = json_object_get(answer, "certificates");

    for (size_t i = 0; i < json_array_size(certificates); i++) {
        const char *pem = json_string_value(json_array_get(certificates, i));
        if (pem == NULL || pem[0] == '\0') {
            return false;
        }
        text_append(out, pem);
        text_append(out, out->data[out->size - 1] == '\n' ? "" : "\n");
    }
    return out->size > 0;
}

static int print_certificate(struct app *app, const json_t *answer, struct err *e)
{
    CLEANUP(text_free) struct text chain = {0};

    if (!append_chain(answer, &chain)) {
        err_set(e, ERR_BAD_ANSWER, "the metadata service's answer holds no certificate");
    } else if (app_prints_text(app) && app->globals->fields.count == 0) {
        (void)!render_text(text_string(&chain), chain.size, stdout, e);
    } else {
        JSON_CLEANUP json_t *document = json_build("{s:i}", "schema_version", 1);
        json_object_update(document, (json_t *)answer);
        (void)!app_print_secrets(app, document, e);
    }
    return err_exit_status(e);
}

/* A file that cannot be read is a slip, as it is for other options. */
static bool read_csr(const struct app *app, const char *path, struct text *ret, struct err *e)
{
    if (!app_read_text(app, path, "the certificate signing request", CSR_MAX, ret, e)) {
        e->code = e->code == ERR_IO || e->code == ERR_NOT_FOUND ? ERR_USAGE : e->code;
        return err_wrap(e, "--csr");
    }
    return imds_check_csr(strcmp(path, "-") == 0 ? "standard input" : path, text_string(ret), ret->size, e);
}

static int certificate(struct app *app, const struct cli_call *call, struct err *e)
{
    const struct certificate_opts *opts = call->opts;
    struct imds_call ask = {.operation = IMDS_CERTIFICATE};
    CLEANUP(text_free) struct text csr = {0};
    struct imds *imds = NULL;

    if (opts->csr == NULL) {
        err_set(e, ERR_USAGE,
                "metadata certificate needs --csr FILE|-, a certificate signing request (see 'vpcmeta "
                "help metadata certificate')");
        return err_exit_status(e);
    }
    if (!app_check_output(app, NULL, 0, e) || !metadata_seconds(opts->expires_in, &ask.expires_in, e) ||
        !read_csr(app, opts->csr, &csr, e) || !metadata_open(app, &imds, e)) {
        return err_exit_status(e);
    }
    ask.csr = text_string(&csr);
    JSON_CLEANUP json_t *answer = metadata_ask(app, imds, &ask, e);
    return answer != NULL ? print_certificate(app, answer, e) : err_exit_status(e);
}

static const struct cmd_example certificate_examples[] = {
    {"vpcmeta metadata certificate --csr request.pem > chain.pem", "the certificate and the one that signed it"},
    {"vpcmeta metadata certificate --csr request.pem --expires-in 10m -o json --jq .expires_at",
     "until when such a certificate would be good"},
    {0},
};

const struct cmd_spec cmd_metadata_certificate = {
    .path = "metadata certificate",
    .summary = "print an identity certificate of this server",
    .description =
        "Has the metadata service of the server that the command runs on sign a certificate signing request, and "
        "prints the chain as PEM: the certificate, then the one that signed it. The subject of the request may have C, "
        "ST, L, O and OU, but no CN, and the request no extensions; that is checked before anything is sent.",
    .examples = certificate_examples,
    .opts = certificate_opt,
    .opts_size = sizeof(struct certificate_opts),
    .run = certificate,
};
