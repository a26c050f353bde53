/*
 * The names, kinds and regions of parts that could not be read, of their lines: "listing instances in eu-de: 403 ...
 * [trace ...]". Counts and what follows the colon differ from one audit to the next.
 */
#include "audit/audit_missing.h"

#include <ctype.h>
#include <string.h>

#include "mem/mem.h"

static bool is_of_word(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '_';
}

/* Where the words stand in the text as whole words; NULL: nowhere. */
static const char *find_words(const char *text, const char *words)
{
    size_t size = strlen(words);

    for (const char *at = text; (at = strstr(at, words)) != NULL; at++) {
        if ((at == text || !is_of_word(at[-1])) && !is_of_word(at[size])) {
            return at;
        }
    }
    return NULL;
}

/* The kind with the longest words in the name: "instance templates" is none of instances. */
static const struct resource_kind *kind_in(const char *name, const char **ret_words)
{
    const struct resource_kind *found = NULL;

    *ret_words = "";
    for (size_t i = 0; resource_kinds[i] != NULL; i++) {
        const char *const words[] = {resource_kinds[i]->plural, resource_kinds[i]->singular};
        for (size_t j = 0; j < sizeof(words) / sizeof(words[0]); j++) {
            if (strlen(words[j]) > strlen(*ret_words) && find_words(name, words[j]) != NULL) {
                *ret_words = words[j];
                found = resource_kinds[i];
            }
        }
    }
    return found;
}

/* The region that the name has, or the only one of the audit, which is that of its resources where it has no name. */
static const char *region_in(const struct audit *audit, const char *name)
{
    const struct audit_terms *terms = &audit->terms;
    const struct resource_list *list = audit->inventory.selected;

    for (size_t i = 0; i < terms->region_count; i++) {
        if (terms->regions[i][0] != '\0' && (terms->region_count == 1 || find_words(name, terms->regions[i]) != NULL)) {
            return terms->regions[i];
        }
    }
    return terms->region_count < 2 && resource_list_count(list) > 0 ? resource_list_at(list, 0)->region : NULL;
}

/* Appends what precedes the reason, without numbers. */
static void append_subject(struct text *out, const char *line)
{
    const char *colon = strstr(line, ": ");
    size_t size = colon != NULL ? (size_t)(colon - line) : strcspn(line, "[");
    size_t word;

    for (size_t i = 0; i < size; i += word + 1) {
        word = strcspn(line + i, " ");
        word = word > size - i ? size - i : word;
        if (word > 0 && strspn(line + i, "0123456789") < word) {
            text_append(out, out->size > 0 ? " " : "");
            text_append_size(out, line + i, word);
        }
    }
}

/* "initializations of 1 instance" is to have the name of "initializations of 2 instances". */
static void make_plural(struct text *name, const char *line, const struct resource_kind *kind)
{
    CLEANUP(text_free) struct text counted = {0};
    CLEANUP(text_free) struct text whole = {0};

    text_printf(&counted, "1 %s", kind->singular);
    const char *at = find_words(text_string(name), kind->singular);
    if (at == NULL || find_words(line, text_string(&counted)) == NULL) {
        return;
    }
    text_append_size(&whole, text_string(name), (size_t)(at - text_string(name)));
    text_printf(&whole, "%s%s", kind->plural, at + strlen(kind->singular));
    text_clear(name);
    text_append(name, text_string(&whole));
}

/* A line of a record that lacks something has no region: it is the record's. */
static void map_odd(const struct audit *audit, struct mem_map *ret)
{
    const struct resource_list *list = audit->inventory.selected;

    for (size_t i = 0; i < resource_list_count(list); i++) {
        struct resource *record = resource_list_at(list, i);
        CLEANUP(text_free) struct text line = {0};
        if (record->odd != NULL) {
            resource_append_odd(&line, record);
            mem_map_put(ret, text_string(&line), record);
        }
    }
}

static void name_part(const struct audit *audit, const struct resource *record, struct report_part *part)
{
    CLEANUP(text_free) struct text name = {0};
    const char *words;

    append_subject(&name, part->line);
    const struct resource_kind *kind = record != NULL ? record->kind : kind_in(text_string(&name), &words);
    part->region = record != NULL ? record->region : region_in(audit, text_string(&name));
    if (kind != NULL) {
        make_plural(&name, part->line, kind);
        part->kind = kind->name;
    }
    part->name = mem_copy(text_string(&name));
}

void audit_missing_name(const struct audit *audit, struct report_part parts[], size_t count)
{
    struct mem_map odd = {0};

    map_odd(audit, &odd);
    for (size_t i = 0; i < count; i++) {
        name_part(audit, mem_map_get(&odd, parts[i].line), &parts[i]);
    }
    mem_map_free(&odd);
}
