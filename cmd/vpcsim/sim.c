/* Opens, resets and closes the simulated account. */
#include "vpcsim/sim.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>

#include "vpcsim/api/asker.h"
#include "vpcsim/api/authority.h"
#include "vpcsim/api/iam_links.h"
#include "vpcsim/api/iam_profiles.h"
#include "vpcsim/api/render.h"
#include "vpcsim/faults/faults.h"
#include "vpcsim/fixtures/fixtures.h"
#include "vpcsim/fixtures/generate.h"
#include "vpcsim/fixtures/load.h"
#include "vpcsim/http/log.h"
#include "vpcsim/store/account.h"
#include "vpcsim/store/schedule.h"

static void open_regions(struct sim *sim)
{
    const struct options *options = &sim->options;

    for (size_t i = 0; i < options->region_count && !options->regions_of_load; i++) {
        if (options->load_alone) {
            fixtures_bare_region(sim, options->regions[i]);
        } else {
            fixtures_region(sim, options->regions[i]);
        }
    }
}

static bool fill(struct sim *sim, struct err *e)
{
    const struct options *options = &sim->options;

    sim->random.state = options->seed;
    snprintf(sim->account, sizeof(sim->account), "%s", ACCOUNT_DEFAULT);
    sim->now_ms = clock_monotonic_ms(sim->clock);
    sim->now_s = clock_wall_s(sim->clock);
    text_clear(&sim->load_report);
    open_regions(sim);
    if (options->load_count == 0) {
        generate_fleet(sim, 0);
    }
    if (options->load_count > 0 && !load_files(sim, options->load, options->load_count, &sim->load_report, e)) {
        return false;
    }
    if (sim->region_count == 0 && fixtures_region(sim, options->regions[0]) == NULL) {
        return false;
    }
    sim->hop_limit = asker_hop_limit(sim);
    return true;
}

bool sim_open(struct sim *sim, struct err *e)
{
    gnutls_rnd(GNUTLS_RND_KEY, sim->secret, sizeof(sim->secret));
    sim->clock = clock_system();
    sim->schedule = schedule_create();
    sim->response_templates = response_templates_create();
    sim->faults = faults_create();
    sim->log = log_create();
    if (!log_open(sim->log, sim->options.log, e) || !faults_load(sim->faults, &sim->options, e)) {
        return false;
    }
    return fill(sim, e);
}

static void empty(struct sim *sim)
{
    collection_free(&sim->links, links_free);
    collection_free(&sim->profiles, profiles_free);
    for (size_t i = 0; i < sim->region_count; i++) {
        store_region_free(&sim->regions[i]);
    }
    sim->region_count = 0;
    account_empty(sim);
}

void sim_close(struct sim *sim)
{
    empty(sim);
    schedule_destroy(sim->schedule);
    response_templates_destroy(sim->response_templates);
    faults_destroy(sim->faults);
    log_destroy(sim->log);
    authority_destroy(sim->authority);
    text_free(&sim->load_report);
}

bool sim_reset(struct sim *sim, struct err *e)
{
    empty(sim);
    schedule_clear(sim->schedule);
    return fill(sim, e);
}

void sim_advance(struct sim *sim)
{
    int64_t now_ms = clock_monotonic_ms(sim->clock);

    sim->now_s = clock_wall_s(sim->clock);
    schedule_run(sim->schedule, now_ms);
    sim->now_ms = now_ms;
}
