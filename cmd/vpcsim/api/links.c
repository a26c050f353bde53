#include "vpcsim/api/links.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "vpcsim/api/body.h"
#include "vpcsim/sim.h"

struct link *links_add(struct sim *sim, const char *profile_id, const char *cr_type, const char *crn, const char *name)
{
    struct link *link = mem_alloc(sizeof(*link));
    struct text id = {0};

    link->entity.key = random_next(&sim->random);
    text_append(&id, "link-");
    render_uuid(link->entity.key, 0, &id);
    link->entity.id = text_take(&id);
    link->entity.name = mem_copy(name);
    link->entity.created_s = sim->now_s;
    link->profile_id = mem_copy(profile_id);
    link->cr_type = mem_copy(cr_type);
    link->crn = mem_copy(crn);
    collection_add(&sim->regions[0], &sim->links, &link->entity);
    return link;
}

void links_free(void *record)
{
    struct link *link = record;

    free(link->profile_id);
    free(link->cr_type);
    free(link->crn);
    free(link->entity.id);
    free(link->entity.name);
    free(link);
}

void links_remove(struct sim *sim, struct link *link)
{
    collection_remove(&sim->links, &link->entity);
    links_free(link);
}

bool links_has(const struct sim *sim, const char *profile_id, const char *crn)
{
    for (size_t i = 0; i < sim->links.count; i++) {
        const struct link *link = (const struct link *)sim->links.items[i];
        if (strcmp(link->profile_id, profile_id) == 0 && strcmp(link->crn, crn) == 0) {
            return true;
        }
    }
    return false;
}

void links_add_server(struct region *region, const struct trusted_profile *profile, const char *type, unsigned zone,
                      const struct entity *server)
{
    struct text crn = {0};

    if (profile->id == NULL || !profile->auto_link) {
        return;
    }
    render_crn(region, type, (int)zone, server->id, &crn);
    links_add(region->sim, profile->id, strcmp(type, "instance") == 0 ? "VSI" : "BMS", text_string(&crn), "");
    text_free(&crn);
}

void links_remove_server(struct region *region, const char *type, unsigned zone, const char *id)
{
    struct sim *sim = region->sim;
    struct text crn = {0};

    render_crn(region, type, (int)zone, id, &crn);
    for (size_t i = sim->links.count; i > 0; i--) {
        struct link *link = (struct link *)sim->links.items[i - 1];
        if (strcmp(link->crn, text_string(&crn)) == 0) {
            links_remove(sim, link);
        }
    }
    text_free(&crn);
}
