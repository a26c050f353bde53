/* The words that have to name one resource each, and whether they do. */
#include "inventory/inventory_targets.h"

#include <stdlib.h>

#include "inventory/inventory_names.h"
#include "inventory/inventory_near.h"

enum { WORDS_SHOWN = 10 };

void inventory_targets_index(struct inventory_targets *targets, const struct inventory_words *words)
{
    targets->words = words;
    targets->items = mem_array(words->count, sizeof(*targets->items));
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->items[i];
        targets->items[i] = (struct inventory_target){.word = word, .form = resource_name_form(word)};
        mem_map_put(&targets->by_word, word, &targets->items[i]);
    }
}

void inventory_targets_free(struct inventory_targets *targets)
{
    mem_map_free(&targets->by_word);
    free(targets->items);
}

size_t inventory_targets_of(const struct inventory_targets *targets, const struct resource *record,
                            struct inventory_target *ret[INVENTORY_TARGET_WORDS])
{
    const struct {
        const char *word;
        enum resource_name_form form;
    } words[INVENTORY_TARGET_WORDS] = {
        {record->name, RESOURCE_BY_NAME}, {record->id, RESOURCE_BY_ID}, {record->crn, RESOURCE_BY_CRN}};
    size_t count = 0;

    for (size_t i = 0; i < INVENTORY_TARGET_WORDS; i++) {
        struct inventory_target *target = words[i].word != NULL ? mem_map_get(&targets->by_word, words[i].word) : NULL;
        if (target != NULL && target->form == words[i].form) {
            ret[count++] = target;
        }
    }
    return count;
}

static bool refuse_ambiguous(const struct inventory_targets *targets, const struct inventory_target *target,
                             const struct resource_list *found, struct err *e)
{
    CLEANUP(text_free) struct text places = {0};

    for (size_t i = 0; i < resource_list_count(found); i++) {
        const struct resource *record = resource_list_at(found, i);
        struct inventory_target *named[INVENTORY_TARGET_WORDS];
        for (size_t n = inventory_targets_of(targets, record, named); n > 0; n--) {
            if (named[n - 1] == target) {
                text_printf(&places, "%s%s %s in %s", places.size > 0 ? ", " : "", record->kind->singular, record->id,
                            record->region != NULL ? record->region : "an unknown region");
            }
        }
    }
    return err_set(e, ERR_NOT_FOUND, "\"%s\" names %zu resources (%s): say which by id", target->word, target->matches,
                   text_string(&places));
}

/* `count` words name nothing, of which `shown` are the first. */
static bool refuse_absent(const struct inventory_scope *scope, const struct resource_kind *const kinds[],
                          size_t kind_count, const struct inventory_words *shown, size_t count, struct err *e)
{
    CLEANUP(text_free) struct text words = {0};
    CLEANUP(text_free) struct text more = {0}, near = {0};

    for (size_t i = 0; i < shown->count; i++) {
        text_printf(&words, "%s\"%s\"", i > 0 ? ", " : "", shown->items[i]);
    }
    if (count > shown->count) {
        text_printf(&more, " and %zu more", count - shown->count);
    }
    inventory_append_near(scope, kinds, kind_count, shown, &near);
    if (near.size == 0) {
        inventory_append_regions(scope, &near);
        text_append(&near, near.size > 0 && scope->region_count == 1 ? "; --region all looks everywhere" : "");
    }
    return err_set(e, ERR_NOT_FOUND, "there is no %s %s%s%s", kind_count == 1 ? kinds[0]->singular : "resource",
                   text_string(&words), text_string(&more), text_string(&near));
}

bool inventory_targets_check(struct inventory_targets *targets, const struct inventory_scope *scope,
                             const struct resource_kind *const kinds[], size_t kind_count,
                             const struct resource_list *found, bool may_be_unread, struct err *e)
{
    const char *absent[WORDS_SHOWN];
    size_t absent_count = 0;

    for (size_t i = 0; i < resource_list_count(found); i++) {
        struct inventory_target *named[INVENTORY_TARGET_WORDS];
        for (size_t n = inventory_targets_of(targets, resource_list_at(found, i), named); n > 0; n--) {
            named[n - 1]->matches++;
        }
    }
    for (size_t i = 0; i < targets->words->count; i++) {
        const struct inventory_target *target = mem_map_get(&targets->by_word, targets->words->items[i]);
        if (target->matches > 1) {
            return refuse_ambiguous(targets, target, found, e);
        }
        if (target->matches == 0 && !target->excluded && absent_count++ < WORDS_SHOWN) {
            absent[absent_count - 1] = target->word;
        }
    }
    const struct inventory_words shown = {absent, absent_count < WORDS_SHOWN ? absent_count : WORDS_SHOWN};
    return absent_count == 0 || may_be_unread || refuse_absent(scope, kinds, kind_count, &shown, absent_count, e);
}
