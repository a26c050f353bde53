#include "cmd/vpcmeta/globals.h"

#include "render/render.h"

static const char *const auth_words[] = {"iam", "vpc", "container", "bearer", "none", NULL};
static const char *const color_words[] = {"auto", "always", "never", NULL}; /* by enum term_color */

const struct opt_spec global_opts[] = {
    OPT_COMMA_LIST(struct global_opts, region, 0, "region", "R[,R...]|all", "regions to work in"),
    OPT_STRING(struct global_opts, endpoint, 0, "endpoint", "URL", "base URL of the VPC API including /v1"),
    OPT_STRING(struct global_opts, iam_url, 0, "iam-url", "URL", "base URL of the IAM service"),
    OPT_ENUM(struct global_opts, auth, 0, "auth", auth_words, "where the credentials come from"),
    OPT_FILE(struct global_opts, api_key_file, 0, "api-key-file", "FILE|-", "read the API key from there"),
    OPT_STRING(struct global_opts, api_version, 0, "api-version", "DATE", "the API's version parameter"),
    OPT_FILE(struct global_opts, ca_file, 0, "ca-file", "FILE", "PEM certificates to trust"),
    OPT_STRING(struct global_opts, profile, 0, "profile", "NAME", "named set of options in the configuration"),
    OPT_ENUM(struct global_opts, output, 'o', "output", render_format_names, "form of what is printed",
             .default_value = "table"),
    OPT_COMMA_LIST(struct global_opts, fields, 0, "fields", "A,B,...", "columns to print, in this order"),
    OPT_STRING(struct global_opts, jq, 0, "jq", "EXPR", "filter the JSON output with a jq expression"),
    OPT_FLAG(struct global_opts, no_headers, 0, "no-headers", "leave out the line of headings"),
    OPT_ENUM(struct global_opts, color, 0, "color", color_words, "colours in what is printed", .default_value = "auto"),
    OPT_FLAG(struct global_opts, quiet, 'q', "quiet", "no progress, no notes"),
    OPT_FLAG(struct global_opts, verbose, 'v', "verbose", "say more about what is done"),
    OPT_FILE(struct global_opts, trace, 0, "trace", "FILE", "write a line for every request, without secrets"),
    OPT_DURATION(struct global_opts, timeout, 0, "timeout", "limit of one request", .default_value = "30", .min = 1,
                 .max = 3600 * 1000),
    OPT_DURATION(struct global_opts, deadline, 0, "deadline", "limit of the whole command", .min = 1,
                 .max = 7L * 24 * 3600 * 1000),
    OPT_FOLDER(struct global_opts, schema_dir, 0, "schema-dir", "DIR",
               "JSON Schemas to use instead of the built-in ones"),
    OPT_FLAG(struct global_opts, no_input, 0, "no-input", "never ask; what would need an answer is refused"),
    OPT_END,
};
