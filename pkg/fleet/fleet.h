/*
 * fleet: carries out a plan: reads each resource once more, does what its item says, checks the answer, and records
 * the result. Many are in progress at a time; one that fails stops no other, except those that depend on it.
 *
 * Every change is a guarded write (fleet_write.h): read, compare, journal, write, verify, reconcile. Settings
 * (PLAN_SET): GET (settings and ETag); a setting in question that another writer changed since the plan was made is a
 * conflict and nothing is sent; otherwise PATCH with a merge patch that holds only what differs, with If-Match where
 * the kind takes it (vpc-api.md 1.4). A 412 begins again with the GET. An answer that never came is reconciled by a
 * GET; where that fails too, the outcome is `unknown`, never guessed. PLAN_GUARD_LIST leaves out the first GET.
 *
 * New resources (PLAN_CREATE): POST, whose answer is compared with what was requested. What became of one without an
 * answer is reconciled by its name, see fleet_create.c; without a name it is `unknown`.
 *
 * A restart (PLAN_RESTART, or after a change that needs it): GET once more; POST of a stop, wait for `stopped`, POST
 * of a start, wait for `running`. Never more servers than allowed are between the two at a time; one that did not come
 * back keeps its slot, so that failures cannot add up to more. Actions are not repeated blindly: after one whose
 * answer never came, and after a 409, the status decides. A run that is cancelled still starts what it has stopped.
 *
 * With a journal, no request that changes anything leaves before the journal has it; changes are handed to it in
 * batches, so that one flush of the disk serves many.
 */
#ifndef FLEET_FLEET_H
#define FLEET_FLEET_H

#include "plan/plan.h"
#include "vpc/vpc.h"

/* In the order of cli.md, "Output". */
enum fleet_outcome { FLEET_CHANGED, FLEET_UNCHANGED, FLEET_SKIPPED, FLEET_FAILED, FLEET_UNKNOWN, FLEET_OUTCOMES };

/* "changed", ... */
const char *fleet_outcome_name(enum fleet_outcome outcome);

struct fleet_prefetch;

enum { FLEET_REQUEST_ID_SIZE = 64, FLEET_ROUNDS_MAX = 5 };

/* The reason of what was not started, because what it depends on was not done. */
#define FLEET_DEPENDENCY_FAILED "not started: what it depends on was not done"

/* The reason of a creation without a name whose answer never came. */
#define FLEET_MAYBE_CREATED "it may have been created: look for it before creating it again"

/* What became of one resource. */
struct fleet_result {
    const struct plan_item *item;
    enum fleet_outcome outcome;
    struct resource_settings before, after;      /* as read last; after.given is 0 when it is not known */
    struct plan_state before_state, after_state; /* the same of what it changed that is no setting */
    bool restart_needed;
    bool restart_unknown; /* no record says whether it is; only after run_mark_restarts */
    bool restart_over;    /* the server was seen stopped, or is gone: none is pending any more */
    bool restarted;       /* was stopped and runs again */
    bool not_restarted;   /* it was to be restarted and was not, for want of time or of an answer */
    unsigned attempts;    /* requests that changed or tried to change it */
    int http_status;      /* of the last answer; 0 when none came */
    char request_id[FLEET_REQUEST_ID_SIZE];
    enum err_code code; /* of what went wrong; ERR_NONE when nothing did */
    bool started;       /* items that need no change never are */
    const char *etag;   /* that the change is bound to; only until the journal has it */
    const char *phase;  /* how far it came: what is written next or was last; NULL where the action has one phase */
    const char *down; /* status of a server that the run stopped and that is not known to run again; NULL: none such */
    const char *renamed;   /* the name that it has now, where that is another one than the plan's; NULL: it is not */
    const char *successor; /* it was deleted, and another resource has its name: the id of that; NULL: none such */
    const char *reason;    /* why it was skipped, failed or is unknown; NULL otherwise. Borrowed from plan or strings */
};

struct fleet_summary {
    size_t selected, counts[FLEET_OUTCOMES];
    size_t conflicts, refused; /* failed ones by cause: changed by another writer; credentials */
    size_t not_started;        /* skipped ones: interrupted, or too many failures */
    size_t not_restarted;      /* changed and skipped ones whose result says so */
    bool budget_spent;         /* failures ended the run before its end */
};

/*
 * Whether the resource is as before because the run ended (cancelled, too many failures), and not for a reason of its
 * own: a resumed run begins with it anew.
 */
bool fleet_is_not_started(const struct fleet_result *result);

/* Called as each result is final, in the order of completion. */
typedef void fleet_progress_fn(const struct fleet_result *result, const struct fleet_summary *summary, void *context);

/*
 * Records at once that requests for `starting` are about to leave (before and etag count) and the results of
 * `concluded`. False, with e set, keeps the requests from leaving and ends the run. Of what was cancelled only what is
 * not started is concluded, whether a request was about to leave or not: it is planned again.
 */
struct fleet_journal {
    bool (*record)(void *context, const struct fleet_result *const starting[], size_t starting_count,
                   const struct fleet_result *const concluded[], size_t concluded_count, struct err *e);
    void *context;
};

/* A number of servers, or a share of them. */
struct fleet_share {
    bool percent;
    unsigned value;
};

enum { FLEET_BATCHES_MAX = 32 };

/* How far a run may go. All zero: no limits. */
struct fleet_limits {
    bool has_max_failures;
    struct fleet_share max_failures;               /* 0 is as 1: no other server starts after the first failure */
    struct fleet_share batches[FLEET_BATCHES_MAX]; /* sizes in their order; the last one is repeated */
    size_t batch_count;
};

/* How servers are restarted. */
struct fleet_restarts {
    struct fleet_share max_unavailable; /* down at a time, of all that are restarted; rounded down, at least 1 */
    unsigned stop_timeout_ms;           /* to be stopped after the stop was asked for */
    unsigned start_timeout_ms;          /* to run after the start was */
    unsigned poll_ms;                   /* between reads of the status; 0: 1 to 5 s */
    bool force_stop;                    /* power off what has not stopped in time */
    bool same_group;                    /* members of one placement or instance group may be down together */
    bool only; /* nothing else was asked for: one that is left is skipped, as others that cannot be restarted */
    struct plan_restart_terms terms;
};

struct fleet_options {
    struct http *http;
    struct vpc *const *regions; /* every resource that changes has one of them as its `api` */
    size_t region_count;
    unsigned settle_ms;   /* how long a server is waited for whose state refuses a change and passes by itself */
    unsigned concurrency; /* writes in progress, as many reads beside them; 0: found out by http */
    int64_t began_s;      /* seconds since the epoch: when the run began; 0: now */
    const struct fleet_prefetch *prefetch; /* of PLAN_SET, read before the run (fleet_prefetch.h); NULL: none */
    const struct fleet_limits *limits;     /* NULL: none */
    const struct fleet_journal *journal;   /* NULL: none */
    const struct fleet_restarts *restart;  /* NULL: what needs a restart is only reported; plans of restarts need it */
    /* cancelled while so many servers are down, which are started, and requests in flight, which end; may be NULL */
    void (*draining)(size_t down, size_t in_flight, void *context);
    fleet_progress_fn *progress; /* NULL: none */
    void *progress_context;      /* of both */
};

struct fleet_run {
    struct fleet_result *results; /* one for each item of the plan, in its order */
    size_t count;
    struct fleet_summary summary;
};

/* Whether it was not started because what it depends on failed or was skipped: a resumed run does not reach it. */
bool fleet_is_blocked(const struct fleet_run *run, const struct fleet_result *result);

/*
 * Runs the plan. Returns false only when it was cancelled (ERR_CANCELLED) or the journal failed; results are complete
 * either way: what was not started is `skipped` with that reason. `strings` keeps words of answers. Free with
 * fleet_run_free.
 */
bool fleet_execute(const struct plan *plan, const struct fleet_options *options, struct resource_list *strings,
                   struct fleet_run *ret, struct err *e) __attribute__((warn_unused_result));

/* The results as they would be if every change succeeded: what a dry run shows. Nothing is sent. */
void fleet_preview(const struct plan *plan, struct fleet_run *ret);

void fleet_run_free(struct fleet_run *run); /* zero-initialised values allowed; for CLEANUP */

/*
 * Whether settings that differed from the wanted ones before (as read before the first request, that of an earlier
 * run that was cut off included) have the wanted values now, although the change as a whole was not done: another
 * writer changed others meanwhile.
 */
bool fleet_set_in_part(const struct fleet_result *result);

/* The exit status of a run (cli.md, "Exit codes"): 0, 1, 4, 5, 6 or 7. */
int fleet_exit_status(const struct fleet_summary *summary);

#endif
