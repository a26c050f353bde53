/* A line of the shell: split, parse and complete at every place; words survive quoting. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/cli_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* Quoted and joined, the words of a command split into the same words. */
static void check_quoting(const struct cli_words *words)
{
    CLEANUP(text_free) struct text joined = {0};
    CLEANUP(cli_line_free) struct cli_line again = {0};
    struct err e = ERR_INIT;

    for (size_t i = 0; i < words->count; i++) {
        text_append(&joined, i > 0 ? " " : "");
        cli_quote(&joined, words->items[i]);
    }
    require(cli_split(text_string(&joined), &again, &e));
    require(again.count == 1 && again.commands[0].count == words->count);
    for (size_t i = 0; i < words->count; i++) {
        require(strcmp(again.commands[0].items[i], words->items[i]) == 0);
    }
}

static void check_parse(const struct cli_words *words)
{
    CLEANUP(cli_call_free) struct cli_call call = {0};
    CLEANUP(text_free) struct text help = {0};
    struct err e = ERR_INIT;

    if (!cli_parse(&program, NULL, words->count, words->items, &call, &e)) {
        require(err_exit_status(&e) == 2 && e.message[0] != '\0');
        return;
    }
    require(e.code == ERR_NONE);
    require((call.action == CLI_RUN) <= (call.command != NULL));
    require(cli_help(&program, call.topic, 80, &help, &e));
    if (call.command == &cmd_set && call.action == CLI_RUN) {
        const struct set_opts *opts = call.opts;
        require(!opts->want.hop_limit.given || (opts->want.hop_limit.value >= 1 && opts->want.hop_limit.value <= 64));
        require(opts->concurrency.unit == OPT_WORD || opts->concurrency.value >= 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { COMPLETED_MAX = 32 };
    CLEANUP(text_free) struct text line = {0};
    CLEANUP(cli_line_free) struct cli_line split = {0};
    struct err e = ERR_INIT;

    text_append_size(&line, (const char *)data, size);
    size_t length = strlen(text_string(&line));
    if (cli_split(text_string(&line), &split, &e)) {
        for (size_t i = 0; i < split.count; i++) {
            check_quoting(&split.commands[i]);
            check_parse(&split.commands[i]);
        }
    }
    for (size_t cursor = 0; cursor <= length && cursor < COMPLETED_MAX; cursor++) {
        CLEANUP(cli_candidates_free) struct cli_candidates candidates = {0};
        cli_complete(&program, text_string(&line), cursor, &candidates);
        require(candidates.start <= cursor);
        for (size_t i = 0; i < candidates.count; i++) {
            require(strncmp(candidates.items[i].word, candidates.prefix, strlen(candidates.prefix)) == 0);
        }
    }
    return 0;
}
