/* What `--from run:RUN` stands for: the servers that a recorded run left with a restart pending. */
#include "selection_run.h"

#include <string.h>

#include "history/history.h"
#include "results.h"
#include "run/run.h"

static const char prefix[] = "run:";

const char *selection_run_word(const char *from)
{
    return from != NULL && strncmp(from, prefix, strlen(prefix)) == 0 ? from + strlen(prefix) : NULL;
}

bool selection_of_run(const char *word, struct text_arena *memory, struct inventory_words *ret, struct err *e)
{
    HISTORY_CLEANUP struct history *history = app_open_history(e);
    CLEANUP(run_record_free) struct run_record record = {0};
    CLEANUP(text_free) struct text path = {0};
    size_t count = 0, filled = 0;

    if (history == NULL || !run_load(history, word, &record, e)) {
        e->code = ERR_USAGE;
        return err_wrap(e, "--from");
    }
    app_state_path(APP_HISTORY_FILE, &path);
    run_mark_restarts(text_string(&path), &record.entry.run, &record.results);
    CLEANUP(text_free_pointer) const struct resource **servers = results_pending_restarts(&record.results, &count);
    const char **items = text_arena_alloc(memory, (count + 1) * sizeof(*items));
    for (size_t i = 0; i < count; i++) {
        const char *id = servers[i]->id != NULL ? servers[i]->id : servers[i]->name;
        if (id != NULL) {
            items[filled++] = text_arena_copy(memory, id, strlen(id));
        }
    }
    *ret = (struct inventory_words){.items = items, .count = filled};
    return filled > 0 ||
           err_set(e, ERR_USAGE, "--from run:%s names nothing: no server of that run has a restart pending", word);
}
