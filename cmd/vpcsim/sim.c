/* Opens, resets and closes the simulated account. */
#include "vpcsim/sim.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>

#include "vpcsim/api/asker.h"
#include "vpcsim/api/iam_links.h"
#include "vpcsim/api/render.h"
#include "vpcsim/faults/faults.h"
#include "vpcsim/fixtures/fixtures.h"
#include "vpcsim/fixtures/generate.h"
#include "vpcsim/fixtures/state.h"
#include "vpcsim/http/log.h"
#include "vpcsim/store/account.h"
#include "vpcsim/store/schedule.h"

static bool fill(struct sim *sim, struct err *e)
{
    sim->random.state = sim->options.seed;
    snprintf(sim->account, sizeof(sim->account), "%s", ACCOUNT_DEFAULT);
    sim->now_ms = clock_monotonic_ms(sim->clock);
    sim->now_s = clock_wall_s(sim->clock);
    for (size_t i = 0; i < sim->options.region_count && !sim->options.regions_of_load; i++) {
        fixtures_region(sim, sim->options.regions[i]);
    }
    if (!sim->options.regions_of_load) {
        generate_fleet(sim);
    }
    if (sim->options.load != NULL && !state_load(sim, sim->options.load, e)) {
        return false;
    }
    if (sim->region_count == 0 && fixtures_region(sim, sim->options.regions[0]) == NULL) {
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
