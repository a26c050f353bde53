/* metadata_probe_row: one row of a probe, and the commands that fix what it says. */
#ifndef VPCMETA_METADATA_PROBE_ROW_H
#define VPCMETA_METADATA_PROBE_ROW_H

#include "metadata_probe.h"

enum probe_result { PROBE_PASS, PROBE_FAIL, PROBE_NOTE, PROBE_CANNOT_TELL, PROBE_NOT_APPLICABLE, PROBE_RESULTS };

struct probe_rows {
    const struct metadata_probe_facts *facts;
    struct table *table;
    size_t failed;
    enum probe_result last; /* of the row that was added last */
    bool answers;           /* in some way */
    const char *protocol;   /* that answers, or NULL */
    bool is_off;            /* the control plane says so */
};

/* Takes over `expected` and `found`, which may be NULL: nothing is. */
void probe_add(struct probe_rows *rows, const char *check, enum probe_result result, json_t *expected, json_t *found,
               const char *format, ...) __attribute__((format(printf, 6, 7)));

/* What fixes the row that was added last, a fail: any command, quoted for a shell. */
void probe_fix(const struct probe_rows *rows, const char *command);

/* A command for the server, complete for another machine: "vpcmeta instance set web-1 --enabled true --region R". */
void probe_append_command(const struct probe_rows *rows, const char *verb, const char *option, const char *value,
                          struct text *out);
void probe_fix_server(const struct probe_rows *rows, const char *verb, const char *option, const char *value);

/* Only a stop and start makes a service whole that was off when the server was created (vpc-api.md 4.1). */
void probe_fix_restart(const struct probe_rows *rows);
bool probe_may_need_restart(const struct probe_rows *rows);

/*
 * The link of a trusted profile to the server; nothing where the profile (NULL) or the server is not known, or is not
 * of the form that IAM knows.
 */
void probe_fix_link(const struct probe_rows *rows, const char *profile);

/* Other programs leave out the proxy. */
void probe_fix_proxy(const struct probe_rows *rows);

/* Appends that those commands name the server by the name of this machine, where no other is known. */
void probe_append_assumption(const struct probe_rows *rows, struct text *out);

/* The kind of this server, and whether its service has a hop limit. */
const struct resource_kind *probe_kind(const struct probe_rows *rows);
bool probe_has_hop_limit(const struct probe_rows *rows);

#endif
