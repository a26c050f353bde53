/* JSON for the eye: indented and coloured, from the JSON that programs get. */
#include <string.h>

#include "render/render.h"

enum { INDENT = 2 };

static const char key_color[] = "\033[1;34m", string_color[] = "\033[32m", word_color[] = "\033[33m",
                  null_color[] = "\033[36m", end_color[] = "\033[0m";

/* A text on its way from `in` to `out`. */
struct styler {
    struct text *out;
    const char *in;
    size_t size, at, depth;
    struct render_json_style style;
};

static size_t skip_blanks(const struct styler *styler, size_t at)
{
    while (at < styler->size && strchr(" \t\r\n", styler->in[at]) != NULL) {
        at++;
    }
    return at;
}

static void append_colored(struct styler *styler, const char *color, size_t end)
{
    bool colored = styler->style.color && color != NULL;

    text_append(styler->out, colored ? color : "");
    for (size_t at = styler->at; at < end;) {
        struct text_character character = text_decode(styler->in + at, end - at);
        if (text_steers_terminal(character.code)) {
            text_printf(styler->out, "\\u%04x", (unsigned)character.code);
        } else {
            text_append_size(styler->out, styler->in + at, character.size);
        }
        at += character.size;
    }
    text_append(styler->out, colored ? end_color : "");
    styler->at = end;
}

static void take_string(struct styler *styler)
{
    size_t end = styler->at + 1;

    while (end < styler->size && styler->in[end] != '"') {
        end += styler->in[end] == '\\' && end + 1 < styler->size ? 2 : 1;
    }
    end += end < styler->size;
    size_t next = skip_blanks(styler, end);
    bool is_key = next < styler->size && styler->in[next] == ':';
    append_colored(styler, is_key ? key_color : string_color, end);
}

/* A number, true, false or null. */
static void take_word(struct styler *styler)
{
    size_t end = styler->at + 1;
    char first = styler->in[styler->at];

    while (end < styler->size && strchr(",:[]{}\" \t\r\n", styler->in[end]) == NULL) {
        end++;
    }
    append_colored(styler, first == 'n' ? null_color : first == 't' || first == 'f' ? word_color : NULL, end);
}

static void new_line(struct styler *styler)
{
    if (styler->style.indent) {
        text_append_char(styler->out, '\n');
        text_append_repeat(styler->out, ' ', styler->depth * INDENT);
    }
}

static void take_mark(struct styler *styler)
{
    char mark = styler->in[styler->at++];
    size_t next = skip_blanks(styler, styler->at);
    bool is_empty = next < styler->size && (styler->in[next] == ']' || styler->in[next] == '}');

    if (mark == ']' || mark == '}') {
        styler->depth -= styler->depth > 0;
        new_line(styler);
    }
    text_append_char(styler->out, mark);
    if (mark == '[' || mark == '{') {
        if (is_empty && styler->style.indent) {
            text_append_char(styler->out, styler->in[next]);
            styler->at = next + 1;
            return;
        }
        styler->depth++;
        new_line(styler);
    } else if (mark == ',') {
        new_line(styler);
    } else if (mark == ':' && styler->style.indent) {
        text_append_char(styler->out, ' ');
    }
}

/* Line ends between values stay, and so do all blanks where nothing is indented. */
static void take_blank(struct styler *styler)
{
    char blank = styler->in[styler->at++];

    if (!styler->style.indent || (styler->depth == 0 && blank == '\n')) {
        text_append_char(styler->out, blank);
    }
}

void render_style_json(struct text *out, const char *json, size_t size, struct render_json_style style)
{
    struct styler styler = {.out = out, .in = json, .size = size, .style = style};

    while (styler.at < size) {
        char c = json[styler.at];
        if (c == '"') {
            take_string(&styler);
        } else if (strchr("{}[],:", c) != NULL && c != '\0') {
            take_mark(&styler);
        } else if (strchr(" \t\r\n", c) != NULL && c != '\0') {
            take_blank(&styler);
        } else {
            take_word(&styler);
        }
    }
}
