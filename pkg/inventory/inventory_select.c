/* Reading what is selected: which requests are needed, and whether every target was found. */
#include <stdlib.h>
#include <string.h>

#include "inventory/inventory.h"
#include "mem/mem.h"

enum { WORDS_SHOWN = 10 };

/* A word that has to name exactly one resource. */
struct target {
    const char *word;
    enum resource_name_form form;
    size_t matches; /* records that were found by it */
    bool excluded;  /* one was found that another selector leaves out */
};

/* One selection in progress; every list and every single read of it ends in one of the callbacks below. */
struct selection {
    const struct inventory_selector *selector;
    struct resource_list *found;
    struct resource_list *vpcs; /* where they are needed to tell names from ids */
    struct target *targets;     /* of the selector, in its order */
    struct mem_map by_word;     /* the same; equal words are one */
    struct text *ret_missing;
    struct err error; /* the first part that could not be read */
    struct text json; /* scratch for --where */
};

static void selection_free(struct selection *selection)
{
    resource_list_destroy(selection->found);
    resource_list_destroy(selection->vpcs);
    mem_map_free(&selection->by_word);
    free(selection->targets);
    text_free(&selection->json);
}

/* --- VPCs: some answers hold only their ids (templates echo their bodies, vpc-api.md 2.9) ------------ */

/* Whether the selector names a VPC by name: then the VPCs are read beside the resources. */
static bool wants_vpcs(const struct inventory_selector *selector)
{
    for (size_t i = 0; i < selector->vpcs.count; i++) {
        if (resource_name_form(selector->vpcs.items[i]) == RESOURCE_BY_NAME) {
            return true;
        }
    }
    return false;
}

/* Whether the VPC of the record cannot be judged before the VPCs are known. */
static bool is_vpc_open(const struct inventory_selector *selector, const struct resource *record)
{
    return record->vpc == NULL && record->vpc_id != NULL && wants_vpcs(selector);
}

static const char *vpc_name_of(const struct resource_list *vpcs, const char *id)
{
    for (size_t i = 0; i < resource_list_count(vpcs); i++) {
        if (strcmp(resource_list_at(vpcs, i)->id, id) == 0) {
            return resource_list_at(vpcs, i)->name;
        }
    }
    return NULL;
}

/* --- one record ----------------------------------------------------------------------------------- */

/* A record has three words that may name it; a word that looks like an id is no name, and so on. */
enum { FORMS = 3 };

static size_t targets_of(const struct selection *selection, const struct resource *record, struct target *ret[FORMS])
{
    const struct {
        const char *word;
        enum resource_name_form form;
    } words[FORMS] = {{record->name, RESOURCE_BY_NAME}, {record->id, RESOURCE_BY_ID}, {record->crn, RESOURCE_BY_CRN}};
    size_t count = 0;

    for (size_t i = 0; i < FORMS; i++) {
        struct target *target = words[i].word != NULL ? mem_map_get(&selection->by_word, words[i].word) : NULL;
        if (target != NULL && target->form == words[i].form) {
            ret[count++] = target;
        }
    }
    return count;
}

static bool where_holds(struct selection *selection, const struct resource *record, struct answer_node item,
                        bool *ret_holds, struct err *e)
{
    text_clear(&selection->json);
    answer_print(item, &selection->json);
    if (!query_test(selection->selector->where, text_string(&selection->json), selection->json.size, ret_holds, e)) {
        return err_wrap(e, "--where on %s %s", record->kind->singular, record->name);
    }
    return true;
}

/* A VPC that is known by its id alone is judged when all VPCs are known. */
static bool matches_so_far(const struct inventory_selector *selector, const struct resource *record)
{
    struct inventory_selector judged = *selector;

    if (is_vpc_open(selector, record)) {
        judged.vpcs.count = 0;
    }
    return inventory_selector_matches(&judged, record);
}

static bool keep(const struct resource *record, struct answer_node item, void *context, bool *ret_keep, struct err *e)
{
    struct selection *selection = context;
    const struct inventory_selector *selector = selection->selector;
    struct target *targets[FORMS];
    size_t count = targets_of(selection, record, targets);

    *ret_keep = false;
    if (selector->targets.count > 0 && count == 0) {
        return true;
    }
    *ret_keep = matches_so_far(selector, record);
    if (*ret_keep && selector->where != NULL && !where_holds(selection, record, item, ret_keep, e)) {
        return false;
    }
    for (size_t i = 0; i < count && !*ret_keep; i++) {
        targets[i]->excluded = true;
    }
    if (*ret_keep && selector->observer != NULL && !is_vpc_open(selector, record)) {
        selector->observer->selected(record, selector->observer->context);
    }
    return true;
}

/* --- requests ------------------------------------------------------------------------------------- */

/* Without a token nothing at all can be read; that is no gap in an inventory. */
static void note_missing(struct selection *selection, const struct err *error)
{
    bool gap = error->code != ERR_CANCELLED && error->code != ERR_USAGE && error->code != ERR_AUTH;

    if (selection->ret_missing != NULL && gap) {
        text_printf(selection->ret_missing, "%s\n", error->message);
    } else {
        err_take(&selection->error, error);
    }
}

static void listed(const struct err *error, void *context)
{
    if (error != NULL) {
        note_missing(context, error);
    }
}

static const char *only_word(const struct inventory_words *words)
{
    return words->count == 1 ? words->items[0] : NULL;
}

/* The part of the selector that the API can apply: single words that are no patterns. */
static struct vpc_filter api_filter(const struct inventory_selector *selector)
{
    struct vpc_filter filter = {0};
    const char *name = only_word(&selector->names);
    const char *vpc = only_word(&selector->vpcs);
    const char *group = only_word(&selector->resource_groups);

    if (name != NULL && strpbrk(name, "*?[\\") == NULL) {
        filter.name = name;
    }
    if (vpc != NULL) {
        enum resource_name_form form = resource_name_form(vpc);
        *(form == RESOURCE_BY_CRN ? &filter.vpc_crn : form == RESOURCE_BY_ID ? &filter.vpc_id : &filter.vpc_name) = vpc;
    }
    /* ids of resource groups are 32 hexadecimal digits (vpc-api.md 1.8); the API has no filter by name */
    if (group != NULL && strlen(group) == 32 && strspn(group, "0123456789abcdef") == 32) {
        filter.resource_group_id = group;
    }
    return filter;
}

static void list(struct selection *selection, struct vpc *vpc, const struct resource_kind *kind,
                 const struct vpc_filter *filter)
{
    vpc_list(vpc, &(struct vpc_listing){.kind = kind,
                                        .filter = *filter,
                                        .into = selection->found,
                                        .keep = keep,
                                        .listed = listed,
                                        .context = selection});
}

/* A single read in progress. */
struct single {
    struct selection *selection;
    const struct resource_kind *kind;
    struct vpc *api;
};

static bool read_single(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct single *single = context;
    struct selection *selection = single->selection;
    size_t before = resource_list_count(selection->found);
    struct resource *record = resource_list_append(selection->found, single->kind, vpc_region(single->api));
    bool wanted = false;

    record->api = single->api;
    if (!resource_read(selection->found, record, root, e)) {
        resource_list_truncate(selection->found, before);
        return false;
    }
    if (!vpc_check_region(single->api, record, &selection->error) ||
        !keep(record, root, selection, &wanted, &selection->error) || !wanted) {
        resource_list_truncate(selection->found, before);
    } else if (reply->etag[0] != '\0') {
        record->etag = resource_list_copy(selection->found, reply->etag, strlen(reply->etag));
    }
    return true;
}

static void single_done(const struct vpc_answer *answer, void *context)
{
    struct single *single = context;

    /* 404: another region may have it; check_targets reports what no region has */
    if (answer->error != NULL && answer->reply->status != 404) {
        note_missing(single->selection, answer->error);
    }
    free(single);
}

static void read_one(struct selection *selection, struct vpc *vpc, const struct resource_kind *kind, const char *id)
{
    struct single *single = mem_alloc(sizeof(*single));

    *single = (struct single){.selection = selection, .kind = kind, .api = vpc};
    vpc_get(vpc, kind, &(struct vpc_call){.id = id, .read = read_single, .done = single_done, .context = single});
}

/* Few targets cost a request each; a name on a kind without the filter costs the whole list anyway. */
static bool read_singly(const struct inventory_words *targets, const struct resource_kind *kind)
{
    if (targets->count == 0 || targets->count > INVENTORY_TARGETS_SINGLY) {
        return false;
    }
    for (size_t i = 0; i < targets->count; i++) {
        if (resource_name_form(targets->items[i]) == RESOURCE_BY_NAME && (kind->filters & RESOURCE_FILTER_NAME) == 0) {
            return false;
        }
    }
    return true;
}

static void request(struct selection *selection, struct vpc *vpc, const struct resource_kind *kind)
{
    const struct inventory_words *targets = &selection->selector->targets;

    if (!read_singly(targets, kind)) {
        struct vpc_filter filter = api_filter(selection->selector);
        list(selection, vpc, kind, &filter);
        return;
    }
    for (size_t i = 0; i < targets->count; i++) {
        const char *word = targets->items[i];
        if (resource_name_form(word) == RESOURCE_BY_NAME) {
            list(selection, vpc, kind, &(struct vpc_filter){.name = word});
        } else {
            const char *id = resource_crn_id(word);
            read_one(selection, vpc, kind, id != NULL ? id : word);
        }
    }
}

/* --- targets -------------------------------------------------------------------------------------- */

static bool refuse_ambiguous(const struct selection *selection, const struct target *target, struct err *e)
{
    CLEANUP(text_free) struct text places = {0};

    for (size_t i = 0; i < resource_list_count(selection->found); i++) {
        const struct resource *record = resource_list_at(selection->found, i);
        struct target *targets[FORMS];
        for (size_t n = targets_of(selection, record, targets); n > 0; n--) {
            if (targets[n - 1] == target) {
                text_printf(&places, "%s%s %s in %s", places.size > 0 ? ", " : "", record->kind->singular, record->id,
                            record->region != NULL ? record->region : "an unknown region");
            }
        }
    }
    return err_set(e, ERR_NOT_FOUND, "\"%s\" names %zu resources (%s): say which by id", target->word, target->matches,
                   text_string(&places));
}

static bool refuse_absent(const char *what, const struct text *words, size_t count, struct err *e)
{
    CLEANUP(text_free) struct text more = {0};

    if (count > WORDS_SHOWN) {
        text_printf(&more, " and %zu more", count - WORDS_SHOWN);
    }
    return err_set(e, ERR_NOT_FOUND, "there is no %s %s%s", what, text_string(words), text_string(&more));
}

static bool check_targets(struct selection *selection, const char *what, struct err *e)
{
    CLEANUP(text_free) struct text absent = {0};
    size_t absent_count = 0;

    for (size_t i = 0; i < resource_list_count(selection->found); i++) {
        struct target *targets[FORMS];
        for (size_t n = targets_of(selection, resource_list_at(selection->found, i), targets); n > 0; n--) {
            targets[n - 1]->matches++;
        }
    }
    for (size_t i = 0; i < selection->selector->targets.count; i++) {
        const struct target *target = mem_map_get(&selection->by_word, selection->selector->targets.items[i]);
        if (target->matches > 1) {
            return refuse_ambiguous(selection, target, e);
        }
        if (target->matches == 0 && !target->excluded && ++absent_count <= WORDS_SHOWN) {
            text_printf(&absent, "%s\"%s\"", absent_count > 1 ? ", " : "", target->word);
        }
    }
    /* what could not be read may hold the absent ones */
    return absent_count == 0 || (selection->ret_missing != NULL && selection->ret_missing->size > 0) ||
           refuse_absent(what, &absent, absent_count, e);
}

/* --- the selection -------------------------------------------------------------------------------- */

static void begin(struct selection *selection, const struct inventory_scope *scope,
                  const struct resource_kind *const kinds[], size_t kind_count)
{
    const struct inventory_selector *selector = selection->selector;
    bool list_vpcs = false;

    selection->targets = mem_array(selector->targets.count, sizeof(*selection->targets));
    for (size_t i = 0; i < selector->targets.count; i++) {
        const char *word = selector->targets.items[i];
        selection->targets[i] = (struct target){.word = word, .form = resource_name_form(word)};
        mem_map_put(&selection->by_word, word, &selection->targets[i]);
    }
    for (size_t k = 0; k < kind_count; k++) {
        list_vpcs |= !kinds[k]->names_vpc && wants_vpcs(selector);
    }
    for (size_t r = 0; r < scope->region_count; r++) {
        for (size_t k = 0; k < kind_count; k++) {
            request(selection, scope->regions[r], kinds[k]);
        }
        if (list_vpcs) {
            vpc_list(scope->regions[r],
                     &(struct vpc_listing){
                         .kind = &resource_vpc, .into = selection->vpcs, .listed = listed, .context = selection});
        }
    }
}

/* Whether the record, whose VPC is judged now, is another one than the last and is selected. */
static bool stays(const struct selection *selection, struct resource *record, const struct resource *last)
{
    /* a target that is given twice, or by name and by id, is one resource */
    if (last != NULL && last->kind == record->kind && strcmp(last->id, record->id) == 0) {
        return false;
    }
    if (!is_vpc_open(selection->selector, record)) {
        return true;
    }
    record->vpc = resource_list_keep(selection->found, vpc_name_of(selection->vpcs, record->vpc_id));
    return inventory_selector_matches(selection->selector, record);
}

/* Sorts what was found and drops what does not stay. */
static void settle(const struct selection *selection)
{
    struct resource_list *found = selection->found;
    size_t kept = 0;

    resource_list_sort(found);
    for (size_t i = 0; i < resource_list_count(found); i++) {
        struct resource *record = resource_list_at(found, i);
        if (!stays(selection, record, kept > 0 ? resource_list_at(found, kept - 1) : NULL)) {
            continue;
        }
        if (kept != i) {
            *resource_list_at(found, kept) = *record;
        }
        kept++;
    }
    resource_list_truncate(found, kept);
}

bool inventory_select(const struct inventory_scope *scope, const struct resource_kind *const kinds[], size_t kind_count,
                      const struct inventory_selector *selector, struct resource_list *into, struct text *ret_missing,
                      struct err *e)
{
    CLEANUP(selection_free)
    struct selection selection = {.selector = selector,
                                  .found = resource_list_create(),
                                  .vpcs = resource_list_create(),
                                  .ret_missing = ret_missing};

    begin(&selection, scope, kinds, kind_count);
    if (!http_run(scope->http, e) || !err_take(e, &selection.error)) {
        return false;
    }
    settle(&selection);
    if (!check_targets(&selection, kind_count > 1 ? "resource" : kinds[0]->singular, e)) {
        return false;
    }
    resource_list_take(into, selection.found);
    return true;
}

static bool has_line(const struct text *lines, const char *line)
{
    size_t wanted = strlen(line);
    size_t size;

    for (const char *next = text_string(lines); *next != '\0'; next += size + (next[size] == '\n')) {
        size = strcspn(next, "\n");
        if (size == wanted && memcmp(next, line, size) == 0) {
            return true;
        }
    }
    return false;
}

/* What could not be read for several questions is one line. */
static void add_missing(struct text *missing, struct text *more)
{
    char *next = more->data;

    for (char *line = strsep(&next, "\n"); line != NULL; line = strsep(&next, "\n")) {
        if (line[0] != '\0' && !has_line(missing, line)) {
            text_printf(missing, "%s\n", line);
        }
    }
}

bool inventory_read_all(const struct inventory_scope *scope, const struct resource_kind *const kinds[],
                        size_t kind_count, struct resource_list *into, struct text *missing, struct err *e)
{
    CLEANUP(text_free) struct text more = {0};
    struct inventory_selector everything = {0};

    if (!inventory_select(scope, kinds, kind_count, &everything, into, missing != NULL ? &more : NULL, e)) {
        return false;
    }
    if (more.size > 0) {
        add_missing(missing, &more);
    }
    return true;
}
