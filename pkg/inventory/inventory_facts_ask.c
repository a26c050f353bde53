/* What is asked about single resources, as many at a time as the session takes: initializations and memberships. */
#include <stdlib.h>
#include <string.h>

#include "inventory/inventory_facts_state.h"

/* Notes the error: as a gap of the entry, or as the end of it all. */
static void note_gap(struct inventory_facts *facts, const struct facts_entry *entry, enum inventory_question what,
                     const struct err *error)
{
    if (!inventory_is_gap(facts->terms.scope, error)) {
        err_take(&facts->error, error);
        return;
    }
    for (size_t i = 0; i < facts->gaps.count; i++) {
        struct facts_gap *gap = &facts->gaps.items[i];
        if (text_equal(gap->region, entry->region) && gap->kind == entry->kind && gap->what == what) {
            gap->count++;
            gap->differs |= error->code != gap->error.code || error->http_status != gap->error.http_status;
            return;
        }
    }
    *mem_list_add(&facts->gaps) =
        (struct facts_gap){.region = entry->region, .kind = entry->kind, .what = what, .count = 1, .error = *error};
}

/* Asks for what waits, as the window allows. */
static void ask_next(struct inventory_facts *facts);

/* --- initializations ---------------------------------------------------------------------------------- */

/* One request about an entry. */
struct request {
    struct inventory_facts *facts;
    struct facts_entry *entry;
    struct err error; /* why the initialization was not found, while the server itself is looked for */
};

static const char *share(struct inventory_facts *facts, struct answer_string string)
{
    return string.data != NULL ? resource_list_share(facts->strings, string.data, string.size) : NULL;
}

void inventory_facts_look(const struct inventory_facts *facts, struct answer_string user_data,
                          struct inventory_fact *fact)
{
    const struct inventory_facts_terms *terms = &facts->terms;

    if (terms->look != NULL && user_data.data != NULL) {
        bool searched = terms->look(user_data.data, user_data.size, &fact->secret, terms->context);
        fact->user_data = searched ? INVENTORY_READ : INVENTORY_UNREADABLE;
    }
}

static bool read_initialization(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct request *request = context;
    struct inventory_fact *fact = &request->entry->fact;
    struct answer_node profile = ANSWER_ABSENT_NODE;
    struct answer_string id = {0}, crn = {0}, user_data = {0};
    bool auto_link = false;

    (void)reply;
    if (answer_kind(root) != ANSWER_OBJECT) {
        return answer_error(root, e, "the answer must be an object");
    }
    if (!answer_get_object(root, "default_trusted_profile", ANSWER_OPTIONAL, &profile, e) ||
        !answer_get_string(root, "user_data", ANSWER_OPTIONAL, &user_data, e)) {
        return false;
    }
    if (profile.document != NULL) {
        if (!answer_get_string(profile, "target/crn", ANSWER_OPTIONAL, &crn, e) ||
            !answer_get_string(profile, "target/id", crn.data != NULL ? ANSWER_OPTIONAL : ANSWER_REQUIRED, &id, e) ||
            !answer_get_boolean(profile, "auto_link", ANSWER_OPTIONAL, &auto_link, e)) {
            return false;
        }
        fact->profile = share(request->facts, crn.data != NULL ? crn : id);
        bool says = answer_find(profile, "auto_link").document != NULL;
        fact->auto_link = !says ? RESOURCE_UNKNOWN : auto_link ? RESOURCE_ON : RESOURCE_OFF;
    }
    inventory_facts_look(request->facts, user_data, fact);
    return true;
}

static void end_request(struct request *request)
{
    struct inventory_facts *facts = request->facts;

    free(request);
    facts->pending--;
    facts->asked--;
    ask_next(facts);
}

static void end_unread(struct request *request, const struct err *error)
{
    request->entry->fact.initialization = INVENTORY_UNREADABLE;
    note_gap(request->facts, request->entry, INVENTORY_INITIALIZATION, error);
    end_request(request);
}

/* A server without an initialization is one that was deleted after it was listed, or something is wrong. */
static void looked_for(const struct vpc_answer *answer, void *context)
{
    struct request *request = context;

    if (answer->error != NULL && http_is_not_found(answer->reply)) {
        request->entry->fact.gone = true;
        end_request(request);
    } else {
        const struct err error = request->error;
        end_unread(request, &error);
    }
}

static void initialization_done(const struct vpc_answer *answer, void *context)
{
    struct request *request = context;
    struct facts_entry *entry = request->entry;

    if (answer->error == NULL) {
        entry->fact.initialization = INVENTORY_READ;
        end_request(request);
    } else if (http_is_not_found(answer->reply)) {
        request->error = *answer->error;
        vpc_get(entry->api, entry->kind, &(struct vpc_call){.id = entry->id, .done = looked_for, .context = request});
    } else {
        end_unread(request, answer->error);
    }
}

static void ask_initialization(struct inventory_facts *facts, struct facts_entry *entry)
{
    struct request *request = mem_alloc(sizeof(*request));

    *request = (struct request){.facts = facts, .entry = entry, .error = ERR_INIT};
    vpc_get(entry->api, entry->kind,
            &(struct vpc_call){.id = entry->id,
                               .below = "initialization",
                               .read = read_initialization,
                               .done = initialization_done,
                               .context = request});
}

/* --- memberships -------------------------------------------------------------------------------------- */

struct members {
    struct inventory_facts *facts;
    struct facts_entry *entry;
    struct resource_list *list;
};

static void note_stale(const struct members *members)
{
    const char *template_id = members->entry->group->template_id;
    struct mem_set *stale = members->facts->terms.stale_members;

    for (size_t i = 0; stale != NULL && template_id != NULL && i < resource_list_count(members->list); i++) {
        const struct resource *membership = resource_list_at(members->list, i);
        CLEANUP(text_free) struct text key = {0};
        if (membership->instance_name != NULL && membership->template_id != NULL &&
            strcmp(membership->template_id, template_id) != 0) {
            text_printf(&key, "%s %s", members->entry->id, membership->instance_name);
            (void)mem_set_add(stale, text_string(&key));
        }
    }
}

static void members_listed(const struct err *error, void *context)
{
    struct members *members = context;
    struct inventory_facts *facts = members->facts;
    struct facts_entry *entry = members->entry;
    struct err odd = ERR_INIT;

    if (error == NULL && !resource_list_check_whole(members->list, &odd)) {
        error = &odd;
    }
    if (error == NULL) {
        entry->fact.members = INVENTORY_READ;
        entry->fact.counts = resource_count_members(entry->group, members->list);
        note_stale(members);
    } else if (error->http_status == 404) {
        entry->fact.members = INVENTORY_READ; /* deleted after it was listed */
        entry->fact.gone = true;
    } else {
        entry->fact.members = INVENTORY_UNREADABLE;
        note_gap(facts, entry, INVENTORY_MEMBERS, error);
    }
    resource_list_destroy(members->list);
    free(members);
    facts->pending--;
    facts->asked--;
    ask_next(facts);
}

static void ask_members(struct inventory_facts *facts, struct facts_entry *entry)
{
    struct members *members = mem_alloc(sizeof(*members));

    *members = (struct members){.facts = facts, .entry = entry, .list = resource_list_create()};
    vpc_list(entry->api, &(struct vpc_listing){.kind = entry->kind->memberships,
                                               .parent = entry->id,
                                               .into = members->list,
                                               .listed = members_listed,
                                               .context = members});
}

/* --- in turn ------------------------------------------------------------------------------------------ */

static void ask_next(struct inventory_facts *facts)
{
    while (facts->questions.next < facts->questions.count && facts->asked < http_window(facts->terms.scope->http)) {
        struct facts_question question = facts->questions.items[facts->questions.next++];
        facts->pending++;
        facts->asked++;
        if (question.what == INVENTORY_MEMBERS) {
            ask_members(facts, question.entry);
        } else {
            ask_initialization(facts, question.entry);
        }
    }
    if (facts->questions.next == facts->questions.count) {
        facts->questions.next = facts->questions.count = 0;
    }
}

void facts_ask(struct inventory_facts *facts, struct facts_entry *entry, unsigned questions)
{
    if ((questions & INVENTORY_INITIALIZATION) != 0 && entry->kind->has_initialization) {
        entry->fact.initialization = INVENTORY_ASKED;
        *mem_list_add(&facts->questions) = (struct facts_question){entry, INVENTORY_INITIALIZATION};
    }
    if ((questions & INVENTORY_MEMBERS) != 0 && entry->kind->memberships != NULL) {
        entry->fact.members = INVENTORY_ASKED;
        *mem_list_add(&facts->questions) = (struct facts_question){entry, INVENTORY_MEMBERS};
    }
    ask_next(facts);
}
