/* A folder of its own for every test: set-up, tear-down, and paths inside it. After <cmocka.h>. */
#ifndef TESTS_UNIT_FOLDER_FIXTURE_H
#define TESTS_UNIT_FOLDER_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text/text.h"

static inline int make_folder(void **state)
{
    char *folder = strdup("/tmp/vpcmeta_test.XXXXXX");

    *state = folder;
    return mkdtemp(folder) == NULL;
}

static inline int remove_folder(void **state)
{
    CLEANUP(text_free) struct text command = {0};

    text_printf(&command, "rm -rf '%s'", (char *)*state);
    int status = system(text_string(&command));
    free(*state);
    return status;
}

/* A path inside the test's folder; valid until the next call. */
static inline const char *in(void **state, const char *name)
{
    static char path[256];

    snprintf(path, sizeof(path), "%s/%s", (char *)*state, name);
    return path;
}

#endif
