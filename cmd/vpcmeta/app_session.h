/* app_session: the connection to the API and to IAM. Private to app. */
#ifndef VPCMETA_APP_SESSION_H
#define VPCMETA_APP_SESSION_H

#include <stdio.h>

#include "app.h"

/*
 * One set of connections and a token; made for certain options and kept while they stay the same. The regions it works
 * in may change from one line of a shell to the next.
 */
struct app_session {
    char *key; /* the options it was made for */
    struct http *http;
    struct iam *iam;
    struct answer_parser *parser;
    FILE *trace;
    char *credential_source;
    char *place; /* the options that chose the regions; NULL: none are chosen */
    struct vpc **regions;
    size_t region_count;
    char *endpoint_source;
};

/*
 * Finds the slips in options that connections depend on, before missing credentials are: they would still be there
 * when those are found.
 */
bool app_session_check(const struct global_opts *globals, struct err *e) __attribute__((warn_unused_result));
bool app_place_check(const struct global_opts *globals, struct err *e) __attribute__((warn_unused_result));

struct app_session *app_session_open(const struct app *app, struct err *e) __attribute__((warn_unused_result));
void app_session_close(struct app_session *session); /* NULL allowed */

/* Makes the session's regions those that options and environment name; asks the API when they are to be listed. */
bool app_session_turn(const struct app *app, struct err *e) __attribute__((warn_unused_result));
void app_session_leave(struct app_session *session); /* forgets them */

/* Where options and environment say that credentials and endpoint are. */
struct iam_sources app_sources(const struct app *app);

/* The options that decide on connections, as one string: equal keys can share a session. Never holds a secret. */
char *app_session_key(const struct global_opts *globals);

#endif
