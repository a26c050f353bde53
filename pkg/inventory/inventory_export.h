/*
 * inventory_export: a copy of an inventory as one file: the API's answers about everything of resource_copies, as they
 * came, without their secrets.
 *
 * What is read goes into a scratch file at once, so that memory holds ids and no records. What records refer to is read
 * after them, in as many rounds as that takes: a group brings its template and its members.
 */
#ifndef INVENTORY_INVENTORY_EXPORT_H
#define INVENTORY_INVENTORY_EXPORT_H

#include "inventory/inventory.h"

struct inventory_export;

struct inventory_export_options {
    const char *folder;   /* of the scratch file */
    bool narrowed;        /* a selector leaves something out: what is not referred to does not come along */
    bool initializations; /* a request a server */
    bool with_secrets;    /* as they are, instead of their length and hash */
};

/*
 * Begins to read what needs no selection; the session runs with the selection. The scope must outlive the export.
 * ERR_IO.
 */
struct inventory_export *inventory_export_begin(const struct inventory_scope *scope,
                                                const struct inventory_export_options *options, struct err *e)
    __attribute__((warn_unused_result));

void inventory_export_release(struct inventory_export **copy); /* for CLEANUP: waits for what is still being read */

/* For the selection of resource_kinds, which it copies. Lives as long as the export. */
const struct inventory_observer *inventory_export_observer(const struct inventory_export *copy);

/*
 * The selection has found these: reads what belongs to them and what they refer to. Waits. What cannot be read has a
 * line in `missing`; what is gone has one in `ret_gone`, because the copy lacks it as the API does. ERR_CANCELLED also
 * at the deadline.
 */
bool inventory_export_finish(struct inventory_export *copy, const struct resource_list *found, struct text *missing,
                             struct text *ret_gone, struct err *e) __attribute__((warn_unused_result));

/* What the file says of itself. */
struct inventory_export_head {
    const char *exported_at, *version, *api_version;
    const json_t *selection; /* NULL: everything */
};

/* Takes the file, piece by piece. */
struct inventory_export_sink {
    bool (*write)(void *context, const char *bytes, size_t size, struct err *e);
    void *context;
};

/*
 * Writes the file: one JSON object, a record a line, region after region, kind after kind. `missing` as above. Errors:
 * those of the sink, ERR_IO.
 */
bool inventory_export_write(struct inventory_export *copy, const struct inventory_export_head *head,
                            const struct text *missing, const struct inventory_export_sink *sink, struct err *e)
    __attribute__((warn_unused_result));

/* Appends "us-south: 1 region, 3 zones, ...", a line a region; returns how many records there are. */
size_t inventory_export_describe(const struct inventory_export *copy, struct text *out);

#endif
