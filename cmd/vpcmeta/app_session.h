/* app_session: the connection to the API and to IAM. Private to app. */
#ifndef VPCMETA_APP_SESSION_H
#define VPCMETA_APP_SESSION_H

#include <stdio.h>

#include "app.h"

/* One set of connections; made for certain options and kept while they stay the same. */
struct app_session {
    char *key; /* the options it was made for */
    struct http *http;
    struct iam *iam;
    struct answer_parser *parser;
    struct vpc **regions;
    size_t region_count;
    FILE *trace;
    char *credential_source, *endpoint_source;
};

struct app_session *app_session_open(const struct app *app, struct err *e) __attribute__((warn_unused_result));
void app_session_close(struct app_session *session); /* NULL allowed */

/* The options that decide on connections, as one string: equal keys can share a session. Never holds a secret. */
char *app_session_key(const struct global_opts *globals);

/* Makes SIGINT and SIGTERM stop the session: drain at the first, abort at the second. NULL: the session is gone. */
void app_signals_watch(struct http *http);

#endif
