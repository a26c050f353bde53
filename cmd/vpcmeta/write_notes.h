/*
 * write_notes: what people should know of settings before they are written: where they have no effect yet, and what
 * has to be done elsewhere. One warning each, however many resources it is true of. Private to commands that write.
 */
#ifndef VPCMETA_WRITE_NOTES_H
#define VPCMETA_WRITE_NOTES_H

#include "app.h"
#include "plan/plan.h"

/* Of the settings of a plan, or of a body. Zero-initialised: nothing to say. */
struct write_notes {
    const struct resource_kind *created; /* what is created; NULL: what exists is changed */
    size_t off;                          /* resources whose service is off although: */
    unsigned off_settings;               /* these are given (bits of enum resource_setting) */
    size_t https;                        /* whose service is on and answers https now */
    size_t from_http;                    /* of these, servers whose service was on with http before */
    const char *unlinked;                /* a trusted profile that is not linked automatically; NULL: none */
};

/* Counts one resource that gets `after`, of which the settings of `mask` are new. */
void write_notes_count(struct write_notes *notes, const struct resource_settings *after, unsigned mask);

/* Counts what the plan changes. */
struct write_notes write_notes_of(const struct plan *plan);

void write_notes_say(const struct app *app, const struct write_notes *notes);

#endif
