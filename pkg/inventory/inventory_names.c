/* Looking up the VPCs, resource groups and zones of a selector. */
#include "inventory/inventory_names.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

enum { NAMES_SHOWN = 10 };

static const struct {
    const char *option, *singular, *plural;
} texts[INVENTORY_PLACES] = {
    [INVENTORY_PLACE_VPC] = {"--vpc", "VPC", "VPCs"},
    [INVENTORY_PLACE_GROUP] = {"--resource-group", "resource group", "resource groups"},
    [INVENTORY_PLACE_ZONE] = {"--zone", "zone", "zones"},
};

/* --- what is known -------------------------------------------------------------------------------------- */

static void prove(struct inventory_place_words *place, const char *name, const char *id)
{
    for (size_t i = 0; i < place->words->count; i++) {
        place->known[i] = place->known[i] || inventory_word_names(place->words->items[i], name, id);
    }
}

/* `name` must outlive the names. Regions have VPCs of the same name. */
static void add_name(struct inventory_place_words *place, const char *name)
{
    if (name != NULL && mem_set_add(&place->noted, name)) {
        *mem_list_add(&place->names) = name;
    }
}

static const char *first_unknown(const struct inventory_place_words *place)
{
    for (size_t i = 0; i < place->words->count; i++) {
        if (!place->known[i]) {
            return place->words->items[i];
        }
    }
    return NULL;
}

static void see_group(struct inventory_names *names, const struct resource *record)
{
    struct inventory_place_words *place = &names->places[INVENTORY_PLACE_GROUP];

    prove(place, record->resource_group, record->resource_group_id);
    if (record->resource_group != NULL && !mem_set_has(&place->noted, record->resource_group)) {
        add_name(place, text_arena_copy(&names->memory, record->resource_group, strlen(record->resource_group)));
    }
}

void inventory_names_see(struct inventory_names *names, const struct resource *record)
{
    if (first_unknown(&names->places[INVENTORY_PLACE_VPC]) != NULL) {
        prove(&names->places[INVENTORY_PLACE_VPC], record->vpc, record->vpc_id);
    }
    if (first_unknown(&names->places[INVENTORY_PLACE_ZONE]) != NULL) {
        prove(&names->places[INVENTORY_PLACE_ZONE], record->zone, NULL);
    }
    if (first_unknown(&names->places[INVENTORY_PLACE_GROUP]) != NULL) {
        see_group(names, record);
    }
}

/* --- what is not ---------------------------------------------------------------------------------------- */

void inventory_append_regions(const struct inventory_scope *scope, struct text *out)
{
    for (size_t i = 0; i < scope->region_count; i++) {
        const char *region = vpc_region(scope->regions[i]);
        if (region[0] != '\0') {
            text_printf(out, "%s%s", out->size > 0 ? ", " : " in ", region);
        }
    }
}

/* Appends ": did you mean web-1?" or, where none is near, the names there are. */
static void append_names(struct text *out, const struct inventory_place_words *place, const char *plural,
                         const char *word)
{
    size_t shown = place->names.count < NAMES_SHOWN ? place->names.count : NAMES_SHOWN;

    if (text_append_nearest(out, word, place->names.items, place->names.count)) {
        return;
    }
    for (size_t i = 0; i < shown; i++) {
        text_printf(out, i > 0 ? ", %s" : "; the %s are %s", i > 0 ? place->names.items[i] : plural,
                    place->names.items[i]);
    }
    if (place->names.count > shown) {
        text_printf(out, " and %zu more", place->names.count - shown);
    }
}

void inventory_names_append_absent(const struct inventory_names *names, enum inventory_place which, const char *word,
                                   struct text *out)
{
    CLEANUP(text_free) struct text regions = {0};

    inventory_append_regions(names->scope, &regions);
    text_printf(out, "there is no %s \"%s\"%s%s", texts[which].singular, word,
                which == INVENTORY_PLACE_GROUP ? " with anything in it" : "", text_string(&regions));
    append_names(out, &names->places[which], texts[which].plural, word);
}

/* A word that is not known: refused or, where its look-up failed, that failure. */
static bool refuse(const struct inventory_names *names, enum inventory_place which, struct err *e)
{
    const struct inventory_place_words *place = &names->places[which];
    const char *word = first_unknown(place);
    CLEANUP(text_free) struct text absent = {0};

    if (word == NULL) {
        return true;
    }
    if (place->error.code != ERR_NONE) {
        err_take(e, &place->error);
        return err_wrap(e, "%s %s could not be looked up", texts[which].option, word);
    }
    inventory_names_append_absent(names, which, word, &absent);
    return err_set(e, ERR_USAGE, "%s", text_string(&absent));
}

/* --- looking up ------------------------------------------------------------------------------------------ */

static void vpcs_listed(const struct err *error, void *context)
{
    struct inventory_names *names = context;

    err_take(&names->places[INVENTORY_PLACE_VPC].error, error);
}

static bool read_zones(struct answer_node root, const struct http_reply *reply, void *context, struct err *e)
{
    struct inventory_names *names = context;
    struct inventory_place_words *place = &names->places[INVENTORY_PLACE_ZONE];
    struct answer_node zones = ANSWER_ABSENT_NODE;

    (void)reply;
    if (!answer_get_array(root, "zones", ANSWER_REQUIRED, &zones, e)) {
        return false;
    }
    for (struct answer_cursor each = answer_each(zones); answer_next(&each);) {
        struct answer_string name = {0};
        if (!answer_get_string(each.node, "name", ANSWER_REQUIRED, &name, e)) {
            return false;
        }
        add_name(place, text_arena_copy(&names->memory, name.data, name.size));
        prove(place, name.data, NULL);
    }
    return true;
}

static void zones_done(const struct vpc_answer *answer, void *context)
{
    struct inventory_names *names = context;

    if (answer->error != NULL && !http_is_not_found(answer->reply)) {
        err_take(&names->places[INVENTORY_PLACE_ZONE].error, answer->error);
    }
}

static void begin_zones(struct inventory_names *names, struct vpc *api, const char *region)
{
    vpc_get(
        api, &resource_region,
        &(struct vpc_call){.id = region, .below = "zones", .read = read_zones, .done = zones_done, .context = names});
}

/* The zone of an API whose region is not known says it itself: "eu-de-1" lies in "eu-de" (vpc-api.md 1.1). */
static void begin_zones_of_words(struct inventory_names *names, struct vpc *api)
{
    const struct inventory_words *words = names->places[INVENTORY_PLACE_ZONE].words;

    for (size_t i = 0; i < words->count; i++) {
        const char *dash = strrchr(words->items[i], '-');
        CLEANUP(text_free) struct text region = {0};
        text_append_size(&region, words->items[i], dash != NULL ? (size_t)(dash - words->items[i]) : 0);
        if (region.size > 0) {
            begin_zones(names, api, text_string(&region));
        }
    }
}

static void begin_all_zones(struct inventory_names *names)
{
    const struct inventory_scope *scope = names->scope;

    for (size_t r = 0; r < scope->region_count; r++) {
        struct vpc *api = scope->regions[r];
        if (vpc_region(api)[0] != '\0') {
            begin_zones(names, api, vpc_region(api));
        } else {
            begin_zones_of_words(names, api);
        }
    }
}

static void take_vpcs(struct inventory_names *names)
{
    for (size_t i = 0; i < resource_list_count(names->vpcs); i++) {
        const struct resource *vpc = resource_list_at(names->vpcs, i);
        add_name(&names->places[INVENTORY_PLACE_VPC], vpc->name);
        prove(&names->places[INVENTORY_PLACE_VPC], vpc->name, vpc->id);
        inventory_names_see(names, vpc);
    }
}

/* What ends a command, whatever else could prove a name. */
static bool is_fatal(const struct err *error)
{
    return error->code == ERR_CANCELLED || error->code == ERR_AUTH || error->code == ERR_USAGE;
}

static void begin_vpcs(struct inventory_names *names)
{
    names->vpcs_read = true;
    for (size_t r = 0; r < names->scope->region_count; r++) {
        vpc_list(
            names->scope->regions[r],
            &(struct vpc_listing){.kind = &resource_vpc, .into = names->vpcs, .listed = vpcs_listed, .context = names});
    }
}

/* Waits for the look-ups and refuses what they prove not to exist. */
static bool settle(struct inventory_names *names, struct err *e)
{
    if (!http_run(names->scope->http, e)) {
        return false;
    }
    take_vpcs(names);
    for (size_t i = 0; i < INVENTORY_PLACES; i++) {
        const struct err *error = &names->places[i].error;
        /* records may still prove what no look-up could */
        bool open = error->code != ERR_NONE ? !is_fatal(error) : names->places[i].names.count == 0;
        if (i != INVENTORY_PLACE_GROUP && !open && !(err_take(e, error) && refuse(names, (enum inventory_place)i, e))) {
            return false;
        }
    }
    return true;
}

void inventory_names_begin(struct inventory_names *names, const struct inventory_scope *scope,
                           const struct inventory_words *const words[INVENTORY_PLACES])
{
    *names = (struct inventory_names){.scope = scope, .vpcs = resource_list_create()};
    for (size_t i = 0; i < INVENTORY_PLACES; i++) {
        names->places[i].words = words[i];
        names->places[i].known = mem_array(words[i]->count + 1, sizeof(bool));
        names->places[i].error = ERR_INIT;
    }
}

bool inventory_names_read(struct inventory_names *names, const struct inventory_scope *scope,
                          const struct inventory_selector *selector, bool vpcs_now, struct err *e)
{
    const struct inventory_words *words[INVENTORY_PLACES] = {[INVENTORY_PLACE_VPC] = &selector->vpcs,
                                                             [INVENTORY_PLACE_GROUP] = &selector->resource_groups,
                                                             [INVENTORY_PLACE_ZONE] = &selector->zones};

    inventory_names_begin(names, scope, words);
    bool zones = words[INVENTORY_PLACE_ZONE]->count > 0, vpcs = words[INVENTORY_PLACE_VPC]->count > 0 && vpcs_now;
    if (zones) {
        begin_all_zones(names);
    }
    if (vpcs) {
        begin_vpcs(names);
    }
    /* what the session has to do besides runs with the selection */
    return (!zones && !vpcs) || settle(names, e);
}

bool inventory_names_look_up(struct inventory_names *names, struct err *e)
{
    struct err error = ERR_INIT;
    bool vpcs = first_unknown(&names->places[INVENTORY_PLACE_VPC]) != NULL ||
                first_unknown(&names->places[INVENTORY_PLACE_GROUP]) != NULL;
    bool zones = first_unknown(&names->places[INVENTORY_PLACE_ZONE]) != NULL;

    if (zones) {
        begin_all_zones(names);
    }
    if (vpcs) {
        begin_vpcs(names);
    }
    bool good = (!vpcs && !zones) || http_run(names->scope->http, &error);
    for (size_t i = 0; i < INVENTORY_PLACES; i++) {
        err_take(&names->places[i].error, &error);
    }
    err_take(&names->places[INVENTORY_PLACE_GROUP].error, &names->places[INVENTORY_PLACE_VPC].error);
    take_vpcs(names);
    return good || inventory_is_gap(names->scope, &error) || err_take(e, &error);
}

bool inventory_names_lack_vpcs(const struct inventory_names *names)
{
    return !names->vpcs_read && first_unknown(&names->places[INVENTORY_PLACE_VPC]) != NULL;
}

bool inventory_names_read_vpcs(struct inventory_names *names, struct err *e)
{
    begin_vpcs(names);
    return settle(names, e);
}

void inventory_names_free(struct inventory_names *names)
{
    for (size_t i = 0; i < INVENTORY_PLACES; i++) {
        free(names->places[i].known);
        free(names->places[i].names.items);
        mem_set_free(&names->places[i].noted);
    }
    text_arena_free(&names->memory);
    resource_list_destroy(names->vpcs);
    resource_list_destroy(names->subnets);
}

/* --- resource groups ------------------------------------------------------------------------------------ */

static bool see(const struct resource *record, struct answer_node item, void *context, bool *ret_keep, struct err *e)
{
    (void)item;
    (void)e;
    inventory_names_see(context, record);
    *ret_keep = false;
    return true;
}

static void searched(const struct err *error, void *context)
{
    struct inventory_names *names = context;

    err_take(&names->places[INVENTORY_PLACE_GROUP].error, error);
}

/* Reads everything that may be in a resource group; only a slip, or a group without servers, costs that much. */
static bool search_groups(struct inventory_names *names, struct err *e)
{
    CLEANUP(resource_list_release) struct resource_list *nothing = resource_list_create();

    for (size_t r = 0; r < names->scope->region_count; r++) {
        for (size_t k = 0; k == 0 || resource_kinds[k - 1] != NULL; k++) {
            vpc_list(names->scope->regions[r],
                     &(struct vpc_listing){.kind = k == 0 ? &resource_vpc : resource_kinds[k - 1],
                                           .into = nothing,
                                           .keep = see,
                                           .listed = searched,
                                           .context = names});
        }
    }
    return http_run(names->scope->http, e);
}

/* Of an API whose region is not known, all zones that it knows, to say which one can be meant. */
static bool list_all_zones(struct inventory_names *names, struct err *e)
{
    struct vpc *api = names->scope->regions[0];
    struct vpc_endpoint *regions = NULL;
    size_t count = 0;

    if (!vpc_regions(api, names->scope->http, &regions, &count, e)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        begin_zones(names, api, regions[i].name);
    }
    vpc_endpoints_free(regions, count);
    return http_run(names->scope->http, e);
}

bool inventory_names_check(struct inventory_names *names, struct err *e)
{
    const struct inventory_place_words *zones = &names->places[INVENTORY_PLACE_ZONE];
    struct err ignored = ERR_INIT;

    if (first_unknown(&names->places[INVENTORY_PLACE_GROUP]) != NULL && !search_groups(names, e)) {
        return false;
    }
    if (first_unknown(zones) != NULL && zones->names.count == 0 && !list_all_zones(names, &ignored) &&
        is_fatal(&ignored)) {
        return err_take(e, &ignored);
    }
    for (size_t i = 0; i < INVENTORY_PLACES; i++) {
        if (!refuse(names, (enum inventory_place)i, e)) {
            return false;
        }
    }
    return true;
}

/* --- VPCs ------------------------------------------------------------------------------------------------ */

bool inventory_names_read_subnets(struct inventory_names *names, struct err *e)
{
    names->subnets = resource_list_create();
    for (size_t r = 0; r < names->scope->region_count; r++) {
        vpc_list(names->scope->regions[r],
                 &(struct vpc_listing){
                     .kind = &resource_subnet, .into = names->subnets, .listed = vpcs_listed, .context = names});
    }
    return http_run(names->scope->http, e);
}

/* --- filters of the API ---------------------------------------------------------------------------------- */

static const char *only_word(const struct inventory_words *words)
{
    return words->count == 1 ? words->items[0] : NULL;
}

/* The id of a resource group that the word is or, as a CRN, holds: 32 hexadecimal digits (vpc-api.md 1.8), or NULL. */
static const char *group_id_of(const char *word)
{
    const char *crn_id = resource_crn_id(word);
    const char *id = crn_id != NULL ? crn_id : word;

    return strlen(id) == 32 && strspn(id, "0123456789abcdef") == 32 ? id : NULL;
}

/* What the word is most likely; where that finds nothing the VPCs are read, and the filter is certain. */
static void filter_by_form(struct vpc_filter *filter, const char *word)
{
    enum resource_name_form form = resource_name_form(word);
    bool digit = word[0] >= '0' && word[0] <= '9';

    *(form == RESOURCE_BY_CRN            ? &filter->vpc_crn
      : form == RESOURCE_BY_ID && !digit ? &filter->vpc_id
                                         : &filter->vpc_name) = word;
}

struct vpc_filter inventory_names_filter(const struct inventory_names *names, const struct inventory_selector *selector,
                                         const struct vpc *api)
{
    struct vpc_filter filter = {0};
    const char *name = only_word(&selector->names);
    const char *word = only_word(&selector->vpcs);
    const char *group = only_word(&selector->resource_groups);
    const struct resource *vpc = word != NULL ? inventory_names_find_vpc(names, api, word) : NULL;

    if (name != NULL && strpbrk(name, "*?[\\") == NULL) {
        filter.name = name;
    }
    if (word != NULL && !names->vpcs_read) {
        filter_by_form(&filter, word);
    } else if (vpc != NULL) {
        bool by_id = text_equal(vpc->id, word);
        *(by_id ? &filter.vpc_id : text_equal(vpc->name, word) ? &filter.vpc_name : &filter.vpc_crn) = word;
    }
    filter.resource_group_id = group != NULL ? group_id_of(group) : NULL;
    return filter;
}
