/*
 * iam_login: the requests that each method of authentication makes for a token, one after another: a row of a table for
 * a method, a function each for what is sent, what is read, and what a refusal means. Private to iam.
 */
#ifndef IAM_IAM_LOGIN_H
#define IAM_IAM_LOGIN_H

#include "iam/iam.h"
#include "iam/iam_token.h"
#include "imds/imds.h"

enum { IAM_ANSWER_MAX = 1024 * 1024 };

/* What the steps of one method share. */
struct iam_login {
    struct iam_credentials *credentials; /* borrowed; the source of a token that was found out is put there */
    struct http *http;                   /* borrowed */
    struct imds *imds;                   /* IAM_VPC: the metadata service; else NULL */
    struct imds_token identity;          /* what the step before has brought */
};

/* One request, or one call of the metadata service. */
struct iam_login_step {
    /* `more` has flags, read, done and context; done is called once. False, with e set, where nothing can be sent. */
    bool (*submit)(struct iam_login *login, const struct http_request *more, struct err *e);
    bool (*read)(const struct iam_login *login, const struct http_reply *reply, int64_t now_s, struct imds_token *ret,
                 struct err *e);
    /* Sets what a reply with an error means and what can be done; returns whether the credential was refused. */
    bool (*explain)(const struct iam_login *login, const struct http_reply *reply, struct err *ret);
};

/* A step of the method, counted from 0; NULL behind its last one, and for methods without a request. */
const struct iam_login_step *iam_login_step(enum iam_method method, size_t number);

void iam_login_open(struct iam_login *login, struct iam_credentials *credentials, struct http *http,
                    const struct clock *clock);
void iam_login_close(struct iam_login *login);

/* Appends what can be done where the API accepts no token of the method. */
void iam_login_append_remedy(const struct iam_credentials *credentials, struct text *out);

/* iam_metadata.c: the steps of IAM_VPC */
extern const struct iam_login_step iam_identity_step, iam_profile_step;

#endif
