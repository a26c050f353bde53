/* Why a text is no JSON, for people: the structure. Runs on failure only. */
#include "json/json_walk.h"

static bool fault_at_end(struct json_walk *w)
{
    if (w->depth == 0) {
        return JSON_WALK_FAULT(w, w->at, w->size == 0 ? "the document is empty" : "the document has only white space");
    }
    size_t opened = w->opened[w->depth - 1];
    struct json_place place = json_text_place(w->text, opened);
    return JSON_WALK_FAULT(w, w->at, "the text ends here, but the '%c' of line %zu, column %zu is not closed",
                           w->text[opened], place.line, place.column);
}

/* A value, or only its opening bracket: the loop in walk_text goes on inside. */
static bool walk_value(struct json_walk *w)
{
    char c = json_walk_peek(w);

    if (w->at >= w->size) {
        return fault_at_end(w);
    }
    if (c == '{' || c == '[') {
        if (w->depth == JSON_DEPTH_MAX) {
            return JSON_WALK_FAULT(w, w->at, "nested deeper than %d levels", JSON_DEPTH_MAX);
        }
        w->opened[w->depth++] = w->at++;
        w->expect = JSON_EXPECT_FIRST;
        return true;
    }
    if ((c == '}' || c == ']') && w->expect == JSON_EXPECT_NEXT) {
        return JSON_WALK_FAULT(w, w->comma, "a comma with nothing behind it before '%c'; remove the comma", c);
    }
    w->expect = JSON_EXPECT_BEHIND;
    return c == '"' ? json_walk_string(w) : json_walk_foreign(w) && json_walk_word(w);
}

static bool walk_name(struct json_walk *w)
{
    char shown[JSON_WALK_WHAT];
    char c = json_walk_peek(w);

    if (w->at >= w->size) {
        return fault_at_end(w);
    }
    if (c == '}' && w->expect == JSON_EXPECT_NEXT) {
        return JSON_WALK_FAULT(w, w->comma, "a comma with nothing behind it before '}'; remove the comma");
    }
    if (c != '"') {
        if (!json_walk_foreign(w)) {
            return false;
        }
        bool word = json_text_word(w->text, w->size, w->at) > w->at;
        return JSON_WALK_FAULT(w, w->at, "a member name in double quotes is expected here, not %s%s",
                               json_walk_what(w, shown), word ? "; write the name in quotes" : "");
    }
    size_t start = w->at;
    if (!json_walk_string(w)) {
        return false;
    }
    if (w->at + w->inserted <= w->jansson) {
        w->name = start;
    }
    w->at = json_text_space(w->text, w->size, w->at);
    if (json_walk_peek(w) != ':') {
        return w->at >= w->size ? fault_at_end(w)
                                : JSON_WALK_FAULT(w, w->at, "a ':' is expected behind the member name, not %s",
                                                  json_walk_what(w, shown));
    }
    w->at = json_text_space(w->text, w->size, w->at + 1);
    w->expect = JSON_EXPECT_FIRST;
    return true;
}

/* What stands behind a value inside a container. */
static bool walk_separator(struct json_walk *w)
{
    char shown[JSON_WALK_WHAT];
    char c = json_walk_peek(w);
    char close = w->text[w->opened[w->depth - 1]] == '{' ? '}' : ']';

    if (w->at >= w->size) {
        return fault_at_end(w);
    }
    if (c == ',') {
        w->comma = w->at++;
        w->expect = JSON_EXPECT_NEXT;
        return true;
    }
    if (c == close) {
        w->at++;
        w->depth--;
        w->expect = JSON_EXPECT_BEHIND;
        return true;
    }
    if (!json_walk_foreign(w)) {
        return false;
    }
    if (c == '}' || c == ']') {
        struct json_place place = json_text_place(w->text, w->opened[w->depth - 1]);
        return JSON_WALK_FAULT(w, w->at, "'%c' does not close the '%c' of line %zu, column %zu", c,
                               w->text[w->opened[w->depth - 1]], place.line, place.column);
    }
    return JSON_WALK_FAULT(w, w->at,
                           "a ',' or '%c' is expected here, not %s; a comma or quote may be missing before it", close,
                           json_walk_what(w, shown));
}

/* One step inside a container: a value with its name before it, or what stands behind one. */
static bool walk_step(struct json_walk *w)
{
    bool object = w->text[w->opened[w->depth - 1]] == '{';

    if (w->expect == JSON_EXPECT_BEHIND ||
        (w->expect == JSON_EXPECT_FIRST && json_walk_peek(w) == (object ? '}' : ']'))) {
        return walk_separator(w);
    }
    return (!object || walk_name(w)) && walk_value(w);
}

static bool walk_text(struct json_walk *w)
{
    char shown[JSON_WALK_WHAT];

    w->at = json_text_space(w->text, w->size, 0);
    if (!walk_value(w)) {
        return false;
    }
    w->at = json_text_space(w->text, w->size, w->at);
    while (w->depth > 0) {
        if (!walk_step(w)) {
            return false;
        }
        w->at = json_text_space(w->text, w->size, w->at);
    }
    if (w->at < w->size) {
        return json_walk_foreign(w) &&
               JSON_WALK_FAULT(w, w->at, "the document ends before %s; one document is expected",
                               json_walk_what(w, shown));
    }
    return true;
}

/* A fault in what the text means, which the walk does not see: about the last name that jansson has
 * read. */
static size_t fault_of_name(const struct json_walk *w, enum json_error_code code, struct err *e)
{
    size_t end = json_text_string(w->text, w->size, w->name);
    CLEANUP(text_free) struct text name = {0};

    text_append_short(&name, w->text + w->name + 1, end - w->name - 2, 60);
    if (code == json_error_duplicate_key) {
        err_set(e, ERR_INVALID, "duplicate member \"%s\"; keep one of them", text_string(&name));
    } else {
        err_set(e, ERR_INVALID, "\\u0000 in the member name \"%s\"", text_string(&name));
    }
    return w->name;
}

size_t json_text_diagnose(const char *text, size_t size, const json_error_t *error, bool widened, struct err *e)
{
    struct err found = ERR_INIT;
    enum json_error_code code = json_error_code(error);
    size_t position = error->position > 0 ? (size_t)error->position : 0;
    struct json_walk w = {.text = text, .size = size, .e = &found, .jansson = position, .widened = widened};
    bool clean = walk_text(&w);

    if (code == json_error_duplicate_key || code == json_error_null_byte_in_key) {
        return fault_of_name(&w, code, e);
    }
    if (clean) {
        /* never seen; jansson's own words are better than none */
        err_set(e, ERR_INVALID, "%s", error->text);
        return position < size ? position : size;
    }
    err_set(e, ERR_INVALID, "%s", found.message);
    return w.at;
}
