/*
 * Runs a fuzz target over its corpus, without a fuzzer: every file of tests/data/fuzz/NAME/ once, as TAP. NAME is
 * taken from the program's own name, replay_fuzz_NAME; files may be named instead: replay_fuzz_NAME FILE...
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_file(const char *path, struct text *content)
{
    enum { STEP = 64 * 1024 };
    FILE *file = fopen(path, "rb");
    size_t count;

    if (file == NULL) {
        return false;
    }
    do {
        count = fread(text_reserve(content, STEP), 1, STEP, file);
        content->size += count;
    } while (count > 0);
    bool done = ferror(file) == 0;
    fclose(file);
    return done;
}

/* A target that finds something aborts: the last line printed is then the file before the guilty one. */
static bool replay(size_t number, const char *path)
{
    CLEANUP(text_free) struct text content = {0};

    fprintf(stderr, "# %s\n", path);
    bool done = read_file(path, &content);
    if (done) {
        /* a block of exactly that size, so that a sanitizer sees the first byte read too many */
        uint8_t *exact = malloc(content.size > 0 ? content.size : 1);
        if (exact == NULL) {
            return false;
        }
        memcpy(exact, text_string(&content), content.size);
        LLVMFuzzerTestOneInput(exact, content.size);
        free(exact);
    }
    printf("%sok %zu - %s\n", done ? "" : "not ", number, path);
    fflush(stdout);
    return done;
}

static int not_hidden(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int replay_folder(const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, not_hidden, alphasort);
    bool good = count > 0;

    if (count <= 0) {
        printf("1..1\nnot ok 1 - no corpus in %s (run from the project's folder)\n", folder);
        return EXIT_FAILURE;
    }
    printf("1..%d\n", count);
    for (int i = 0; i < count; i++) {
        CLEANUP(text_free) struct text path = {0};
        text_printf(&path, "%s/%s", folder, entries[i]->d_name);
        good &= replay((size_t)i + 1, text_string(&path));
        free(entries[i]);
    }
    free(entries);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
    static const char prefix[] = "replay_fuzz_";
    CLEANUP(text_free) struct text folder = {0};
    bool good = true;

    if (argc > 1) {
        printf("1..%d\n", argc - 1);
        for (int i = 1; i < argc; i++) {
            good &= replay((size_t)i, argv[i]);
        }
        return good ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    const char *name = strstr(program_invocation_short_name, prefix);
    if (name == NULL) {
        fprintf(stderr, "%s: must be named %sNAME\n", program_invocation_short_name, prefix);
        return EXIT_FAILURE;
    }
    text_printf(&folder, "tests/data/fuzz/%s", name + strlen(prefix));
    return replay_folder(text_string(&folder));
}
