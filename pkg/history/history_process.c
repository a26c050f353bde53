/* Whether the process of a run still is the one that began it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history/history_db.h"

enum { FIELDS_AFTER_NAME = 20 }; /* starttime is field 22; the name, field 2, may hold blanks (proc(5)) */

int64_t history_process_began(int64_t process)
{
    CLEANUP(text_free) struct text path = {0};
    CLEANUP(text_free) struct text content = {0};
    struct err ignored = ERR_INIT;

    text_printf(&path, "/proc/%lld/stat", (long long)process);
    if (process <= 0 || !fsio_read(text_string(&path), 4096, &content, &ignored)) {
        return 0;
    }
    const char *field = strrchr(text_string(&content), ')');
    for (int i = 0; field != NULL && i < FIELDS_AFTER_NAME; i++) {
        field = strchr(field + 1, ' ');
    }
    return field != NULL ? strtoll(field, NULL, 10) : 0;
}
