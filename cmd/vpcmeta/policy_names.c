/* Comparing the names in the rules of a policy with what was read, and warning of those that nothing has. */
#include "policy_names.h"

#include <stdlib.h>
#include <string.h>

#include "inventory/inventory_places.h"
#include "mem/mem.h"

enum { SHOWN_MOST = 20, COMPARED_MOST = 5000 };

/* What is found out about each reference of the policy, by its index. */
struct comparing {
    const struct policy_names *names;
    const struct policy *policy;
    const struct policy_fleet *fleet;
    size_t count;
    const char **says;    /* what is wrong with it; NULL: nothing is */
    bool whole;           /* everything that the policy is about was read */
    bool left_out;        /* not all of the regions were */
    const char **regions; /* that were read */
    struct text_arena *memory;
    struct text unread; /* why some were not judged */
};

static void say(struct comparing *comparing, size_t index, const struct text *sentence)
{
    comparing->says[index] = text_arena_copy(comparing->memory, text_string(sentence), sentence->size);
}

/* Whether what the rule is about lies in the regions that were read. */
static bool is_covered(const struct comparing *comparing, const struct policy_rule *rule)
{
    switch (policy_rule_is_within(rule, comparing->regions, comparing->fleet->scope.region_count)) {
    case POLICY_YES:
        return true;
    case POLICY_NO:
        return false;
    case POLICY_UNKNOWN:
        break;
    }
    return !comparing->left_out;
}

/* --- places ------------------------------------------------------------------------------------------- */

static bool place_of(enum policy_referent referent, enum inventory_place *ret)
{
    switch (referent) {
    case POLICY_REFERS_TO_VPC:
        *ret = INVENTORY_PLACE_VPC;
        return true;
    case POLICY_REFERS_TO_RESOURCE_GROUP:
        *ret = INVENTORY_PLACE_GROUP;
        return true;
    case POLICY_REFERS_TO_ZONE:
        *ret = INVENTORY_PLACE_ZONE;
        return true;
    case POLICY_REFERS_TO_REGION:
    case POLICY_REFERS_TO_NAME:
    case POLICY_REFERS_TO_EXCLUDED:
    case POLICY_REFERS_TO_PROFILE:
        break;
    }
    return false;
}

static bool compare_places(struct comparing *comparing, bool regions, struct err *e)
{
    struct inventory_place_word *words = mem_array(comparing->count + 1, sizeof(*words));
    size_t *of_words = mem_array(comparing->count + 1, sizeof(*of_words)), count = 0;
    const struct policy_fleet *fleet = comparing->fleet;
    const struct resource_list *const lists[] = {fleet->selected, fleet->known};
    const struct inventory_seen_records seen = {
        .scope = &fleet->scope, .lists = lists, .list_count = 2, .whole = comparing->whole};

    for (size_t i = 0; i < comparing->count; i++) {
        const struct policy_reference *reference = policy_reference_at(comparing->policy, i);
        struct inventory_place_word word = {.word = reference->word};
        bool is_region = reference->referent == POLICY_REFERS_TO_REGION;
        if (regions ? is_region
                    : place_of(reference->referent, &word.place) && is_covered(comparing, reference->rule)) {
            of_words[count] = i;
            words[count++] = word;
        }
    }
    bool good =
        regions ? inventory_find_absent_regions(&fleet->scope, words, count, comparing->memory, &comparing->unread, e)
                : inventory_find_absent(&seen, words, count, comparing->memory, &comparing->unread, e);
    for (size_t i = 0; good && i < count; i++) {
        comparing->says[of_words[i]] = words[i].absent;
    }
    free(words);
    free(of_words);
    return good;
}

/* --- names of resources ------------------------------------------------------------------------------- */

static void append_near_name(const struct comparing *comparing, const struct policy_reference *reference,
                             struct text *out)
{
    const struct resource_list *list = comparing->fleet->selected;
    const char *nearest = NULL;
    size_t count = resource_list_count(list) < COMPARED_MOST ? resource_list_count(list) : COMPARED_MOST;

    for (size_t i = 0; i < count; i++) {
        const struct resource *record = resource_list_at(list, i);
        const char *const names[] = {nearest, record->name};
        if (policy_rule_is_about(reference->rule, record->kind)) {
            nearest = text_nearest(reference->word, names, 2);
        }
    }
    (void)text_append_nearest(out, reference->word, &nearest, 1);
}

static void say_of_name(struct comparing *comparing, size_t index)
{
    const struct policy_reference *reference = policy_reference_at(comparing->policy, index);
    bool pattern = strpbrk(reference->word, "*?[\\") != NULL;
    CLEANUP(text_free) struct text sentence = {0};

    text_printf(&sentence, "no resource of the kinds of this rule %s \"%s\"",
                pattern ? "has a name that matches" : "is called", reference->word);
    if (!pattern) {
        append_near_name(comparing, reference, &sentence);
    }
    if (reference->referent == POLICY_REFERS_TO_EXCLUDED) {
        text_append(&sentence, "; it excludes nothing");
    }
    say(comparing, index, &sentence);
}

static void compare_names(struct comparing *comparing)
{
    const struct resource_list *list = comparing->fleet->selected;
    bool *seen = mem_array(comparing->count + 1, sizeof(*seen));

    for (size_t i = 0; i < resource_list_count(list); i++) {
        policy_references_see(comparing->policy, resource_list_at(list, i), seen);
    }
    for (size_t i = 0; i < comparing->count; i++) {
        const struct policy_reference *reference = policy_reference_at(comparing->policy, i);
        bool of_names =
            reference->referent == POLICY_REFERS_TO_NAME || reference->referent == POLICY_REFERS_TO_EXCLUDED;
        if (of_names && !seen[i] && is_covered(comparing, reference->rule)) {
            say_of_name(comparing, i);
        }
    }
    free(seen);
}

/* --- trusted profiles --------------------------------------------------------------------------------- */

/* Those of another account are not in the list. */
static bool is_of_account(const struct comparing *comparing, const char *word)
{
    const struct resource_list *list = comparing->fleet->selected;
    const char *crn = resource_list_count(list) > 0 ? resource_list_at(list, 0)->crn : NULL;
    size_t size = 0, own_size = 0;
    const char *account = resource_crn_account(word, &size);
    const char *own = crn != NULL ? resource_crn_account(crn, &own_size) : NULL;

    return account == NULL || (own != NULL && size == own_size && strncmp(account, own, size) == 0);
}

static void compare_profiles(struct comparing *comparing)
{
    for (size_t i = 0; i < comparing->count; i++) {
        const struct policy_reference *reference = policy_reference_at(comparing->policy, i);
        CLEANUP(text_free) struct text sentence = {0}, nearest = {0};
        if (reference->referent == POLICY_REFERS_TO_PROFILE && is_of_account(comparing, reference->word) &&
            !iam_profiles_has(comparing->names->profiles, reference->word, &nearest)) {
            text_printf(&sentence, "the account has no trusted profile \"%s\"%s", reference->word,
                        text_string(&nearest));
            say(comparing, i, &sentence);
        }
    }
}

/* --- what is said ------------------------------------------------------------------------------------- */

static void warn(const struct app *app, const struct comparing *comparing)
{
    const char *file = policy_file_name(comparing->names->loaded->path);
    size_t shown = 0, more = 0;

    for (size_t i = 0; i < comparing->count; i++) {
        const struct policy_reference *reference = policy_reference_at(comparing->policy, i);
        if (comparing->says[i] == NULL) {
            continue;
        }
        if (shown < SHOWN_MOST || app->globals->verbose) {
            shown++;
            app_warn(app, "%s:%zu:%zu: %s", file, reference->place.line, reference->place.column, comparing->says[i]);
        } else {
            more++;
        }
    }
    if (more > 0) {
        app_warn(app, "%s: %zu more %s nothing; -v shows all", file, more, more == 1 ? "name names" : "names name");
    }
    if (comparing->unread.size > 0) {
        app_detail(app, "not every name in the rules of %s was checked: %s", file, text_string(&comparing->unread));
    }
}

/* An API of an unknown region is the only one, and its resources say where they are. */
static const char **names_of_regions(const struct policy_fleet *fleet)
{
    const struct inventory_scope *scope = &fleet->scope;
    const char **regions = mem_array(scope->region_count + 1, sizeof(*regions));

    for (size_t i = 0; i < scope->region_count; i++) {
        bool unknown = vpc_region(scope->regions[i])[0] == '\0' && resource_list_count(fleet->selected) > 0;
        regions[i] = unknown ? resource_list_at(fleet->selected, 0)->region : vpc_region(scope->regions[i]);
    }
    return regions;
}

static bool compare(struct comparing *comparing, struct err *e)
{
    struct err ignored = ERR_INIT;

    if (!compare_places(comparing, true, e) || !compare_places(comparing, false, e)) {
        return false;
    }
    if (comparing->whole) {
        compare_names(comparing);
    }
    if (comparing->names->profiles != NULL && iam_profiles_check(comparing->names->profiles, &ignored)) {
        compare_profiles(comparing);
    }
    return true;
}

bool policy_warn_of_names(const struct app *app, const struct policy_names *names, struct policy_fleet *fleet,
                          struct err *e)
{
    const struct inventory_selector *selector = names->selector;
    const struct policy *policy = names->loaded->policy;
    struct comparing comparing = {
        .names = names,
        .policy = policy,
        .fleet = fleet,
        .count = policy_reference_count(policy),
        .says = mem_array(policy_reference_count(policy) + 1, sizeof(char *)),
        .whole = !inventory_selector_narrows(selector) && selector->excludes.count == 0 && fleet->missing.size == 0,
        .left_out = policy_leaves_regions_out(app, policy, &fleet->scope),
        .regions = names_of_regions(fleet),
        .memory = &fleet->memory,
    };

    bool good = comparing.count == 0 || compare(&comparing, e);
    if (good) {
        warn(app, &comparing);
    }
    text_free(&comparing.unread);
    free(comparing.says);
    free(comparing.regions);
    return good;
}
