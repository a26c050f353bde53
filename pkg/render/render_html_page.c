/* The frame of a self-contained HTML page, and text from outside in it. */
#include "render/render_html_page.h"

#include <string.h>

/* Characters that are not seen, or that change the direction of others; grid.js has the same. */
static bool is_unseen(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x061C || (code >= 0x200B && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x2069) || code == 0xFEFF;
}

static const char *entity(uint32_t code)
{
    switch (code) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* A character that is not seen in an element that shows its code. NUL, CR and C1 cannot be written as they are. */
static void append_unseen(struct text *out, uint32_t code, const char *bytes, size_t size)
{
    text_printf(out, "<span class=\"code-point\" data-code=\"U+%04X\">", (unsigned)code);
    if (code == '\r') {
        text_append(out, "&#13;");
    } else if (code == 0) {
        text_append(out, "\xEF\xBF\xBD");
    } else {
        text_append_size(out, bytes, size);
    }
    text_append(out, "</span>");
}

enum context { ELEMENT, LINES, ATTRIBUTE };

static void append_escaped(struct text *out, const char *string, enum context context)
{
    CLEANUP(text_free) struct text valid = {0};

    text_append_utf8(&valid, string != NULL ? string : "", string != NULL ? strlen(string) : 0);
    for (size_t at = 0; at < valid.size;) {
        struct text_character character = text_decode(valid.data + at, valid.size - at);
        const char *name = entity(character.code);
        if (name != NULL) {
            text_append(out, name);
        } else if (!is_unseen(character.code) || (context == LINES && character.code == '\n')) {
            text_append_size(out, valid.data + at, character.size);
        } else if (context != ATTRIBUTE) {
            append_unseen(out, character.code, valid.data + at, character.size);
        } else {
            text_printf(out, "\\u{%04x}", (unsigned)character.code);
        }
        at += character.size;
    }
}

void render_html_text(struct text *out, const char *string)
{
    append_escaped(out, string, ELEMENT);
}

void render_html_attribute(struct text *out, const char *string)
{
    append_escaped(out, string, ATTRIBUTE);
}

void render_html_code(struct text *out, const char *string)
{
    append_escaped(out, string, LINES);
}

void render_html_json_string(struct text *out, const char *string)
{
    CLEANUP(text_free) struct text valid = {0};

    if (string == NULL) {
        text_append(out, "null");
        return;
    }
    text_append_utf8(&valid, string, strlen(string));
    text_append_char(out, '"');
    for (size_t at = 0; at < valid.size;) {
        struct text_character character = text_decode(valid.data + at, valid.size - at);
        if (character.code == '"' || character.code == '\\') {
            text_append_char(out, '\\');
            text_append_char(out, (char)character.code);
        } else if (is_unseen(character.code) || entity(character.code) != NULL) {
            text_printf(out, "\\u%04x", (unsigned)character.code);
        } else {
            text_append_size(out, valid.data + at, character.size);
        }
        at += character.size;
    }
    text_append_char(out, '"');
}

void render_html_element(struct text *out, const char *tag, const char *string)
{
    text_printf(out, "<%s>", tag);
    render_html_text(out, string);
    text_printf(out, "</%.*s>", (int)strcspn(tag, " "), tag);
}

void render_html_fact(struct text *out, const char *name, const char *value)
{
    if (value != NULL && value[0] != '\0') {
        text_printf(out, "<div><dt>%s</dt>", name);
        render_html_element(out, "dd", value);
        text_append(out, "</div>\n");
    }
}

void render_html_command(struct text *out, const char *id, const char *line, const char *what)
{
    text_printf(out, "<div class=\"command\"><code id=\"%s\">", id);
    render_html_code(out, line);
    text_printf(out,
                "</code><button type=\"button\" data-copy=\"%s\" aria-label=\"Copy %s\" hidden>Copy</button></div>\n",
                id, what);
}

static const struct render_html_file *find_file(const struct render_html_file *files, const char *name)
{
    while (files->name != NULL && strcmp(files->name, name) != 0) {
        files++;
    }
    return files;
}

/* The bytes between the tags, which the digest of the policy is of. */
static void append_files(const struct render_html_file *files, const char *const *names, struct text *out)
{
    text_append_char(out, '\n');
    for (size_t i = 0; names[i] != NULL; i++) {
        const struct render_html_file *file = find_file(files, names[i]);
        text_append_size(out, file->text, (size_t)(file->end - file->text));
    }
}

static unsigned hex_value(char digit)
{
    return digit <= '9' ? (unsigned)(digit - '0') : (unsigned)(digit - 'a') + 10;
}

static void append_source(const char *directive, const struct text *content, struct text *out)
{
    CLEANUP(text_free) struct text hex = {0};
    char digest[32];

    text_append_sha256(&hex, text_string(content), content->size);
    for (size_t i = 0; i < sizeof(digest); i++) {
        digest[i] = (char)(hex_value(hex.data[2 * i]) << 4 | hex_value(hex.data[2 * i + 1]));
    }
    text_printf(out, "; %s 'sha256-", directive);
    text_append_base64(out, digest, sizeof(digest));
    text_append_char(out, '\'');
}

void render_html_begin(const struct render_html_page *page, struct text *out)
{
    CLEANUP(text_free) struct text style = {0}, script = {0};

    append_files(render_html_styles, page->styles, &style);
    text_append(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'");
    if (page->scripts != NULL) {
        append_files(render_html_scripts, page->scripts, &script);
        append_source("script-src", &script, out);
    }
    append_source("style-src", &style, out);
    /* The empty icon keeps browsers from asking a server for one. */
    text_append(out, "; img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
                     "trusted-types 'none'\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<meta name=\"color-scheme\" content=\"light dark\">\n"
                     "<meta name=\"referrer\" content=\"no-referrer\">\n"
                     "<link rel=\"icon\" href=\"data:,\">\n<title>");
    render_html_attribute(out, page->title);
    text_append(out, "</title>\n<style>");
    text_append_size(out, text_string(&style), style.size);
    text_append(out, "</style>\n</head>\n<body>\n");
}

void render_html_end(const struct render_html_page *page, struct text *out)
{
    if (page->scripts != NULL) {
        text_append(out, "<script>");
        append_files(render_html_scripts, page->scripts, out);
        text_append(out, "</script>\n");
    }
    text_append(out, "</body>\n</html>\n");
}
