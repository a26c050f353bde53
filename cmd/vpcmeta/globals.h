/*
 * globals: the options that every command takes (cli.md, "Global options").
 */
#ifndef VPCMETA_GLOBALS_H
#define VPCMETA_GLOBALS_H

#include "cli/cli.h"

/* By index of the option's words. */
enum global_auth { GLOBAL_AUTH_IAM, GLOBAL_AUTH_VPC, GLOBAL_AUTH_CONTAINER, GLOBAL_AUTH_BEARER, GLOBAL_AUTH_NONE };

struct global_opts {
    struct opt_list region;       /* --region R[,R..]|all */
    const char *endpoint;         /* --endpoint URL, the base including /v1 */
    const char *iam_url;          /* --iam-url URL */
    struct opt_enum auth;         /* --auth, enum global_auth */
    const char *api_key_file;     /* --api-key-file FILE|- */
    const char *api_version;      /* --api-version DATE */
    const char *ca_file;          /* --ca-file FILE */
    const char *profile;          /* --profile NAME */
    struct opt_enum output;       /* -o, enum render_format */
    struct opt_list fields;       /* --fields a,b */
    const char *jq;               /* --jq EXPR */
    struct opt_enum color;        /* --color, enum term_color */
    struct opt_duration timeout;  /* --timeout S, of one request */
    struct opt_duration deadline; /* --deadline S, of the whole command */
    const char *trace;            /* --trace FILE */
    const char *schema_dir;       /* --schema-dir DIR */
    bool no_headers;
    bool quiet;
    bool verbose;
    bool no_input;
};

extern const struct opt_spec global_opts[];

#endif
