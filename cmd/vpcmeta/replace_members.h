/* replace_members: what `template replace` does to the members of instance groups, or leaves. Private to replace. */
#ifndef VPCMETA_REPLACE_MEMBERS_H
#define VPCMETA_REPLACE_MEMBERS_H

#include "app.h"
#include "plan/plan.h"
#include "resource/resource_columns.h"

/* The groups that a replacement concerns, and who belongs to them. Zero-initialised: none. */
struct replace_members {
    struct resource_list *groups;
    struct resource_membership_counts *counts; /* of each group */
    struct resource_list *memberships;         /* of all of them, each with its group in `member_of` */
};

/*
 * Reads the members of the groups that use one of the selected templates or the one called `name` (NULL: none). What
 * cannot be read is an error where `needed` is true.
 */
bool replace_members_read(const struct inventory_scope *scope, const struct resource_list *selected,
                          const struct inventory_templates *templates, const char *name,
                          const struct resource_list *groups, bool needed, struct replace_members *ret, struct err *e)
    __attribute__((warn_unused_result));
void replace_members_free(struct replace_members *members); /* for CLEANUP */

/* The stale members of each of `groups`: an array as long as the list, freed with free(). */
int64_t *replace_members_stale(const struct replace_members *members, const struct resource_list *groups);

/*
 * Of the groups whose members are replaced: notes what follows from their managers and pools, warns of servers that
 * stay, and appends a line for the question about the servers that are taken down.
 */
void replace_note_rolls(const struct app *app, const struct replace_members *members, const struct plan *plan,
                        struct text *ret_details);

/* Of the groups that are only moved: how many members still run an old template, and what replaces them. */
void replace_note_stale(const struct app *app, const struct replace_members *members, const struct plan *plan,
                        const struct resource_settings *wanted, bool dry_run);

#endif
