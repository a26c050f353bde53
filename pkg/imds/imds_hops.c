/* Which limits are asked with, and what the replies come to. */
#include "imds/imds_hops.h"

#include <assert.h>

enum { TIMES = 2 }; /* that the value above the result is asked for */

/* Small values are usual, and end with this round; the steps above leave few values for the second one. */
static const unsigned char first_round[] = {1, 2, 2, 3, 3, 4, 4, 9, 17, 25, 33, 41, 49, 57, 64};

unsigned imds_hops_result(const struct imds_hops *hops)
{
    unsigned result = IMDS_HOPS_MAX;

    while (result > 0 && !hops->arrived[result]) {
        result--;
    }
    return result;
}

static size_t ask(struct imds_hops *hops, unsigned limit, size_t count, unsigned ret_limits[IMDS_HOPS_MAX])
{
    hops->asked[limit]++;
    ret_limits[count] = limit;
    return count + 1;
}

size_t imds_hops_next(struct imds_hops *hops, unsigned ret_limits[IMDS_HOPS_MAX])
{
    unsigned low = imds_hops_result(hops);
    size_t count = 0;

    assert(hops->pending == 0);
    if (hops->asked[1] == 0) {
        for (size_t i = 0; i < sizeof(first_round); i++) {
            count = ask(hops, first_round[i], count, ret_limits);
        }
    } else if (low > 0) {
        for (unsigned limit = low + 1; limit <= IMDS_HOPS_MAX && hops->asked[limit] == 0; limit++) {
            count = ask(hops, limit, count, ret_limits);
        }
        if (count == 0 && low < IMDS_HOPS_MAX && hops->asked[low + 1] < TIMES) {
            count = ask(hops, low + 1, count, ret_limits);
        }
    }
    hops->pending = (unsigned)count;
    return count;
}

void imds_hops_note(struct imds_hops *hops, unsigned limit, bool arrived)
{
    assert(hops->pending > 0 && limit > 0 && limit <= IMDS_HOPS_MAX);
    hops->pending--;
    hops->arrived[limit] = hops->arrived[limit] || arrived;
}
