/* vpcmeta: the entry of the program. */
#include "app.h"
#include "commands.h"

int main(int argc, char *argv[])
{
    struct app app = {.program = &commands_program};
    int status = app_run(&app, argc > 0 ? (size_t)argc - 1 : 0, (const char *const *)argv + 1);

    app_free(&app);
    return status;
}
