/* Judging words that name places, and refusing none: what the records do not prove is looked up once. */
#include "inventory/inventory_places.h"

#include <stdlib.h>
#include <string.h>

#include "inventory/inventory_names.h"
#include "mem/mem.h"

/* --- VPCs, resource groups, zones --------------------------------------------------------------------- */

static void append_part(struct text *out, const char *value)
{
    text_append(out, value != NULL ? value : "");
    text_append_char(out, '\n');
}

/* Many records lie in the same few places. */
static void see_all(struct inventory_names *names, const struct inventory_seen_records *seen)
{
    CLEANUP(mem_set_free) struct mem_set known = {0};
    CLEANUP(text_free) struct text place = {0};

    for (size_t l = 0; l < seen->list_count; l++) {
        for (size_t i = 0; i < resource_list_count(seen->lists[l]); i++) {
            const struct resource *record = resource_list_at(seen->lists[l], i);
            text_clear(&place);
            append_part(&place, record->vpc);
            append_part(&place, record->vpc_id);
            append_part(&place, record->resource_group);
            append_part(&place, record->resource_group_id);
            append_part(&place, record->zone);
            if (mem_set_add_n(&known, place.data, place.size)) {
                inventory_names_see(names, record);
            }
        }
    }
}

static void keep(const struct text *sentence, struct text_arena *memory, struct inventory_place_word *word)
{
    word->absent = text_arena_copy(memory, text_string(sentence), sentence->size);
}

static void note_unread(const struct err *error, struct text *unread)
{
    if (unread->size == 0) {
        text_append(unread, error->message);
    }
}

/* `k` is the index of the word among those of its place. */
static void judge(const struct inventory_names *names, size_t k, struct text_arena *memory,
                  struct inventory_place_word *word, struct text *unread)
{
    const struct inventory_place_words *place = &names->places[word->place];
    CLEANUP(text_free) struct text sentence = {0};

    if (place->known[k]) {
        return;
    }
    if (place->error.code != ERR_NONE) {
        note_unread(&place->error, unread);
        return;
    }
    inventory_names_append_absent(names, word->place, word->word, &sentence);
    keep(&sentence, memory, word);
}

bool inventory_find_absent(const struct inventory_seen_records *seen, struct inventory_place_word words[], size_t count,
                           struct text_arena *memory, struct text *unread, struct err *e)
{
    CLEANUP(text_free_pointer) const char **items = mem_array(INVENTORY_PLACES * count + 1, sizeof(*items));
    CLEANUP(inventory_names_free) struct inventory_names names = {0};
    struct inventory_words of_places[INVENTORY_PLACES];
    const struct inventory_words *pointers[INVENTORY_PLACES];
    size_t next[INVENTORY_PLACES] = {0};

    for (size_t p = 0; p < INVENTORY_PLACES; p++) {
        const char **own = items + p * count;
        of_places[p] = (struct inventory_words){.items = own};
        pointers[p] = &of_places[p];
        for (size_t i = 0; i < count; i++) {
            /* a part of the records proves what they have, and not what is nowhere */
            if (words[i].place == p && (seen->whole || p != INVENTORY_PLACE_GROUP)) {
                own[of_places[p].count++] = words[i].word;
            }
        }
    }
    inventory_names_begin(&names, seen->scope, pointers);
    see_all(&names, seen);
    if (!inventory_names_look_up(&names, e)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        enum inventory_place place = words[i].place;
        if (of_places[place].count > 0) {
            judge(&names, next[place]++, memory, &words[i], unread);
        }
    }
    return true;
}

/* --- regions ------------------------------------------------------------------------------------------ */

static bool is_known_region(const struct inventory_scope *scope, const char *word)
{
    bool known = false;

    for (size_t i = 0; resource_region_words[i] != NULL; i++) {
        known |= strcmp(resource_region_words[i], word) == 0;
    }
    for (size_t i = 0; i < scope->region_count; i++) {
        known |= text_equal(vpc_region(scope->regions[i]), word);
    }
    return known;
}

static void judge_region(const struct vpc_endpoint *regions, size_t region_count, struct text_arena *memory,
                         struct inventory_place_word *word)
{
    CLEANUP(text_free) struct text sentence = {0};
    CLEANUP(text_free_pointer) const char **names = mem_array(region_count + 1, sizeof(*names));

    for (size_t i = 0; i < region_count; i++) {
        names[i] = regions[i].name;
        if (text_equal(names[i], word->word)) {
            return;
        }
    }
    text_printf(&sentence, "the account has no region \"%s\"", word->word);
    (void)text_append_nearest(&sentence, word->word, names, region_count);
    keep(&sentence, memory, word);
}

bool inventory_find_absent_regions(const struct inventory_scope *scope, struct inventory_place_word words[],
                                   size_t count, struct text_arena *memory, struct text *unread, struct err *e)
{
    struct vpc_endpoint *regions = NULL;
    struct err error = ERR_INIT;
    size_t region_count = 0, unknown = 0;

    for (size_t i = 0; i < count; i++) {
        unknown += !is_known_region(scope, words[i].word);
    }
    if (unknown == 0 || scope->region_count == 0) {
        return true;
    }
    if (!vpc_regions(scope->regions[0], scope->http, &regions, &region_count, &error)) {
        note_unread(&error, unread);
        return inventory_is_gap(scope, &error) || err_take(e, &error);
    }
    for (size_t i = 0; i < count; i++) {
        if (!is_known_region(scope, words[i].word)) {
            judge_region(regions, region_count, memory, &words[i]);
        }
    }
    vpc_endpoints_free(regions, region_count);
    return true;
}
