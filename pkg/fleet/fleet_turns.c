#include "fleet/fleet_turns.h"

#include <stdlib.h>
#include <string.h>

#include "text/text.h"

size_t fleet_turns_most(struct fleet_share share, size_t total)
{
    size_t number = share.percent ? total * share.value / 100 : share.value;

    return number > 0 ? number : 1;
}

static bool same(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static struct fleet_turn *find(const struct fleet_turns *turns, size_t who)
{
    for (size_t i = 0; i < turns->count; i++) {
        if (turns->down[i].who == who) {
            return &turns->down[i];
        }
    }
    return NULL;
}

bool fleet_turns_allow(const struct fleet_turns *turns, const struct fleet_turn *turn)
{
    size_t others = 0;

    for (size_t i = 0; i < turns->count; i++) {
        const struct fleet_turn *down = &turns->down[i];
        if (down->who == turn->who) {
            continue;
        }
        others++;
        if (!turns->same_group &&
            (same(down->placement_group, turn->placement_group) || same(down->instance_group, turn->instance_group))) {
            return false;
        }
    }
    return others < turns->most;
}

void fleet_turns_take(struct fleet_turns *turns, const struct fleet_turn *turn)
{
    struct fleet_turn *own = find(turns, turn->who);

    if (own == NULL) {
        if (turns->count == turns->room) {
            turns->room = turns->room > 0 ? 2 * turns->room : 16;
            turns->down = reallocarray(turns->down, turns->room, sizeof(*turns->down));
            if (turns->down == NULL) {
                text_out_of_memory();
            }
        }
        own = &turns->down[turns->count++];
    }
    *own = *turn;
}

void fleet_turns_end(struct fleet_turns *turns, size_t who)
{
    struct fleet_turn *own = find(turns, who);

    if (own != NULL) {
        *own = turns->down[--turns->count];
    }
}

void fleet_turns_free(struct fleet_turns *turns)
{
    free(turns->down);
    *turns = (struct fleet_turns){0};
}
