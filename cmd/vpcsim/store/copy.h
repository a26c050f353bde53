/*
 * copy: records that were loaded from a copy of a fleet, as they were recorded.
 *
 * Such a record is answered member by member as it was recorded, whatever it holds, until something here changes a
 * member: from then on that member is the store's. What handlers check is the store's from the beginning.
 */
#ifndef VPCSIM_COPY_H
#define VPCSIM_COPY_H

#include "vpcsim/store/members.h"
#include "vpcsim/store/store.h"
#include "json/json.h"

struct copy {
    char *text; /* the record, an object without white space between its tokens */
    size_t size;
    char *changed; /* " name name.inner ": members that are the store's now; NULL: none */
};

struct copy *copy_create(struct stretch record);
/* NULL allowed. */
void copy_free(struct copy *copy);

struct stretch copy_text(const struct copy *copy);

/* From now on these members (names with blanks between them, "metadata_service.enabled") are the store's. */
void copy_change(struct entity *entity, const char *names);
/* The members that the body of a PATCH names. */
void copy_change_body(struct entity *entity, const json_t *body);

/* Appends the whole record where nothing of it is the store's; false: it is no copy, or was changed. */
bool copy_append(const struct entity *entity, struct text *out);

/* The store's body of the record stands in `out` from `from` on: makes it that of the copy. Nothing without one. */
void copy_overlay(const struct entity *entity, size_t from, struct text *out);

#endif
