/* One value of one option: from text into the member of the options struct, a function a kind. */
#include "cli/cli_options.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

enum { SHOWN_MAX = 60 };

/* What a value is parsed from and for; the same for every kind. */
struct value {
    const struct opt_spec *spec;
    const char *shown; /* the option as the user wrote it */
    const char *text;
    const char *safe; /* the text, shortened and harmless, for messages */
    bool first;
    struct text_arena *memory;
};

static bool parse_string(const struct value *v, const char **member)
{
    *member = text_arena_copy(v->memory, v->text, strlen(v->text));
    return true;
}

static void list_add(struct opt_list *list, const char *item, struct text_arena *memory)
{
    const char **items = (const char **)list->items;

    /* Room is made when the count reaches a power of two: doubling without a capacity to keep. */
    if ((list->count & (list->count - 1)) == 0) {
        items = text_arena_alloc(memory, (2 * list->count + 2) * sizeof(*items));
        if (list->count > 0) {
            memcpy(items, list->items, list->count * sizeof(*items));
        }
    }
    items[list->count++] = item;
    items[list->count] = NULL;
    list->items = items;
}

static bool parse_list(const struct value *v, struct opt_list *member, struct err *e)
{
    struct opt_list list = v->first ? (struct opt_list){0} : *member;
    const char *item = v->text;

    for (bool more = true; more;) {
        size_t size = v->spec->flags & OPT_COMMAS ? strcspn(item, ",") : strlen(item);
        if (size == 0) {
            return err_set(e, ERR_USAGE, "%s %s: an item of the list is empty", v->shown, v->safe);
        }
        list_add(&list, text_arena_copy(v->memory, item, size), v->memory);
        more = item[size] == ',';
        item += size + more;
    }
    *member = list;
    return true;
}

/* The truth that a word of other tools means; NULL: none. */
static const char *meant_truth(const char *text)
{
    static const char *const words[][2] = {{"on", "off"}, {"yes", "no"},           {"1", "0"},
                                           {"y", "n"},    {"enabled", "disabled"}, {"enable", "disable"},
                                           {"t", "f"},    {"true", "false"}};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (text_same_word(text, words[i][0])) {
            return "true";
        }
        if (text_same_word(text, words[i][1])) {
            return "false";
        }
    }
    return NULL;
}

static bool parse_bool(const struct value *v, struct opt_bool *member, struct err *e)
{
    bool is_true = strcmp(v->text, "true") == 0;

    if (!is_true && strcmp(v->text, "false") != 0) {
        const char *meant = meant_truth(v->text);
        return err_set(e, ERR_USAGE, "%s %s is neither true nor false: write %s %s", v->shown, v->safe, v->shown,
                       meant != NULL ? meant : "true|false");
    }
    *member = (struct opt_bool){.given = true, .value = is_true};
    return true;
}

static bool is_number(const char *text)
{
    size_t sign = text[0] == '-';

    return text[sign] != '\0' && text[sign + strspn(text + sign, "0123456789")] == '\0';
}

static bool not_a_number(const struct value *v, struct err *e)
{
    const struct opt_spec *spec = v->spec;
    size_t digits = strspn(v->text, "0123456789");
    CLEANUP(text_free) struct text meant = {0};

    if (digits > 0 && strchr(".,", v->text[digits]) == NULL) {
        text_printf(&meant, ": write %s %.*s, without a unit", v->shown, (int)digits, v->text);
    }
    return err_set(e, ERR_USAGE, "%s %s is not a number %ld..%ld%s%s%s%s", v->shown, v->safe, spec->min, spec->max,
                   spec->flags & OPT_PERCENTS ? " or a percentage" : "", spec->word ? " or the word " : "",
                   spec->word ? spec->word : "", text_string(&meant));
}

static bool parse_int(const struct value *v, struct opt_int *member, struct err *e)
{
    CLEANUP(text_free) struct text digits = {0};
    const struct opt_spec *spec = v->spec;
    size_t size = strlen(v->text);
    bool percent = (spec->flags & OPT_PERCENTS) && size > 0 && v->text[size - 1] == '%';
    long min = percent ? 0 : spec->min;
    long max = percent ? 100 : spec->max;
    long value = 0;

    if (text_equal(v->text, spec->word)) {
        *member = (struct opt_int){.given = true, .unit = OPT_WORD};
        return true;
    }
    text_append_size(&digits, v->text, size - percent);
    if (!is_number(text_string(&digits))) {
        return not_a_number(v, e);
    }
    if (!text_to_long(text_string(&digits), min, max, &value)) {
        return err_set(e, ERR_USAGE, "%s %s is out of range %ld..%ld%s%s%s%s", v->shown, v->safe, min, max,
                       percent ? "%" : "", spec->advice != NULL ? " (" : "", spec->advice != NULL ? spec->advice : "",
                       spec->advice != NULL ? ")" : "");
    }
    *member = (struct opt_int){.given = true, .unit = percent ? OPT_PERCENT : OPT_PLAIN, .value = value};
    return true;
}

static bool is_enum_word(const struct opt_spec *spec, const char *word, const char *text)
{
    return strcmp(word, text) == 0 || ((spec->flags & OPT_API_WORDS) == 0 && strcasecmp(word, text) == 0);
}

static bool parse_enum(const struct value *v, struct opt_enum *member, struct err *e)
{
    CLEANUP(text_free) struct text all = {0};
    CLEANUP(text_free) struct text meant = {0};
    const struct opt_spec *spec = v->spec;
    size_t count = 0;

    for (; spec->words[count] != NULL; count++) {
        if (is_enum_word(spec, spec->words[count], v->text)) {
            *member = (struct opt_enum){.given = true, .value = (int)count};
            return true;
        }
        text_printf(&all, "%s%s", count ? ", " : "", spec->words[count]);
    }
    if (!text_append_nearest(&meant, v->text, spec->words, count) && spec->advice != NULL) {
        text_printf(&meant, " (%s)", spec->advice);
    }
    return err_set(e, ERR_USAGE, "%s %s is not one of %s%s", v->shown, v->safe, text_string(&all), text_string(&meant));
}

/* "1.5" -> 1500 thousandths; -1 when it is no such number, -2 when it is too large for any time. */
static int64_t thousandths(const char *text, size_t size)
{
    int64_t whole = 0;
    int64_t scale = 0; /* of the next decimal; 0 before the point */

    for (size_t i = 0; i < size; i++) {
        if (text[i] == '.' && scale == 0 && i > 0 && i + 1 < size) {
            whole *= 1000;
            scale = 100;
        } else if (text[i] < '0' || text[i] > '9' || (text[i - (i > 0)] != '.' && i > 0 && scale < 0)) {
            return -1;
        } else if (scale == 0) {
            whole = 10 * whole + (text[i] - '0');
        } else {
            whole += scale * (text[i] - '0');
            scale = scale == 1 ? -1 : scale / 10;
        }
        if (whole > INT64_MAX / 3600000 / 10000) {
            return -2;
        }
    }
    return size == 0 ? -1 : scale == 0 ? 1000 * whole : whole;
}

enum { SECOND = 1000, HOUR = 3600 * SECOND, DAY = 24 * HOUR, LONGEST_DAYS = 400000 };

static bool parse_duration(const struct value *v, struct opt_duration *member, struct err *e)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"", SECOND}, {"ms", 1}, {"s", SECOND}, {"m", 60 * SECOND}, {"h", HOUR}, {"d", DAY}, {"w", 7 * DAY}};
    size_t digits = strspn(v->text, "0123456789.");
    int64_t parts = thousandths(v->text, digits);
    int64_t ms = -1;

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(v->text + digits, units[i].unit) == 0) {
            ms = parts < 0 ? parts : parts > INT64_MAX / units[i].ms ? -2 : parts * units[i].ms / 1000;
        }
    }
    if (ms == -1) {
        return err_set(e, ERR_USAGE, "%s %s is not a time: write it with its unit (500ms, 30s, 5m, 1h, 7d)", v->shown,
                       v->safe);
    }
    int64_t max = v->spec->max > 0 ? v->spec->max : (int64_t)LONGEST_DAYS * DAY;
    if (ms < v->spec->min || ms > max) {
        return err_set(e, ERR_USAGE, "%s %s is out of range %s..%s", v->shown, v->safe,
                       text_duration(v->spec->min).text, text_duration(max).text);
    }
    *member = (struct opt_duration){.given = true, .ms = ms};
    return true;
}

bool cli_value_parse(const struct opt_spec *spec, const char *shown, const char *value, void *member, bool first,
                     struct text_arena *memory, struct err *e)
{
    CLEANUP(text_free) struct text safe = {0};

    if (value[0] == '\0') {
        return err_set(e, ERR_USAGE, "%s: the value is empty: is a variable not set?", shown);
    }
    text_append_short(&safe, value, strlen(value), SHOWN_MAX);
    struct value v = {spec, shown, value, text_string(&safe), first, memory};
    switch (spec->kind) {
    case OPT_KIND_STRING:
        return parse_string(&v, member);
    case OPT_KIND_LIST:
        return parse_list(&v, member, e);
    case OPT_KIND_BOOL:
        return parse_bool(&v, member, e);
    case OPT_KIND_INT:
        return parse_int(&v, member, e);
    case OPT_KIND_ENUM:
        return parse_enum(&v, member, e);
    case OPT_KIND_DURATION:
        return parse_duration(&v, member, e);
    case OPT_KIND_FLAG:
    case OPT_KIND_GROUP:
    case OPT_KIND_END:
        break;
    }
    return err_set(e, ERR_USAGE, "%s takes no value", shown);
}

bool cli_value_default(const struct opt_spec *spec, void *member, struct text_arena *memory, struct err *e)
{
    if (spec->default_value == NULL) {
        return true;
    }
    if (!cli_value_parse(spec, spec->name, spec->default_value, member, true, memory, e)) {
        return false;
    }
    switch (spec->kind) {
    case OPT_KIND_BOOL:
    case OPT_KIND_INT:
    case OPT_KIND_ENUM:
    case OPT_KIND_DURATION:
        *(bool *)member = false; /* `given`, which all of them begin with */
        break;
    default:
        break;
    }
    return true;
}
