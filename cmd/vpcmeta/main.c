/* vpcmeta: the entry of the program. */
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

int main(int argc, char *argv[])
{
    struct app app = {.program = &commands_program};

    term_open_missing_streams();
    keep_memory_private();
    app_open_secrets(&app);
    int status = app_run(&app, argc > 0 ? (size_t)argc - 1 : 0, (const char *const *)argv + 1);

    app_free(&app);
    return status;
}
