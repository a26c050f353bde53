/* What records do not hold themselves: the memberships of instance groups, the trusted profiles of servers. */
#include <stdlib.h>

#include "inventory/inventory.h"
#include "mem/mem.h"

/* --- memberships ------------------------------------------------------------------------------------ */

/* The memberships of one group, as they are read. */
struct reading {
    const struct inventory_scope *scope;
    const struct resource *group;
    struct resource_list *memberships;
    struct resource_membership_counts *counts;
    struct resource_list *into; /* NULL: the memberships are not kept */
    struct text *missing;       /* NULL: what cannot be read is an error */
    struct err *error;          /* shared: the first one counts */
};

static void append_group(const struct reading *reading, const char *what)
{
    const struct resource *group = reading->group;

    text_printf(reading->missing, "%sinstance group %s: ", what, group->name != NULL ? group->name : group->id);
}

/* What an odd membership lacks makes the count of stale members unknown, not the group. */
static bool note_odd(const struct reading *reading, struct err *e)
{
    for (size_t i = 0; i < resource_list_count(reading->memberships); i++) {
        const struct resource *membership = resource_list_at(reading->memberships, i);
        if (reading->missing == NULL && !resource_check_whole(membership, e)) {
            return false;
        }
        if (membership->odd != NULL) {
            append_group(reading, "");
            resource_append_odd(reading->missing, membership);
            text_append_char(reading->missing, '\n');
        }
    }
    return true;
}

static void keep(const struct reading *reading)
{
    for (size_t i = 0; reading->into != NULL && i < resource_list_count(reading->memberships); i++) {
        struct resource *kept = resource_list_adopt(reading->into, resource_list_at(reading->memberships, i));
        kept->member_of = resource_list_keep(reading->into, reading->group->id);
    }
}

static void listed(const struct err *error, void *context)
{
    struct reading *reading = context;
    struct err odd = ERR_INIT;

    if (error == NULL && !note_odd(reading, &odd)) {
        error = &odd;
    }
    if (error == NULL) {
        *reading->counts = resource_count_members(reading->group, reading->memberships);
        keep(reading);
    } else if (reading->missing != NULL && inventory_is_gap(reading->scope, error)) {
        append_group(reading, "members of ");
        text_printf(reading->missing, "%s\n", error->message);
    } else if (reading->error->code == ERR_NONE) {
        *reading->error = *error;
        err_wrap(reading->error, "reading the members of instance group %s", reading->group->name);
    }
    resource_list_destroy(reading->memberships);
    free(reading);
}

struct resource_membership_counts *inventory_read_members(const struct inventory_scope *scope,
                                                          const struct resource_list *groups,
                                                          struct resource_list *into, struct text *missing,
                                                          struct err *e)
{
    size_t count = resource_list_count(groups);
    struct resource_membership_counts *counts = mem_array(count + 1, sizeof(*counts));
    struct err error = ERR_INIT;

    for (size_t i = 0; i < count; i++) {
        const struct resource *group = resource_list_at(groups, i);
        if (group->id == NULL) {
            continue; /* it is odd, and its members are not known */
        }
        struct reading *reading = mem_alloc(sizeof(*reading));
        *reading = (struct reading){.scope = scope,
                                    .group = group,
                                    .memberships = resource_list_create(),
                                    .counts = &counts[i],
                                    .into = into,
                                    .missing = missing,
                                    .error = &error};
        vpc_list(group->api, &(struct vpc_listing){.kind = group->kind->memberships,
                                                   .parent = group->id,
                                                   .into = reading->memberships,
                                                   .listed = listed,
                                                   .context = reading});
    }
    if (!inventory_run(scope, missing, e) || !err_take(e, &error)) {
        free(counts);
        return NULL;
    }
    return counts;
}

/* --- trusted profiles ------------------------------------------------------------------------------- */

struct profile_read {
    const struct inventory_scope *scope;
    const struct resource *record;
    json_t **slot;
    struct text *missing; /* NULL: what cannot be read is an error */
    struct err *error;    /* shared: the first one counts */
};

static bool read_profile(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct profile_read *read = context;
    struct answer_node profile = ANSWER_ABSENT_NODE;

    (void)reply;
    if (!answer_get_object(root, "default_trusted_profile", ANSWER_OPTIONAL, &profile, e)) {
        return false;
    }
    json_decref(*read->slot);
    *read->slot = profile.document != NULL ? answer_to_json(profile) : NULL;
    return true;
}

static void profile_done(const struct vpc_answer *answer, void *context)
{
    struct profile_read *read = context;
    const struct err *error = answer->error;
    bool gap = read->missing != NULL && error != NULL && inventory_is_gap(read->scope, error);

    if (gap) {
        json_decref(*read->slot);
        *read->slot = NULL;
        const struct resource *record = read->record;
        text_printf(read->missing, "default_trusted_profile of %s %s: %s\n", record->kind->singular,
                    record->name != NULL ? record->name : record->id, error->message);
    } else {
        err_take(read->error, error);
    }
    free(read);
}

/* A template holds its profile itself. */
static json_t *own_profile(const struct resource *record)
{
    const struct resource_settings *settings = &record->settings;
    const char *target = settings->trusted_profile;

    if ((settings->given & RESOURCE_TRUSTED_PROFILE) == 0) {
        return NULL;
    }
    return json_build("{s:b, s:{s:s}}", "auto_link", settings->auto_link, "target",
                      resource_name_form(target) == RESOURCE_BY_CRN ? "crn" : "id", target);
}

json_t **inventory_read_profiles(const struct inventory_scope *scope, const struct resource_list *list,
                                 struct text *missing, struct err *e)
{
    size_t count = resource_list_count(list);
    json_t **profiles = mem_array(count + 1, sizeof(*profiles));
    struct err error = ERR_INIT;

    for (size_t i = 0; i < count; i++) {
        const struct resource *record = resource_list_at(list, i);
        if (!record->kind->has_initialization) {
            profiles[i] = own_profile(record);
            continue;
        }
        if (record->id == NULL) {
            continue; /* it is odd, and what lies below it is not known */
        }
        struct profile_read *read = mem_alloc(sizeof(*read));
        *read = (struct profile_read){
            .scope = scope, .record = record, .slot = &profiles[i], .missing = missing, .error = &error};
        vpc_get(record->api, record->kind,
                &(struct vpc_call){.id = record->id,
                                   .below = "initialization",
                                   .read = read_profile,
                                   .done = profile_done,
                                   .context = read});
    }
    if (!inventory_run(scope, missing, e) || !err_take(e, &error)) {
        inventory_free_profiles(profiles, count);
        err_wrap(e, "reading the trusted profiles");
        return NULL;
    }
    return profiles;
}

void inventory_free_profiles(json_t **profiles, size_t count)
{
    for (size_t i = 0; profiles != NULL && i < count; i++) {
        json_decref(profiles[i]);
    }
    free(profiles);
}
