/* The words of findings about choices, types and members. */
#include <string.h>
#include <strings.h>

#include "schema/diagnose/schema_explain.h"

enum { CHOICES_SHOWN_MAX = 12, MEMBERS_SHOWN_MAX = 8 };

const char *schema_explain_value(struct schema_explanation *x, const json_t *value)
{
    CLEANUP(text_free) struct text text = {0};

    schema_value_print(&text, value);
    return text_arena_copy(&x->arena, text_string(&text), text.size);
}

void schema_names_print(struct text *out, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count && i < MEMBERS_SHOWN_MAX; i++) {
        text_printf(out, "%s`%s`", i > 0 ? ", " : "", names[i]);
    }
    if (count > MEMBERS_SHOWN_MAX) {
        text_printf(out, " and %zu more", count - MEMBERS_SHOWN_MAX);
    }
}

/* --- choices ----------------------------------------------------------------------------------- */

static void print_choices(struct text *out, const json_t *choices)
{
    size_t i;
    json_t *choice;
    size_t count = json_array_size(choices);

    json_array_foreach (choices, i, choice) {
        if (i < CHOICES_SHOWN_MAX) {
            text_append(out, i > 0 ? ", " : "");
            schema_value_print(out, choice);
        }
    }
    if (count > CHOICES_SHOWN_MAX) {
        text_printf(out, " and %zu more", count - CHOICES_SHOWN_MAX);
    }
}

/* The choice that was meant: spelt alike, or the same in another type or case. */
static const char *likely_choice(struct schema_explanation *x, const json_t *value, const json_t *choices)
{
    size_t count = json_array_size(choices);
    const char **words = text_arena_alloc(&x->arena, (count + 1) * sizeof(*words));
    size_t used = 0;
    size_t i;
    json_t *choice;

    if (!json_is_string(value)) {
        return NULL;
    }
    json_array_foreach (choices, i, choice) {
        if (json_is_string(choice)) {
            if (strcasecmp(json_string_value(choice), json_string_value(value)) == 0) {
                return json_string_value(choice);
            }
            words[used++] = json_string_value(choice);
        }
    }
    return text_nearest(json_string_value(value), words, used);
}

void schema_note_choice(struct schema_explanation *x, const char *keyword, const json_t *value, const json_t *choices,
                        bool is_const)
{
    CLEANUP(text_free) struct text shown = {0}, allowed = {0};
    const char *likely = NULL;

    schema_value_print(&shown, value);
    if (is_const) {
        schema_value_print(&allowed, choices);
    } else {
        print_choices(&allowed, choices);
        likely = likely_choice(x, value, choices);
    }
    bool one = is_const || json_array_size(choices) == 1;
    struct schema_finding *finding = schema_note(x, SCHEMA_FAULT_CHOICE, keyword, value, "must be %s%s, is %s",
                                                 one ? "" : "one of ", text_string(&allowed), text_string(&shown));
    json_array_append_new(x->kept, is_const ? json_build("[O]", choices) : json_incref((json_t *)choices));
    finding->choices = json_array_get(x->kept, json_array_size(x->kept) - 1);
    if (likely != NULL) {
        finding->suggestion = likely;
        finding->fix = schema_explain_text(x, "did you mean \"%s\"?", likely);
    }
}

/* --- types ------------------------------------------------------------------------------------- */

/* A string that holds a value of an allowed type: quotes are the most common wrong type. */
static bool only_quotes_are_wrong(unsigned types, const json_t *value)
{
    if (!json_is_string(value)) {
        return false;
    }
    json_t *inner = json_loads(json_string_value(value), JSON_DECODE_ANY, NULL);
    bool fits = inner != NULL && (schema_type_of(inner) & types) != 0;
    json_decref(inner);
    return fits;
}

/* What to write instead of a value of another type; "" where the message says it. */
static const char *fix_of_type(struct schema_explanation *x, unsigned types, const json_t *value)
{
    enum { KNOWN_MAX = 64 };
    const char *names[KNOWN_MAX];
    CLEANUP(text_free) struct text known = {0};

    if (only_quotes_are_wrong(types, value)) {
        return "write it without quotes";
    }
    if (json_is_null(value)) {
        return "leave it out instead of null";
    }
    if (types == SCHEMA_ARRAY && json_is_object(value)) {
        return "write a list, [...]";
    }
    size_t count = types == SCHEMA_OBJECT ? schema_known_members(x->schema, names, KNOWN_MAX) : 0;
    schema_names_print(&known, names, count);
    return count > 0 ? schema_explain_text(x, "write an object, {...}, of %s", text_string(&known)) : "";
}

void schema_note_type(struct schema_explanation *x, unsigned types, const json_t *value)
{
    CLEANUP(text_free) struct text allowed = {0}, shown = {0};

    schema_types_print(&allowed, types);
    schema_value_print(&shown, value);
    struct schema_finding *finding = schema_note(x, SCHEMA_FAULT_TYPE, "type", value, "must be %s, is %s",
                                                 text_string(&allowed), text_string(&shown));
    finding->types = types;
    finding->fix = fix_of_type(x, types, value);
}

/* --- members ----------------------------------------------------------------------------------- */

static bool is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (names[i] != NULL && strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void note_unknown(struct schema_explanation *x, const json_t *object, const struct schema_members *members,
                         const char *name, bool *used)
{
    const char *instead = schema_instead(x->schema, name);
    const char *meant = instead == NULL ? text_nearest(name, members->missing, members->missing_count) : NULL;
    const char **absent = text_arena_alloc(&x->arena, (members->known_count + 1) * sizeof(*absent));
    size_t count = 0;

    for (size_t i = 0; meant != NULL && i < members->missing_count; i++) {
        used[i] |= strcmp(members->missing[i], meant) == 0;
    }
    for (size_t i = 0; i < members->known_count; i++) {
        if (json_object_get(object, members->known[i]) == NULL && !is_among(members->known[i], absent, count)) {
            absent[count++] = members->known[i];
        }
    }
    struct schema_finding *finding = schema_note_member(x, SCHEMA_FAULT_UNKNOWN, members->unknown_keyword, name,
                                                        json_object_get(object, name), "unknown property `%s`", name);
    if (finding == &x->dropped) {
        return;
    }
    if (instead != NULL) {
        finding->remedied = true;
        finding->fix = instead;
        return;
    }
    finding->needed = meant != NULL;
    finding->suggestion = meant != NULL ? meant : text_nearest(name, absent, count);
    if (finding->suggestion != NULL) {
        finding->fix = schema_explain_text(x, "did you mean `%s`?", finding->suggestion);
    } else if (count > 0) {
        CLEANUP(text_free) struct text names = {0};
        schema_names_print(&names, absent, count);
        finding->fix = schema_explain_text(x, "remove it; also possible here: %s", text_string(&names));
    } else {
        finding->fix = "remove it";
    }
}

/* In an object that is open for any member the misspelt one can only be guessed. */
static const char *misspelt_in(struct schema_explanation *x, const json_t *object, const struct schema_members *members,
                               const char *missing)
{
    const char **unknown = text_arena_alloc(&x->arena, (json_object_size(object) + 1) * sizeof(*unknown));
    size_t count = 0;
    const char *name;
    json_t *member;

    json_object_foreach ((json_t *)object, name, member) {
        if (!is_among(name, members->known, members->known_count) &&
            !is_among(name, members->unknown, members->unknown_count) && !schema_knows_member(x->schema, name)) {
            unknown[count++] = name;
        }
    }
    return text_nearest(missing, unknown, count);
}

void schema_note_members(struct schema_explanation *x, const json_t *object, const struct schema_members *members)
{
    bool *used = text_arena_alloc(&x->arena, members->missing_count + 1);

    for (size_t i = 0; i < members->unknown_count; i++) {
        note_unknown(x, object, members, members->unknown[i], used);
    }
    for (size_t i = 0; i < members->missing_count; i++) {
        if (used[i]) {
            continue;
        }
        struct schema_finding *finding = schema_note(x, SCHEMA_FAULT_MISSING, members->missing_keyword, object,
                                                     "`%s` is missing", members->missing[i]);
        if (finding == &x->dropped) {
            return;
        }
        finding->member = members->missing[i];
        finding->suggestion = misspelt_in(x, object, members, members->missing[i]);
        finding->fix = finding->suggestion != NULL
                           ? schema_explain_text(x, "is it the one misspelt `%s`?", finding->suggestion)
                           : "";
    }
}
