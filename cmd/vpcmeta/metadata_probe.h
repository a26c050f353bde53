/* metadata_probe: what `metadata probe` gathers, and the rows that it comes to. */
#ifndef VPCMETA_METADATA_PROBE_H
#define VPCMETA_METADATA_PROBE_H

#include "app.h"
#include "imds/imds_probe.h"
#include "metadata_probe_host.h"

/* Options of the command. */
struct metadata_probe_opts {
    struct opt_bool enabled;
    struct opt_enum protocol; /* index into metadata_probe_protocols */
    struct opt_int hop_limit;
    const char *trusted_profile;
};
extern const char *const metadata_probe_protocols[];

/* This server as the control plane has it. Free with metadata_probe_plane_free. */
struct metadata_probe_plane {
    bool read;
    bool failed;      /* there is a credential, and the server could not be read with it */
    bool is_no_name;  /* what the line calls the server is known to name none, and `error` says so */
    struct text why;  /* it was not read */
    struct err error; /* of `failed` or `is_no_name` */
    struct resource_list *found;
    const struct resource *server;       /* in `found`; NULL unless read */
    const char *protocol;                /* NULL: not known, as of an odd record */
    int hop_limit;                       /* 0: it has none */
    json_t *profile;                     /* default_trusted_profile of its initialization, or NULL */
    enum resource_switch restart_needed; /* stop and start since the service was turned on */
};
void metadata_probe_plane_free(struct metadata_probe_plane *plane); /* for CLEANUP */

/*
 * Reads it where a credential is at hand, for a few seconds at most: `word` is the server's name, id or CRN where the
 * line has one and no token says it; at the last it is the name of this machine. Never an error of the command.
 */
void metadata_probe_plane_read(struct app *app, const char *word, const struct imds_probe *seen,
                               struct metadata_probe_plane *ret);

/* All that was found out. Borrowed. */
struct metadata_probe_facts {
    const struct app *app;
    const struct metadata_probe_opts *opts;
    const char *word; /* the server on the command line, or NULL */
    const struct imds_probe *seen;
    const struct metadata_probe_host *host;
    const struct metadata_probe_plane *plane;
    const char *stopped; /* why not everything was found out, or NULL */
};

enum { METADATA_PROBE_COLUMNS = 6 };
extern const struct table_column metadata_probe_columns[METADATA_PROBE_COLUMNS];

/* A row a check; *ret_failed counts those that are not as expected. Free it with table_release. */
struct table *metadata_probe_rows(const struct metadata_probe_facts *facts, size_t *ret_failed);

/* Whether the word, a name, id or CRN, is this server's: RESOURCE_UNKNOWN where nothing has said enough of it. */
enum resource_switch metadata_probe_is_called(const char *word, const struct imds_probe *seen,
                                              const struct metadata_probe_plane *plane);

/* Whether its service has a hop limit. */
bool metadata_probe_has_hop_limit(const struct metadata_probe_facts *facts);

/* Which protocol answers, or NULL. */
const char *metadata_probe_protocol(const struct imds_probe *seen);

#endif
