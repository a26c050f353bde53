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
    struct text message;    /* of the same */
    bool answers;           /* in some way */
    const char *protocol;   /* that answers, or NULL */
    bool is_off;            /* the control plane says so */
    bool is_stopped;        /* nothing answers, and not every way had its time */
};

/* Takes over `expected` and `found`, which may be NULL: nothing is. */
void probe_add(struct probe_rows *rows, const char *check, enum probe_result result, json_t *expected, json_t *found,
               const char *format, ...) __attribute__((format(printf, 6, 7)));

/* What fixes the row that was added last, a fail: any command, quoted for a shell. */
void probe_fix(const struct probe_rows *rows, const char *command);

/*
 * A command for the server, complete for another machine: "vpcmeta instance set web-1 --enabled true --region R". False
 * where nothing says for certain how the server is called: it then has NAME in that place.
 */
bool probe_append_command(const struct probe_rows *rows, const char *verb, const char *option, const char *value,
                          struct text *out);

/* The same as the fix; without a name it is appended to the message of the row, and the row has none. */
void probe_fix_server(struct probe_rows *rows, const char *verb, const char *option, const char *value);

/* Only a stop and start makes a service whole that was off when the server was created (vpc-api.md 4.1). */
void probe_fix_restart(struct probe_rows *rows);
bool probe_may_need_restart(const struct probe_rows *rows);

/*
 * The link of a trusted profile to the server; nothing where the profile (NULL) or the server is not known, or is not
 * of the form that IAM knows.
 */
void probe_fix_link(const struct probe_rows *rows, const char *profile);

/* Other programs leave out the proxy. */
void probe_fix_proxy(const struct probe_rows *rows);

/* The same probe without the name of another server. */
void probe_fix_word(const struct probe_rows *rows);

/* The kind of this server; an instance where nothing says it. */
const struct resource_kind *probe_kind(const struct metadata_probe_facts *facts);

/* Why nothing is known that only an answer or a token could say, and the result that it makes. */
const char *probe_why_unknown(const struct probe_rows *rows);
enum probe_result probe_unknown(const struct probe_rows *rows);

/* --- rows of metadata_probe_machine.c ------------------------------------------------------------------ */

void probe_add_hop_limit(struct probe_rows *rows);
void probe_add_second_hop(struct probe_rows *rows);
void probe_add_proxy(struct probe_rows *rows);
void probe_add_user_data(struct probe_rows *rows);

#endif
