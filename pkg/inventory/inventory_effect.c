/* What a selector came to: why it selects nothing, and which of its globs have no effect. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "inventory/inventory_selector.h"

void inventory_effect_free(struct inventory_effect *effect)
{
    text_free(&effect->why);
    text_free(&effect->idle);
    free(effect->unread);
    *effect = (struct inventory_effect){0};
}

bool inventory_effect_may_hide(const struct inventory_effect *effect, const struct resource_kind *kind,
                               const char *region)
{
    for (size_t i = 0; i < effect->unread_count; i++) {
        const struct inventory_part *part = &effect->unread[i];
        const char *own = part->api != NULL ? vpc_region(part->api) : NULL;
        bool same_region = own == NULL || own[0] == '\0' || region == NULL || strcmp(own, region) == 0;
        if (same_region && (part->kind == NULL || kind == NULL || part->kind == kind)) {
            return true;
        }
    }
    return false;
}

void inventory_note_globs(const struct inventory_selector *selector, const char *name,
                          enum inventory_filter left_out_by, bool *ret_matched)
{
    size_t names = selector->names.count;

    for (size_t i = 0; left_out_by >= INVENTORY_NAME && i < names; i++) {
        ret_matched[i] = ret_matched[i] || (name != NULL && text_glob(selector->names.items[i], name));
    }
    for (size_t i = 0; left_out_by >= INVENTORY_EXCLUDE && i < selector->excludes.count; i++) {
        ret_matched[names + i] =
            ret_matched[names + i] || (name != NULL && text_glob(selector->excludes.items[i], name));
    }
}

/* The option of a filter, and its words; NULL: --where. */
static const struct inventory_words *words_of(const struct inventory_selector *selector, enum inventory_filter filter,
                                              const char **ret_option)
{
    static const char *const options[INVENTORY_SELECTED] = {
        [INVENTORY_VPC] = "--vpc",    [INVENTORY_GROUP] = "--resource-group",
        [INVENTORY_ZONE] = "--zone",  [INVENTORY_STATUS] = "--status",
        [INVENTORY_NAME] = "--name",  [INVENTORY_EXCLUDE] = "--exclude",
        [INVENTORY_WHERE] = "--where"};
    const struct inventory_words *const words[INVENTORY_SELECTED] = {
        [INVENTORY_VPC] = &selector->vpcs,   [INVENTORY_GROUP] = &selector->resource_groups,
        [INVENTORY_ZONE] = &selector->zones, [INVENTORY_STATUS] = &selector->statuses,
        [INVENTORY_NAME] = &selector->names, [INVENTORY_EXCLUDE] = &selector->excludes,
    };

    *ret_option = options[filter];
    return words[filter];
}

/* Appends "--vpc prod and --zone us-south-1": the filters that are given, up to and with `last`. */
static void append_filters(struct text *out, const struct inventory_selector *selector, enum inventory_filter last)
{
    for (int i = INVENTORY_VPC; i <= (int)last; i++) {
        const char *option = NULL;
        const struct inventory_words *words = words_of(selector, (enum inventory_filter)i, &option);
        if (words != NULL ? words->count == 0 : selector->where == NULL) {
            continue;
        }
        text_printf(out, "%s%s", out->size > 0 ? " and " : "", option);
        for (size_t w = 0; words != NULL && w < words->count; w++) {
            text_append(out, w > 0 ? "," : " ");
            cli_quote(out, words->items[w]);
        }
    }
}

/* Where the API has left out all: the last filter that it can have applied. */
static enum inventory_filter filter_of_api(const struct inventory_selector *selector)
{
    return selector->names.count > 0             ? INVENTORY_NAME
           : selector->resource_groups.count > 0 ? INVENTORY_GROUP
           : selector->vpcs.count > 0            ? INVENTORY_VPC
                                                 : INVENTORY_NOT_READ;
}

static void describe_empty(const struct inventory_selector *selector, const struct resource_kind *only_kind,
                           enum inventory_filter farthest, struct text *why)
{
    const char *singular = only_kind != NULL ? only_kind->singular : "resource";
    CLEANUP(text_free) struct text before = {0};
    bool named = selector->targets.count > 0;

    if (farthest == INVENTORY_NOT_READ && (named || (farthest = filter_of_api(selector)) == INVENTORY_NOT_READ)) {
        text_printf(why, "there are no %s", only_kind != NULL ? only_kind->plural : "resources");
    } else if (farthest == INVENTORY_EXCLUDE) {
        append_filters(&before, selector, INVENTORY_NAME);
        append_filters(why, &(struct inventory_selector){.excludes = selector->excludes}, INVENTORY_EXCLUDE);
        text_printf(why, " leaves none%s%s", before.size > 0 ? " of what matches " : "", text_string(&before));
    } else {
        append_filters(&before, selector, farthest);
        text_printf(why, named ? "none of the named ones matches %s%s" : "no %s matches %s", named ? "" : singular,
                    text_string(&before));
    }
}

static void add_idle(struct inventory_effect *effect, const char *option, const char *glob, const char *singular)
{
    text_printf(&effect->idle, "%s ", option);
    cli_quote(&effect->idle, glob);
    text_printf(&effect->idle, " has no effect: it matches no %s\n", singular);
}

void inventory_describe_effect(const struct inventory_selector *selector, const struct resource_kind *only_kind,
                               enum inventory_filter farthest, const bool *matched, bool empty)
{
    const char *singular = only_kind != NULL ? only_kind->singular : "resource";
    struct inventory_effect *effect = selector->effect;

    if (empty) {
        describe_empty(selector, only_kind, farthest, &effect->why);
        return;
    }
    for (size_t i = 0; i < selector->names.count; i++) {
        if (!matched[i]) {
            add_idle(effect, "--name", selector->names.items[i], singular);
        }
    }
    for (size_t i = 0; i < selector->excludes.count; i++) {
        if (!matched[selector->names.count + i]) {
            add_idle(effect, "--exclude", selector->excludes.items[i], singular);
        }
    }
}
