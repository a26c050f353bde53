/*
 * session: what commands talk through: the connections, the token and the APIs of the regions where they work.
 *
 * A session is made for the options that connections depend on and serves every command that has the same ones; the
 * regions may change from one command to the next. Where to work is decided in this order: --region, --endpoint or what
 * iam.h finds in its place, IC_REGION and IBMCLOUD_REGION, then SESSION_REGION_DEFAULT. Several regions of one
 * endpoint, `all`, and a region that is newer than this program are looked up with GET /regions. A region that is named
 * beside an endpoint of another one is refused. The token is sent to endpoints that people named, to the servers that
 * these are on, and to IBM's hosts (vpc_region_base), in the private form where the endpoint in use is private.
 *
 * The limits of a command (deadline, rate, window) are given by session_begin alone; nothing else starts them again.
 * session_cancel and session_abort may be called from a signal handler.
 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "iam/iam_profiles.h"
#include "imds/imds.h"
#include "inventory/inventory.h"

/* SDK default when nothing is configured (vpc-api.md 1.1). */
#define SESSION_REGION_DEFAULT "us-south"

/* All borrowed. */
struct session_options {
    struct iam_sources sources;     /* of credentials and the endpoint; its environment has the region, too */
    struct inventory_words regions; /* --region: names, or "all" */
    const char *api_version;        /* YYYY-MM-DD */
    const char *trace;              /* file that gets a JSON line a request, without secrets; NULL: none */
    const char *ca_file;            /* NULL: the system's */
    unsigned timeout_ms;            /* of one request */
    /*
     * Not NULL: the session is for the metadata service of this server, and needs neither credentials nor a region.
     * `http` and `secrets` are the session's.
     */
    const struct imds_options *metadata;
};

struct session;

/*
 * Finds the slips in the options before missing credentials are found: they would still be there when those are. Sends
 * nothing. ERR_USAGE.
 */
bool session_check(const struct session_options *options, struct err *e) __attribute__((warn_unused_result));

/* ERR_USAGE for a date of --api-version that is none, is before 2019-01-01 or after today in UTC. */
bool session_check_api_version(const char *date, struct err *e) __attribute__((warn_unused_result));

/*
 * Opens the trace file and finds the credentials; sends nothing. What to warn of is appended to `ret_warnings`, a line
 * each, also when it fails. Errors: ERR_USAGE, ERR_AUTH without credentials, those of waiting for standard input.
 */
struct session *session_open(const struct session_options *options, struct text *ret_warnings, struct err *e)
    __attribute__((warn_unused_result));
void session_close(struct session *session); /* NULL allowed */

/* False with ERR_IO when lines of the trace could not be written since the last call: a full disk, a closed pipe. */
bool session_check_trace(struct session *session, struct err *e) __attribute__((warn_unused_result));

/* Whether the session's connections and token are those of the options, whatever the regions. */
bool session_serves(const struct session *session, const struct session_options *options);

/* What holds for a command; all zero: no limits. */
struct session_limits {
    int64_t deadline_ms;     /* from now; 0: none */
    unsigned max_per_second; /* requests of every kind; 0: no ceiling */
    unsigned window;         /* requests in flight; 0: found out */
    int64_t outage_ms;       /* as of http_set_outage_timeout */
};

/* A command begins: it may send again, within these limits. */
void session_begin(struct session *session, const struct session_limits *limits);

/*
 * The command shall end: nothing new is sent, what is in flight is waited for (session_cancel) or dropped
 * (session_abort). Safe in signal handlers.
 */
void session_cancel(struct session *session);
void session_abort(struct session *session);

/*
 * Makes the session's regions those of options and environment; asks the API for them where that is needed. The scope
 * lives until the next call or session_close. ERR_USAGE for a region that the API does not have, and the API's errors;
 * where a request was sent `ret_scope` has the session then, and no region.
 */
bool session_select_regions(struct session *session, const struct session_options *options,
                            struct inventory_scope *ret_scope, struct err *e) __attribute__((warn_unused_result));

/* Appends where the options lead: regions, or the endpoint's host. Sends nothing. */
void session_describe_target(const struct session_options *options, struct text *out);

/* The method of authentication by its word (iam_method_name). */
const char *session_auth_method(const struct session *session);

/* What tokens are got with, for people. Borrowed from the session, until the next token. */
struct session_login {
    const char *credential;               /* where it came from; "" without one */
    const char *iam_url, *iam_url_source; /* base URL of IAM, and where it came from; NULL: IAM is not asked */
    bool has_profile;                     /* the method asks for a token of a trusted profile: */
    const char *profile, *profile_source; /* NULL: the server's default one */
    const char *metadata_url;             /* of the service that a server asks; NULL: not found out yet, or not asked */
    const char *metadata_url_source, *metadata_version; /* NULL: as metadata_url */
};
struct session_login session_login(const struct session *session);

/*
 * After session_select_regions: where the endpoint came from ("region": from its name), where the regions came from
 * ("" where neither the options nor the endpoint name one), and the name and base URL of a region.
 */
const char *session_endpoint_source(const struct session *session);
const char *session_region_source(const struct session *session);
const char *session_region_name(const struct session *session, size_t region); /* "": not known */
const char *session_region_base(const struct session *session, size_t region);

/* Whether that is the public endpoint which the vendor has for some region: who uses it need not be shown it. */
bool session_base_is_public(const char *base);

/* Of a session for the metadata service; else NULL. Lives as long as the session. */
struct imds *session_imds(const struct session *session);

/* A token, fetched where there is none; NULL where requests go without. ERR_AUTH when it is refused. */
bool session_token(struct session *session, const char **ret_token, struct err *e) __attribute__((warn_unused_result));
bool session_token_identity(struct session *session, struct iam_identity *ret, struct err *e)
    __attribute__((warn_unused_result)); /* as iam_token_identity */
struct iam_profiles *session_begin_profiles(struct session *session, const char *account)
    __attribute__((warn_unused_result));                     /* as iam_profiles_begin */
int64_t session_token_life_s(const struct session *session); /* as iam_token_life_s */

/* An answer of the API, also one that refuses: how long it took, its status (0: none came), and what time it was. */
struct session_probe {
    int64_t elapsed_ms;
    int status;
    int64_t date_s, now_s; /* by the server's clock (-1: it does not say) and by ours */
};

/* Asks the region's API for a page of the kind; NULL: for its regions, which every credential may read. */
bool session_probe(struct session *session, size_t region, const struct resource_kind *kind, struct session_probe *ret,
                   struct err *e) __attribute__((warn_unused_result));

/* What the session is doing, for a line of progress. */
struct session_progress {
    size_t items, total; /* of the lists that are read, or else of single reads; total 0: not known yet */
    size_t in_flight;
    uint64_t retries;      /* since the session was opened */
    struct wait wait;      /* as http_wait */
    struct wait_work work; /* as http_work */
};
struct session_progress session_progress(struct session *session);

/* Whether the command ends because a server was waited for in vain; e gets what happened then. */
bool session_gave_up(const struct session *session, struct err *e);

/* As http_set_ticker. */
void session_set_ticker(struct session *session, void (*tick)(void *context, bool over), void *context,
                        unsigned interval_ms);

/* "12 requests, 1 retries, ..." since the session was opened. */
void session_append_costs(const struct session *session, struct text *out);

/* The HTTP library in use, with what it was built with ("libcurl/7.88.1 OpenSSL/3.0.15 ..."), and its bare version. */
const char *session_library(void);
const char *session_library_version(void);

#endif
