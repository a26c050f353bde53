/*
 * render_html_page: the frame of a self-contained HTML page, and text from outside in it.
 *
 * A page loads nothing and sends nothing: its Content-Security-Policy allows only the scripts and the style that it
 * carries, by their digests, and no handler or style in an attribute. Whatever comes from outside passes through
 * one of the functions below. Styles and scripts are files of pkg/render/html, embedded by the build.
 */
#ifndef RENDER_RENDER_HTML_PAGE_H
#define RENDER_RENDER_HTML_PAGE_H

#include "text/text.h"

/* A file of pkg/render/html by its name without the extension; both arrays end with an entry whose name is NULL. */
struct render_html_file {
    const char *name, *text, *end;
};
extern const struct render_html_file render_html_scripts[], render_html_styles[];

/* What a page carries, by names; the lists end with NULL. */
struct render_html_page {
    const char *title;
    const char *const *styles;  /* "page" has the colours and what is common */
    const char *const *scripts; /* "grid" has RowGrid, putText and copyText; NULL: the page needs none */
};

/* Appends the page up to its first element: head, policy, styles, and <body>. */
void render_html_begin(const struct render_html_page *page, struct text *out);

/* Appends the scripts and ends the page. Nothing of them is from outside. */
void render_html_end(const struct render_html_page *page, struct text *out);

/*
 * Append text from outside, NULL as "": as the content of an element, where characters that are not seen or steer the
 * direction stand in a span that shows their code; the same for a command, whose line breaks stay; as an attribute in
 * double quotes or the content of <title> and <desc>, where their code stands instead of them.
 */
void render_html_text(struct text *out, const char *string);
void render_html_code(struct text *out, const char *string);
void render_html_attribute(struct text *out, const char *string);

/*
 * Appends a JSON string, quotes included, for a script element of type application/json: neither `</` nor `<!--` nor a
 * character that is not seen can stand in it. NULL is null.
 */
void render_html_json_string(struct text *out, const char *string);

/* Appends an element with a text from outside: `tag` may have attributes, "td class=\"number\"". */
void render_html_element(struct text *out, const char *tag, const char *string);

/* Appends a pair of a list of facts, <dl class="facts">; nothing where the value is NULL or empty. */
void render_html_fact(struct text *out, const char *name, const char *value);

/* Appends a command in a box with a button to copy it, which appears where the page has scripts. */
void render_html_command(struct text *out, const char *id, const char *line, const char *what);

#endif
