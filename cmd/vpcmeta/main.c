/* vpcmeta: the entry of the program. */
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "app.h"
#include "commands.h"
#include "term/term.h"

/* A core file, or another process of the user that reads this one's memory, would have the API key and the token. */
static void keep_memory_private(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){0});
    prctl(PR_SET_DUMPABLE, 0);
}

/* What the completion scripts ask. A failure has no place where it could be said. */
static int complete(size_t count, const char *const words[])
{
    CLEANUP(text_free) struct text out = {0};
    struct err ignored = ERR_INIT;

    cli_completion_answer(&commands_program, words, count, &out);
    return render_text(text_string(&out), out.size, stdout, &ignored) ? 0 : err_exit_status(&ignored);
}

int main(int argc, char *argv[])
{
    struct app app = {.program = &commands_program};
    const char *const *words = (const char *const *)argv + 1;

    term_open_missing_streams();
    keep_memory_private();
    if (argc > 1 && strcmp(words[0], CLI_COMPLETE) == 0) {
        return complete((size_t)argc - 2, words + 1);
    }
    app_open_secrets(&app);
    app_open_output(&app);
    int status = app_run(&app, argc > 0 ? (size_t)argc - 1 : 0, words);

    app_free(&app);
    return status;
}
