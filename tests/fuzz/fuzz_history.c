/* A history file with any content: read or refused with a message, never a fault; what was read can be used. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock/clock.h"
#include "history/history.h"
#include "run/run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* in memory, because SQLite waits for a disk with every change */
static char folder[] = "/dev/shm/fuzz_history_XXXXXX";
static char path[sizeof(folder) + 16];

static void remove_files(void)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        char name[sizeof(path) + 16];
        snprintf(name, sizeof(name), "%s%s", path, endings[i]);
        unlink(name);
    }
}

static void remove_folder(void)
{
    remove_files();
    rmdir(folder);
}

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void use_run(struct history *history, const char *word)
{
    CLEANUP(run_record_free) struct run_record record = {0};
    CLEANUP(run_resumption_free) struct run_resumption resumed = {0};
    CLEANUP(run_resumption_free) struct run_resumption repeated = {0};
    CLEANUP(plan_free) struct plan plan = {0};
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    struct err e = ERR_INIT;

    if (!run_load(history, word, &record, &e)) {
        must(e.message[0] != '\0');
        return;
    }
    (void)(run_resume(&record, &resumed, &e) && run_retry(&record, true, true, &repeated, &e) &&
           run_rollback(&record, NULL, 0, false, list, &plan, &e));
}

static void use_file(struct history *history)
{
    struct history_runs runs = {0};
    struct history_restarts restarts = {0};
    struct history_ids ids = {0};
    struct err e = ERR_INIT;

    if (!history_list_runs(history, &runs, &e)) {
        must(e.message[0] != '\0');
        return;
    }
    for (size_t i = 0; i < runs.count; i++) {
        use_run(history, runs.items[i].id);
        for (size_t k = 0; k < runs.items[i].place_count; k++) {
            struct err ignored = ERR_INIT;
            if (history_list_restarts(history, &runs.items[i].places[k], &restarts, &ignored)) {
                must(history_restarts_get(&restarts, "none") == HISTORY_RESTART_UNKNOWN);
                history_restarts_free(&restarts);
            }
        }
    }
    history_runs_free(&runs);
    use_run(history, "last");
    if (history_list_pending_runs(history, &ids, &e)) {
        (void)history_ids_have(&ids, "none");
        history_ids_free(&ids);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = ERR_INIT;

    if (path[0] == '\0') {
        must(mkdtemp(folder) != NULL);
        snprintf(path, sizeof(path), "%s/history.db", folder);
        atexit(remove_folder);
    }
    remove_files();
    FILE *file = fopen(path, "wb");
    must(file != NULL && fwrite(data, 1, size, file) == size && fclose(file) == 0);
    HISTORY_CLEANUP struct history *history = history_open(path, clock_system(), &e);
    if (history == NULL) {
        must(e.message[0] != '\0');
        return 0;
    }
    use_file(history);
    return 0;
}
