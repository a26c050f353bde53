/*
 * cli_manual: the texts of the manual and their markup. For the files of room cli only.
 *
 * A text is a part of Markdown, so that it can be read and reviewed as it is:
 *
 *     # settings: what can be set, and where        the first line: the topic's name and its summary
 *     A paragraph, with `words to type`.
 *     ## A heading
 *     - an item, further lines of it indented
 *     `term`, `term`                                a line before one that begins with a colon: a term
 *     : and what it means
 *     ```sh                                         commands to be pasted, up to the next ```
 *     ```                                           lines that are shown as they are, up to the next ```
 *     See also: instance set, selectors             the last line: commands and topics
 */
#ifndef CLI_CLI_MANUAL_H
#define CLI_CLI_MANUAL_H

#include "cli/cli.h"

/* The topic that explains the global options: help adds them to its text. */
#define CLI_TOPIC_OPTIONS "options"

/* The topic with this name, or NULL. */
const struct cli_topic *cli_topic_find(const struct cli_program *program, const char *name);

/* Appends what the first line says of the topic. */
void cli_topic_summary(const struct cli_topic *topic, struct text *out);

/* Appends the names of "See also", a line each. */
void cli_topic_links(const struct cli_topic *topic, struct text *out);

/* Appends the names of the topics that name this command or topic in their "See also", a line each. */
void cli_topics_about(const struct cli_program *program, const char *name, struct text *out);

enum cli_part_kind {
    CLI_PART_HEADING,
    CLI_PART_PARAGRAPH,
    CLI_PART_ITEM,
    CLI_PART_TERM,
    CLI_PART_COMMANDS, /* of a shell, to be pasted: between ```sh and ``` */
    CLI_PART_LITERAL,  /* lines as they are: between ``` and ``` */
};

/* A part of a text, read by cli_part_next; {.rest = topic->text} before the first. */
struct cli_part {
    const char *rest;
    enum cli_part_kind kind;
    struct text words; /* of the part; lines are joined by blanks, those of a literal end in newlines */
    struct text term;  /* of CLI_PART_TERM, without `backquotes` */
};

/* The next part, without title and "See also". False at the end. */
bool cli_part_next(struct cli_part *part);

void cli_part_free(struct cli_part *part); /* for CLEANUP */

/* Appends the text as help shows it, the title included. */
void cli_topic_append(struct text *out, const struct cli_topic *topic, size_t width);

/*
 * Appends "See also: ..." for names of commands and topics, a line each, `shown` (what the reader has before him) left
 * out and each once; nothing for none.
 */
void cli_see_also(struct text *out, const struct cli_program *program, const char *names, const char *shown,
                  size_t width);

/* The error for words that are neither a command, a noun nor a topic. */
bool cli_unknown_help(const struct cli_program *program, const char *words, struct err *e);

#endif
