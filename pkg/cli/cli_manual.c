/* The texts of the manual: finding them, and reading their markup. */
#include "cli/cli_manual.h"

#include <string.h>

static const char see_also[] = "See also: ";

const struct cli_topic *cli_topic_find(const struct cli_program *program, const char *name)
{
    for (const struct cli_topic *topic = program->topics; topic != NULL && topic->name != NULL; topic++) {
        if (strcmp(topic->name, name) == 0) {
            return topic;
        }
    }
    return NULL;
}

void cli_topic_summary(const struct cli_topic *topic, struct text *out)
{
    size_t size = strcspn(topic->text, "\n");
    const char *colon = memmem(topic->text, size, ": ", 2);

    text_append_size(out, colon ? colon + 2 : topic->text, size - (colon ? (size_t)(colon + 2 - topic->text) : 0));
}

void cli_topic_links(const struct cli_topic *topic, struct text *out)
{
    const char *name = strstr(topic->text, see_also);

    for (name = name ? name + strlen(see_also) : ""; *name != '\0'; name += strspn(name, ", \n")) {
        size_t size = strcspn(name, ",\n");
        text_append_size(out, name, size);
        text_append_char(out, '\n');
        name += size;
    }
}

void cli_topics_about(const struct cli_program *program, const char *name, struct text *out)
{
    CLEANUP(text_free) struct text line = {0};

    text_printf(&line, "\n%s\n", name);
    for (const struct cli_topic *topic = program->topics; topic != NULL && topic->name != NULL; topic++) {
        CLEANUP(text_free) struct text links = {0};
        text_append_char(&links, '\n');
        cli_topic_links(topic, &links);
        if (strstr(text_string(&links), text_string(&line)) != NULL) {
            text_printf(out, "%s\n", topic->name);
        }
    }
}

static const char *next_line(const char *line)
{
    line += strcspn(line, "\n");
    return line + (*line == '\n');
}

/* Whether the line ends the paragraph or item before it. */
static bool ends_part(const char *line)
{
    return line[0] == '\0' || line[0] == '\n' || text_begins(line, "- ") || text_begins(line, ": ") ||
           text_begins(line, "```") || text_begins(line, "#") || text_begins(line, see_also) ||
           text_begins(next_line(line), ": ");
}

static void take_line(struct cli_part *part)
{
    const char *line = part->rest + strspn(part->rest, " ");

    text_append(&part->words, part->words.size > 0 ? " " : "");
    text_append_size(&part->words, line, strcspn(line, "\n"));
    part->rest = next_line(part->rest);
}

static void take_lines(struct cli_part *part, enum cli_part_kind kind, size_t mark)
{
    part->kind = kind;
    part->rest += mark;
    do {
        take_line(part);
    } while (!ends_part(part->rest));
}

static void take_literal(struct cli_part *part)
{
    part->kind = text_begins(part->rest, "```sh") ? CLI_PART_COMMANDS : CLI_PART_LITERAL;
    for (part->rest = next_line(part->rest); part->rest[0] != '\0' && !text_begins(part->rest, "```");) {
        const char *next = next_line(part->rest);
        text_append_size(&part->words, part->rest, (size_t)(next - part->rest));
        part->rest = next;
    }
    part->rest = next_line(part->rest);
}

static void take_term(struct cli_part *part)
{
    for (; *part->rest != '\n'; part->rest++) {
        if (*part->rest != '`') {
            text_append_char(&part->term, *part->rest);
        }
    }
    part->rest++;
    take_lines(part, CLI_PART_TERM, strlen(": "));
}

bool cli_part_next(struct cli_part *part)
{
    text_clear(&part->words);
    text_clear(&part->term);
    while (part->rest[0] == '\n' || text_begins(part->rest, "# ") || text_begins(part->rest, see_also)) {
        part->rest = next_line(part->rest);
    }
    if (part->rest[0] == '\0') {
        return false;
    }
    if (text_begins(part->rest, "## ")) {
        part->kind = CLI_PART_HEADING;
        part->rest += strlen("## ");
        take_line(part);
    } else if (text_begins(part->rest, "```")) {
        take_literal(part);
    } else if (text_begins(part->rest, "- ")) {
        take_lines(part, CLI_PART_ITEM, strlen("- "));
    } else if (text_begins(next_line(part->rest), ": ")) {
        take_term(part);
    } else {
        take_lines(part, CLI_PART_PARAGRAPH, 0);
    }
    return true;
}

void cli_part_free(struct cli_part *part)
{
    text_free(&part->words);
    text_free(&part->term);
}
