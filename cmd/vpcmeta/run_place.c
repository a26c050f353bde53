/* Where a recorded run worked: its endpoint, its regions and its account. */
#include "run_place.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "session/session.h"

struct regions {
    const char **items;
    size_t count, capacity;
};

static void add_region(struct regions *regions, const char *region)
{
    for (size_t i = 0; i < regions->count; i++) {
        if (strcmp(regions->items[i], region) == 0) {
            return;
        }
    }
    *mem_list_add(regions) = region;
}

static bool has_one_api(const struct history_run *run)
{
    for (size_t i = 1; i < run->place_count; i++) {
        if (strcmp(run->places[i].api, run->places[0].api) != 0) {
            return false;
        }
    }
    return run->place_count > 0;
}

void run_place_adopt(struct app *app, const struct run_record *record)
{
    const struct history_run *run = &record->entry.run;
    struct regions regions = {0};

    for (size_t i = 0; i < record->entry.count; i++) {
        const char *region = record->entry.steps[i].region;
        if (region != NULL && region[0] != '\0') {
            add_region(&regions, region);
        }
    }
    /* of several APIs any one names the endpoints of all regions */
    bool usable = has_one_api(run) || (run->place_count > 0 && regions.count > 1);
    app_adopt_place(app, &(struct cli_place){.regions = regions.items,
                                             .region_count = regions.count,
                                             .endpoint = usable ? run->places[0].api : NULL});
    free(regions.items);
}

/* Several regions, and `all`, are looked up at any of their endpoints: run_check_places sees where they lead. */
static bool is_looked_up(const struct opt_list *regions)
{
    return regions->count > 1 || (regions->count == 1 && strcmp(regions->items[0], "all") == 0);
}

/* A region that is known of the run and is none of those of the options; the other ones are for inventory_find_apis. */
static bool check_regions(const struct run_record *record, const struct opt_list *regions, struct err *e)
{
    const char *known = NULL;

    for (size_t i = 0; i < record->entry.count; i++) {
        const char *region = record->entry.steps[i].region;
        if (region != NULL && strcmp(region, regions->items[0]) == 0) {
            return true;
        }
        known = region != NULL && region[0] != '\0' ? region : known;
    }
    return known == NULL ||
           err_set(e, ERR_USAGE,
                   "run %s was in region %s, and --region says %s: leave out --region; nothing was changed",
                   record->entry.run.id, known, regions->items[0]);
}

bool run_place_check(struct app *app, const struct run_record *record, struct err *e)
{
    const struct opt_list *regions = &app->globals->regions;
    CLEANUP(text_free) struct text endpoint = {0};
    CLEANUP(iam_identity_free) struct iam_identity identity = {0};

    if (!app_open(app, &endpoint, e)) {
        return false;
    }
    if (!is_looked_up(regions) && (!run_check_api(record, text_string(&endpoint), e) ||
                                   (regions->count == 1 && !check_regions(record, regions, e)))) {
        return false;
    }
    return session_token_identity(app->session, &identity, e) &&
           run_check_account(record, text_string(&identity.account), e);
}
