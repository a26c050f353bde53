/*
 * history: what runs were about to do, and what became of it. Kept in SQLite, on disk before a request leaves. And what
 * audits found, for those that come later.
 *
 * A run has steps, one for each resource it was about. A step is `planned` when the run begins, `journaled` just before
 * its request leaves, and `final` once its outcome is known. A process that dies in between leaves a run that can be
 * resumed: a journaled step may or may not have reached the server, a planned one certainly has not.
 *
 * The history that begins or takes over a run holds a lock for it until history_close. That lock alone decides whether
 * the run is in progress: the kernel gives it back however a process ends.
 *
 * Every function that writes is one transaction, durable when it returns (write-ahead log, synchronous=FULL): hand
 * over many steps at once. Several processes may read while one writes. Folder and files are private (fsio). Settings,
 * arguments and summaries are JSON texts of the caller's; nothing here knows what they mean.
 *
 * libedit, too, has functions called history_..., and a program's own would take their place: names that
 * <editline/readline.h> or libedit's internals have (history_list, history_end, history_search) are not free.
 */
#ifndef HISTORY_HISTORY_H
#define HISTORY_HISTORY_H

#include <stdint.h>

#include "clock/clock.h"
#include "err/err.h"
#include "fsio/fsio.h"
#include "text/text_arena.h"

/* In the order of cli.md, "Output". */
enum history_state { HISTORY_DONE, HISTORY_INTERRUPTED, HISTORY_RUNNING };

/* "done", "interrupted", "running". */
const char *history_state_name(enum history_state state);

/* How far a step has come. */
enum history_stage { HISTORY_PLANNED, HISTORY_JOURNALED, HISTORY_FINAL };

/* Where runs work: one account of one API. Runs with a place in common exclude each other. */
struct history_place {
    const char *account; /* "a/1234"; HISTORY_NO_ACCOUNT: not known, as nothing exists there yet */
    const char *api;     /* base URL */
};
#define HISTORY_NO_ACCOUNT "-"

/* One start of the program that worked on a run: the first began it, the others resumed it. */
struct history_invocation {
    const char *started_at, *ended_at; /* RFC 3339; ended_at NULL: it was cut off, or has not ended */
    const char *command;               /* "instance set", "runs resume" */
    const char *arguments;             /* as of a run */
    const char *actor;                 /* JSON object: who; NULL: not recorded, as by 0.1.0 */
    const char *version;               /* of the program; NULL: not recorded */
    int exit_status;                   /* HISTORY_NO_STATUS: not known */
};
enum { HISTORY_NO_STATUS = -1 };

/* The process that works on a run, or did so last. */
struct history_holder {
    const char *description; /* one line for people: command, process, since when; NULL: not recorded */
    const char *host;        /* its machine; NULL: not recorded */
    int64_t process;         /* on the machine; 0: not recorded */
};

struct history_run {
    int64_t number;                     /* of the run in this history; 0 before history_begin */
    const char *id;                     /* as people name it */
    const char *started_at;             /* RFC 3339 */
    const char *ended_at;               /* NULL while it runs and when it was cut off */
    const char *command;                /* "instance set" */
    const char *arguments;              /* JSON array, without secrets: the caller sees to that */
    const struct history_place *places; /* where it works */
    size_t place_count;
    const char *regions; /* of its steps, as far as they are known: "us-south,eu-de"; NULL: none is */
    const struct history_invocation *invocations; /* in their order */
    size_t invocation_count;                      /* 0, of a run that is not recorded yet: none is to be kept */
    const char *wanted;                           /* JSON object: what it was asked to set */
    const char *summary;                          /* JSON object; NULL until it has ended */
    enum history_state state;
    struct history_holder holder;
};

/*
 * What is known of the restart of a resource that can need one. It is kept beside the runs and outlives them: a run
 * that is forgotten takes nothing of it along. What was recorded last counts.
 */
enum history_restart {
    HISTORY_RESTART_UNSAID,  /* of a step that says nothing of it */
    HISTORY_RESTART_PENDING, /* the service was turned on, and the server was not restarted since */
    HISTORY_RESTART_NONE,    /* the service has been complete since */
    HISTORY_RESTART_UNKNOWN, /* nothing: as after the service was turned off, since others may turn it on again */
};

struct history_step {
    size_t ordinal; /* place in the run, from 0 */
    enum history_stage stage;
    const char *action; /* what is done with the resource: "set", ... */
    const char
        *phase;       /* of an action with several requests: the last one that was journaled; NULL: none, or only one */
    const char *body; /* what it sends beyond `wanted`, a text of the caller's; NULL: nothing */
    size_t depends_on; /* number (from 1) of an earlier step that has to succeed first; 0: none */
    const char *kind, *region, *id, *name, *crn;
    const char *before;                        /* JSON object: as it was before the change */
    const char *wanted;                        /* JSON object: what it is to get; "{}" when nothing is to change */
    const char *after;                         /* JSON object: as it was read last; NULL until the step is final */
    const char *etag;                          /* that the change is bound to; NULL: none */
    unsigned attempts;                         /* requests that tried to change it */
    const char *outcome, *reason, *request_id; /* of a final step; NULL: none */
    int http_status;                           /* 0: no answer came */
    bool restart_needed;                       /* from then on it needs one; final steps only, and so the next */
    bool restart_done;                         /* from then on it needs none any more */
    bool not_started;                          /* for history_record: nothing of it was carried out */
    enum history_restart restart;              /* what is known of its restart from then on: history_record only */
    struct history_place place;                /* of the resource, where `restart` says anything */
};

struct history;

/*
 * Opens the history in the file at `path`, which is made when missing with its folder, and brings an older one up to
 * date. Error: ERR_IO, also when a newer program wrote it.
 */
struct history *history_open(const char *path, const struct clock *clock, struct err *e)
    __attribute__((warn_unused_result));

/* The same for who only looks back: where there is no file none is made, and the history is empty. */
struct history *history_open_past(const char *path, const struct clock *clock, struct err *e)
    __attribute__((warn_unused_result));

/*
 * The same for completion: nothing is made, changed or waited for. Error: ERR_IO, also where there is no file and where
 * another version of the program wrote it.
 */
struct history *history_open_as_is(const char *path, const struct clock *clock, struct err *e)
    __attribute__((warn_unused_result));

enum { HISTORY_ROOM = 256 * 1024 };

/*
 * Whether a history can be kept at `path`, before anything else is done: its folder, made when missing, takes another
 * HISTORY_ROOM bytes, and a file that is there can be written. Error: ERR_IO.
 */
bool history_check(const char *path, struct err *e) __attribute__((warn_unused_result));
void history_close(struct history *history); /* NULL allowed */
void history_release(struct history **history);
#define HISTORY_CLEANUP CLEANUP(history_release)

/*
 * Takes the locks of places, which it sorts, beside the history, without waiting; `who` as fsio_lock_open takes it.
 * Errors: ERR_LOCKED that says who holds one of them, ERR_IO; then none is held. Freed with history_unlock.
 */
struct history_locks;
struct history_locks *history_lock(const struct history *history, struct history_place places[], size_t count,
                                   const char *who, struct err *e) __attribute__((warn_unused_result));
void history_unlock(struct history_locks *locks); /* NULL allowed */

/* An id as runs and audits have it: when, and a random part, "20261120-233059-5f3a9c". ERR_IO: no random bytes. */
enum { HISTORY_ID_SIZE = 32 };
bool history_make_id(const struct clock *clock, char id[HISTORY_ID_SIZE], struct err *e)
    __attribute__((warn_unused_result));

/* --- writing ---------------------------------------------------------------------------------------- */

/*
 * Begins a run: id, command, arguments, places, wanted, holder and the first invocation's actor and version are taken
 * from `run`. Steps that are final already need an outcome; the others are planned. Sets *ret_number. Error: ERR_IO.
 */
bool history_begin(struct history *history, const struct history_run *run, const struct history_step *steps,
                   size_t count, int64_t *ret_number, struct err *e) __attribute__((warn_unused_result));

/*
 * Takes over a run that was cut off, as it was loaded, to resume it; command, arguments, actor and version are taken
 * from `invocation`. Errors: ERR_LOCKED when it is in progress,
 * ERR_CONFLICT when it was resumed since it was loaded, ERR_IO.
 */
struct history_entry;
bool history_take_over(struct history *history, const struct history_entry *entry, const struct history_holder *holder,
                       const struct history_invocation *invocation, struct err *e) __attribute__((warn_unused_result));

/*
 * Requests for the steps `journaled` are about to leave (ordinal, before, etag and phase count), and the steps
 * `concluded` are final, or planned again with `not_started`. All of it or nothing. Error: ERR_IO: then nothing may be
 * sent.
 */
bool history_record(struct history *history, int64_t number, const struct history_step *journaled,
                    size_t journaled_count, const struct history_step *concluded, size_t concluded_count, struct err *e)
    __attribute__((warn_unused_result));

/*
 * The run has ended: it is done, or interrupted when steps are left that a resumed run carries out: steps that are not
 * final, without those that depend on one that failed or was skipped. `exit_status` of the program, or
 * HISTORY_NO_STATUS. Error: ERR_IO.
 */
bool history_conclude(struct history *history, int64_t number, const char *summary, int exit_status, struct err *e)
    __attribute__((warn_unused_result));

/*
 * Forgets the runs with these numbers, the newest first, all or none; one that is running by now stays. What is known
 * of restarts stays. ERR_IO.
 */
bool history_forget(struct history *history, const int64_t numbers[], size_t count, struct err *e)
    __attribute__((warn_unused_result));

/* The pending restarts of these resources in a place are over, by what was seen of them outside of a run. ERR_IO. */
bool history_end_restarts(struct history *history, const struct history_place *place, const char *const ids[],
                          size_t count, struct err *e) __attribute__((warn_unused_result));

/* --- reading ---------------------------------------------------------------------------------------- */

/* Runs, newest first. Strings live in the memory. Free with history_runs_free. */
struct history_runs {
    struct history_run *items;
    size_t count;
    struct text_arena memory;
};
bool history_list_runs(struct history *history, struct history_runs *ret, struct err *e)
    __attribute__((warn_unused_result));
void history_runs_free(struct history_runs *runs); /* zero-initialised values allowed; for CLEANUP */

/* One run with its steps in their order. Free with history_entry_free. */
struct history_entry {
    struct history_run run;
    struct history_step *steps;
    size_t count;
    struct text_arena memory;
};

/*
 * The run called `word`: its id, the beginning of one that no other shares, or "last" for the newest. Errors:
 * ERR_NOT_FOUND, for several matches with their ids; ERR_IO.
 */
bool history_load(struct history *history, const char *word, struct history_entry *ret, struct err *e)
    __attribute__((warn_unused_result));
void history_entry_free(struct history_entry *entry); /* zero-initialised values allowed; for CLEANUP */

/* --- audits (history_audits.c) ------------------------------------------------------------------------ */

/* What an audit was about: audits of one scope can be compared. Texts of the caller's, equal for equal scopes. */
struct history_scope {
    const char *account;   /* "a/1234", or HISTORY_NO_ACCOUNT */
    const char *apis;      /* JSON array: regions with their APIs */
    const char *selection; /* JSON array of words: what narrowed it; "[]": nothing */
};

struct history_audit {
    int64_t number;                    /* of the audit in this history: later ones have greater numbers */
    const char *id;                    /* as people name it (history_make_id) */
    const char *started_at, *ended_at; /* RFC 3339 */
    struct history_scope scope;
    const char *policy, *policy_digest;
    const char *as_of;   /* the date that exceptions were judged by */
    bool complete;       /* everything in its scope could be read */
    const char *missing; /* JSON array of lines; "[]" */
    int exit_status;     /* of the program */
    const char *counts;  /* JSON object, without the findings */
    const char *version; /* of the program */
    const char *actor;   /* JSON object: who; NULL: not known */
    /*
     * Findings with the result "fail" that the last complete audit of the scope before it did not have, and those of
     * it that are fixed; HISTORY_NO_COUNT: nothing was compared.
     */
    int64_t new_findings, fixed_findings;
    bool detailed; /* its findings are kept */
};
enum { HISTORY_NO_COUNT = -1 };

/* Of a scope the findings of the newest audits are kept, and those of the newest complete one; of others the counts. */
enum { HISTORY_AUDITS_DETAILED = 50 };

enum { HISTORY_FINGERPRINT_SIZE = 32 };

/* An open finding of an audit; its strings, but for rule, kind, severity and result, may be NULL. */
struct history_finding {
    unsigned char fingerprint[HISTORY_FINGERPRINT_SIZE]; /* unique in an audit; the same in every audit */
    const char *rule, *kind, *region, *id, *name, *crn;
    const char *severity; /* "info", "low", "medium", "high", "critical" */
    const char *result;   /* "fail", "excepted", "cannot_tell" */
};

/*
 * Adds an audit that has ended, with its findings: all or nothing. Findings of the same fingerprint are one, the first
 * counts. No lock of a run is taken or waited for. Error: ERR_IO.
 */
bool history_add_audit(struct history *history, const struct history_audit *audit,
                       const struct history_finding *findings, size_t count, struct err *e)
    __attribute__((warn_unused_result));

/* Audits, newest first. Strings live in the memory. Free with history_audits_free. Error: ERR_IO. */
struct history_audits {
    struct history_audit *items;
    size_t count, capacity;
    struct text_arena memory;
};
bool history_list_audits(struct history *history, struct history_audits *ret, struct err *e)
    __attribute__((warn_unused_result));
void history_audits_free(struct history_audits *audits); /* zero-initialised values allowed; for CLEANUP */

/* The findings of an audit that is detailed, in no order. Free with history_findings_free. Error: ERR_IO. */
struct history_findings {
    struct history_finding *items;
    size_t count, capacity;
    struct text_arena memory;
};
bool history_list_findings(struct history *history, int64_t audit, struct history_findings *ret, struct err *e)
    __attribute__((warn_unused_result));
void history_findings_free(struct history_findings *findings); /* zero-initialised values allowed; for CLEANUP */

/* Forgets the audits with these numbers, all or none. Error: ERR_IO. */
bool history_forget_audits(struct history *history, const int64_t numbers[], size_t count, struct err *e)
    __attribute__((warn_unused_result));

/* --- restarts ------------------------------------------------------------------------------------------ */

/*
 * What is known of restarts in one place, sorted by id; ids of which nothing is known are not in it. Free with
 * history_restarts_free. Error: ERR_IO.
 */
struct history_restarts {
    struct history_restart_item {
        const char *id;
        enum history_restart restart;
    } * items;
    size_t count, capacity;
    struct text_arena memory;
};
bool history_list_restarts(struct history *history, const struct history_place *place, struct history_restarts *ret,
                           struct err *e) __attribute__((warn_unused_result));
enum history_restart history_restarts_get(const struct history_restarts *restarts, const char *id);
void history_restarts_free(struct history_restarts *restarts); /* zero-initialised values allowed; for CLEANUP */

/* The ids of the runs that left restarts which are still pending, sorted. Free with history_ids_free. Error: ERR_IO. */
struct history_ids {
    const char **items;
    size_t count, capacity;
    struct text_arena memory;
};
bool history_list_pending_runs(struct history *history, struct history_ids *ret, struct err *e)
    __attribute__((warn_unused_result));
bool history_ids_have(const struct history_ids *ids, const char *id);
void history_ids_free(struct history_ids *ids); /* zero-initialised values allowed; for CLEANUP */

#endif
