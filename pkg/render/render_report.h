/*
 * render_report: the report of an audit as a file for other programs and people: SARIF 2.1.0 (whole, and as GitHub
 * takes it), JUnit XML, OCSF Compliance Findings, CSV, and one self-contained HTML page. A file a format
 * (render_sarif.c, render_junit.c, render_ocsf.c, render_html.c, ...).
 *
 * The same report gives the same bytes: nothing is random and the only times are those of the report.
 */
#ifndef RENDER_RENDER_REPORT_H
#define RENDER_RENDER_REPORT_H

#include <stdint.h>

#include "render/render.h"

/* A check of the audit. */
struct report_check {
    const char *id;       /* "enabled-over-http" */
    const char *title;    /* "metadata service enabled over http" */
    const char *meaning;  /* why it matters */
    const char *fix;      /* the command for a resource that breaks it; WORDS in capitals are examples */
    const char *severity; /* "info", "low", "medium", "high", "critical": of its own, rules of a policy give others */
    size_t counts[5];     /* by enum report_result */
};

enum report_result { REPORT_PASS, REPORT_FAIL, REPORT_EXCEPTED, REPORT_CANNOT_TELL, REPORT_NOT_APPLICABLE };
extern const char *const report_result_names[]; /* "pass", "fail", "excepted", "cannot_tell", "not_applicable" */

/* Beside an earlier audit. */
enum report_baseline { REPORT_NO_BASELINE, REPORT_NEW, REPORT_UNCHANGED, REPORT_FIXED };

/* A resource that was audited. Strings are borrowed; NULL: unknown. */
struct report_resource {
    const char *kind, *region, *id, *name, *crn, *zone, *vpc, *status;
    const char *protocol, *profile; /* NULL: unknown, or the kind has none */
    const char *policy_rule;        /* NULL: unmanaged */
    int enabled;                    /* 0, 1; -1: unknown or the kind has none */
    int hop_limit;                  /* 0: unknown or the kind has none */
};

/* A finding: a result that is fail, excepted or cannot_tell. Strings are borrowed until the next call. */
struct report_finding {
    size_t check;                /* index of report.checks */
    size_t resource;             /* index of the resource; SIZE_MAX: `gone`, or the policy */
    struct report_resource gone; /* of those: kind, region, id, name, crn */
    const char *file;            /* of the policy, where it is about that; NULL */
    size_t line;                 /* in the file */
    enum report_result result;
    enum report_baseline baseline;
    const char *severity, *message, *fix;
    const char *fingerprint; /* 64 hexadecimal digits of (check id, CRN): stable */
    const char *exception_reason, *exception_owner, *exception_expires, *exception_ticket; /* NULL: none */
    bool exception_expired;
};

/* Counts of an earlier audit, for the chart of the trend; oldest first. */
struct report_point {
    const char *time; /* RFC 3339 */
    size_t by_severity[5];
    size_t excepted;
};

/* A part that could not be read. Strings are borrowed. */
struct report_part {
    const char *line;          /* what could not be read and why, with the ids of the request */
    const char *name;          /* "listing instances in eu-de": the same in every audit, without numbers and ids */
    const char *kind, *region; /* NULL: unknown, or of several */
};

struct report {
    const char *version;               /* of the program */
    const char *account, *endpoint;    /* NULL: unknown; endpoint: of every region, separated by ", " */
    const char *started_at, *ended_at; /* RFC 3339 in UTC */
    const char *as_of;                 /* the date that exceptions were judged by */
    const char *policy, *policy_digest;
    const char *fixes;          /* HTML: lines of commands, of which each fixes a part of what was found; NULL: none */
    const char *apply;          /* HTML: the command that brings everything to what the policy wants; NULL: none */
    const char *command;        /* line that makes the same report again */
    const char *audit;          /* id of this audit; NULL: not stored */
    const char *baseline;       /* id of the earlier one it is compared with; NULL: none */
    const char *const *regions; /* that were read; "": its name is not known */
    size_t region_count;
    const char *selection; /* what narrowed it, in words that stay the same; NULL: nothing did */
    bool complete;
    const struct report_part *missing;
    size_t missing_count;
    int exit_status;
    const char *exit_reason; /* "3 findings, 1 of them high" */

    const struct report_check *checks;
    size_t check_count;
    size_t resource_count, finding_count;
    const struct report_point *trend;
    size_t trend_count;
    bool junit_passes;             /* JUnit: what passed is a case as well; needs `result` */
    const struct secrets *secrets; /* taken out of what is written (secret.h); NULL: none */
    void (*resource)(const void *context, size_t index, struct report_resource *ret);
    enum report_result (*result)(const void *context, size_t resource, size_t check); /* NULL: only findings */
    void (*finding)(void *context, size_t index, struct report_finding *ret); /* worst first; REPORT_FIXED last */
    void *context;
};

enum report_format {
    REPORT_HTML,
    REPORT_SARIF,
    REPORT_SARIF_GITHUB,
    REPORT_JUNIT,
    REPORT_OCSF,
    REPORT_CSV,
    REPORT_JSON, /* written by the audit itself: what -o json prints */
    REPORT_FORMATS
};
extern const char *const report_format_names[]; /* "html", "sarif", "sarif-github", ... NULL-terminated */

/* Takes the file, piece by piece. */
struct report_sink {
    bool (*write)(void *context, const char *bytes, size_t size, struct err *e);
    void (*warn)(void *context, const char *line); /* a limit of the format's readers is passed; NULL: not wanted */
    void *context;
};

/*
 * Writes the report, in any format but REPORT_JSON. What the readers of a format do not take is left out, the least
 * severe first, or warned of: sarif-github has at most REPORT_GITHUB_RESULTS findings. Errors: those of the sink.
 */
enum { REPORT_GITHUB_RESULTS = 25000 };
bool render_report(const struct report *report, enum report_format format, const struct report_sink *sink,
                   struct err *e) __attribute__((warn_unused_result));

#endif
