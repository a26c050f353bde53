/* Command lines that people can paste, built word by word. */
#include "cli/cli_command_line.h"

#include <string.h>

#include "cli/cli.h"

void cli_command_line_begin(struct cli_command_line *line, const char *program, const char *path)
{
    text_clear(&line->path);
    text_clear(&line->operands);
    text_clear(&line->options);
    line->ends_options = false;
    text_printf(&line->path, "%s %s", program, path);
}

static void append_word(struct text *out, const char *word)
{
    text_append_char(out, ' ');
    cli_quote(out, word);
}

void cli_command_line_operand(struct cli_command_line *line, const char *word)
{
    line->ends_options |= word[0] == '-';
    append_word(&line->operands, word);
}

/* A value that could be taken for an option is joined to its name. */
void cli_command_line_option(struct cli_command_line *line, const char *name, const char *value)
{
    CLEANUP(text_free) struct text word = {0};

    text_printf(&word, "--%s", name);
    if (value != NULL && value[0] == '-') {
        text_printf(&word, "=%s", value);
    }
    append_word(&line->options, text_string(&word));
    if (value != NULL && value[0] != '-') {
        append_word(&line->options, value);
    }
}

static void add_given(struct cli_command_line *line, const char *name, const char *value)
{
    if (value != NULL) {
        cli_command_line_option(line, name, value);
    }
}

void cli_command_line_place(struct cli_command_line *line, const struct cli_place *place)
{
    CLEANUP(text_free) struct text regions = {0};
    bool from_input = text_equal(place->api_key_file, "-");

    for (size_t i = 0; i < place->region_count; i++) {
        text_printf(&regions, "%s%s", i > 0 ? "," : "", place->regions[i]);
    }
    add_given(line, "region", place->region_count > 0 ? text_string(&regions) : NULL);
    add_given(line, "endpoint", place->endpoint);
    add_given(line, "iam-url", place->iam_url);
    add_given(line, "metadata-url", place->metadata_url);
    add_given(line, "auth", place->auth);
    add_given(line, "api-key-file", from_input ? NULL : place->api_key_file);
    add_given(line, "ca-file", place->ca_file);
}

const char *cli_command_line_string(struct cli_command_line *line)
{
    text_clear(&line->whole);
    text_append(&line->whole, text_string(&line->path));
    text_append(&line->whole, line->ends_options ? "" : text_string(&line->operands));
    text_append(&line->whole, text_string(&line->options));
    if (line->ends_options) {
        text_printf(&line->whole, " --%s", text_string(&line->operands));
    }
    return text_string(&line->whole);
}

void cli_command_line_free(struct cli_command_line *line)
{
    text_free(&line->path);
    text_free(&line->operands);
    text_free(&line->options);
    text_free(&line->whole);
    *line = (struct cli_command_line){0};
}
