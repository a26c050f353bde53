/* Which endpoint each wanted region has: a named one, the usual one, or one that the API lists. */
#include "session/session_choice.h"

#include <stdlib.h>
#include <string.h>

#include "iam/iam_properties.h"
#include "mem/mem.h"

void session_choice_free(struct session_choice *choice)
{
    free((void *)choice->wanted.items);
    iam_endpoints_free(&choice->endpoints);
    iam_credentials_free(&choice->found);
}

bool session_has_word(const struct inventory_words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++) {
        if (strcmp(words->items[i], word) == 0) {
            return true;
        }
    }
    return false;
}

/* The variables that name the region of commands without --region, with their words for people. */
static const char *const region_variables[][2] = {{"IC_REGION", "environment variable IC_REGION"},
                                                  {"IBMCLOUD_REGION", "environment variable IBMCLOUD_REGION"}};
enum { REGION_VARIABLES = sizeof(region_variables) / sizeof(region_variables[0]) };

/* The first variable that is set, by its number; REGION_VARIABLES: none is. */
static size_t find_region_variable(const struct iam_sources *sources)
{
    size_t i = 0;

    while (i < REGION_VARIABLES && iam_variable(sources, region_variables[i][0]) == NULL) {
        i++;
    }
    return i;
}

const char *session_default_region(const struct session_options *options)
{
    size_t found = find_region_variable(&options->sources);

    return found < REGION_VARIABLES ? iam_variable(&options->sources, region_variables[found][0])
                                    : SESSION_REGION_DEFAULT;
}

const char *session_default_region_source(const struct session_options *options)
{
    size_t found = find_region_variable(&options->sources);

    return found < REGION_VARIABLES ? region_variables[found][1] : "the default, as nothing names one";
}

char *session_region_of_endpoint(const char *endpoint)
{
    struct text region = {0};
    bool is_private;

    vpc_region_of_base(endpoint, &region, &is_private);
    return text_take(&region);
}

static struct vpc *add_region(const struct session_choice *choice, const char *region, const char *base)
{
    struct session_regions *regions = choice->regions;
    struct vpc *vpc = vpc_create(choice->http, choice->parser, region, base, choice->options->api_version);

    regions->items = mem_grow(regions->items, regions->count + 1, sizeof(struct vpc *));
    regions->items[regions->count++] = vpc;
    return vpc;
}

/* The endpoint of a region where no setting names one for all: that of the endpoints file, else the usual one. */
static char *usual_base(const struct session_choice *choice, const char *region)
{
    const char *listed = iam_endpoints_of_file(&choice->endpoints, IAM_SERVICE_VPC, region);
    struct text base = {0};

    if (listed != NULL) {
        return iam_endpoint_url(listed);
    }
    vpc_region_base(&base, region, choice->endpoints.is_private);
    return text_take(&base);
}

/* What GET /regions of an endpoint answered. */
struct listed {
    const char *base; /* of the endpoint */
    struct vpc_endpoint *items;
    size_t count;
};

static void listed_free(struct listed *listed)
{
    vpc_endpoints_free(listed->items, listed->count);
}

static bool list_regions(const struct session_choice *choice, const char *base, struct listed *ret, struct err *e)
{
    struct vpc *first = vpc_create(choice->http, choice->parser, "", base, choice->options->api_version);
    bool good = vpc_regions(first, choice->http, &ret->items, &ret->count, e);

    ret->base = base;
    vpc_destroy(first);
    return good;
}

static const struct vpc_endpoint *find_available(const struct listed *listed, const char *region)
{
    for (size_t i = 0; i < listed->count; i++) {
        if (listed->items[i].available && strcmp(listed->items[i].name, region) == 0) {
            return &listed->items[i];
        }
    }
    return NULL;
}

/* The region that the endpoint itself serves, as far as its answer lets it be known; "" when not. */
static const char *served_region(const struct listed *listed)
{
    if (listed->count == 1) {
        return listed->items[0].name;
    }
    return listed->count > 0 ? listed->items[0].answered_by : "";
}

/* "; did you mean us-south?" */
static void append_nearest(const struct listed *listed, const char *region, struct text *out)
{
    const char **names = mem_array(listed->count + 1, sizeof(*names));

    for (size_t i = 0; i < listed->count; i++) {
        names[i] = listed->items[i].available ? listed->items[i].name : NULL;
    }
    const char *nearest = text_nearest(region, names, listed->count);
    if (nearest != NULL) {
        text_printf(out, "; did you mean %s?", nearest);
    }
    free(names);
}

/* A region that was named and does not exist would be missing from every list without a trace. */
static bool refuse_unlisted(const struct listed *listed, const char *region, struct err *e)
{
    CLEANUP(text_free) struct text known = {0};
    CLEANUP(text_free) struct text more = {0};
    const char *served = served_region(listed);

    for (size_t i = 0; i < listed->count; i++) {
        if (listed->items[i].available) {
            text_printf(&known, "%s%s", known.size > 0 ? ", " : "", listed->items[i].name);
        }
    }
    if (served[0] != '\0') {
        text_printf(&more, "; %s serves %s", listed->base, served);
    }
    if (vpc_region_is_known(region)) {
        text_printf(&more, "; give the endpoint of %s with --endpoint", region);
    } else {
        append_nearest(listed, region, &more);
    }
    return err_set(e, ERR_USAGE, "--region %s: the API has no such region that is available (available: %s)%s", region,
                   text_string(&known), text_string(&more));
}

/*
 * The endpoint of a listed region, which the token will be sent to: on the server that listed it, or one of IBM's for
 * the purpose, and then a private one where that server is private.
 */
static bool take_listed(const struct session_choice *choice, const struct listed *listed,
                        const struct vpc_endpoint *place, struct err *e)
{
    CLEANUP(text_free) struct text region = {0};
    CLEANUP(text_free) struct text base = {0};
    CLEANUP(text_free) struct text asked = {0};
    bool is_private = false;
    bool asked_private = false;

    if (iam_endpoints_of_file(&choice->endpoints, IAM_SERVICE_VPC, place->name) != NULL &&
        choice->found.endpoint == NULL) {
        CLEANUP(text_free_pointer) char *usual = usual_base(choice, place->name);
        add_region(choice, place->name, usual);
        return true;
    }
    if (vpc_region_of_base(place->base, &region, &is_private)) {
        bool wants_private = is_private || choice->endpoints.is_private;
        if (vpc_region_of_base(listed->base, &asked, &asked_private)) {
            wants_private = wants_private || asked_private;
        }
        vpc_region_base(&base, text_string(&region), wants_private);
        add_region(choice, place->name, text_string(&base));
        return true;
    }
    if (vpc_same_server(listed->base, place->base)) {
        add_region(choice, place->name, place->base);
        return true;
    }
    return err_set(e, ERR_USAGE,
                   "region %s: %s names the endpoint %s for it, which is neither on its own server nor "
                   "https://*.iaas.cloud.ibm.com; no token is sent there: leave the region out, or give its endpoint "
                   "with --endpoint",
                   place->name, listed->base, place->base);
}

/* Asks the API at `base` for its regions and takes the wanted ones. */
static bool add_listed_regions(const struct session_choice *choice, const char *base, struct err *e)
{
    const struct inventory_words *wanted = &choice->wanted;
    CLEANUP(listed_free) struct listed listed = {0};
    bool all = session_has_word(wanted, "all");

    if (!list_regions(choice, base, &listed, e)) {
        return false;
    }
    for (size_t i = 0; !all && i < wanted->count; i++) {
        if (find_available(&listed, wanted->items[i]) == NULL) {
            return refuse_unlisted(&listed, wanted->items[i], e);
        }
    }
    for (size_t i = 0; i < listed.count; i++) {
        const struct vpc_endpoint *place = &listed.items[i];
        if (place->available && (all || session_has_word(wanted, place->name)) &&
            !take_listed(choice, &listed, place, e)) {
            return false;
        }
    }
    return choice->regions->count > 0 || refuse_unlisted(&listed, "all", e);
}

/* --- one region of a named endpoint --------------------------------------------------------------- */

static bool refuse_other(const struct session_choice *choice, const char *region, const char *served, struct err *e)
{
    const char *nearest = vpc_region_is_known(region) ? NULL : vpc_region_nearest(region);

    return err_set(e, ERR_USAGE,
                   "--region %s: the endpoint %s (%s) serves %s%s%s%s. Give the endpoint of %s with --endpoint, or "
                   "name no endpoint, or work in %s",
                   region, choice->found.endpoint, choice->found.endpoint_source, served,
                   nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "", nearest != NULL ? "?" : "",
                   region, served);
}

/* Whether an API that cannot list regions may be one all the same: a gateway, a simulator. */
static bool lacks_list(const struct err *error)
{
    return error->code == ERR_API || error->code == ERR_BAD_ANSWER || error->code == ERR_NOT_FOUND;
}

bool session_refuse_region(const char *region, struct err *e)
{
    CLEANUP(text_free) struct text more = {0};
    const char *nearest = vpc_region_nearest(region);

    if (nearest != NULL) {
        text_printf(&more, ": did you mean %s? ", nearest);
    } else {
        text_append(&more, "; the regions are ");
        vpc_append_known_regions(&more);
        text_append(&more, ". ");
    }
    return err_set(e, ERR_USAGE,
                   "--region %s is not a known region%sA newer one is reached by its endpoint: --endpoint "
                   "https://REGION.iaas.cloud.ibm.com/v1",
                   region, text_string(&more));
}

/*
 * The endpoint is kept when it serves the region by its host, by its list of regions, or as far as is known; a list
 * with the region on the same server leads there. Records that say otherwise are refused later (vpc_check_region).
 */
static bool add_region_of_endpoint(const struct session_choice *choice, const char *region, struct err *e)
{
    const char *endpoint = choice->found.endpoint;
    CLEANUP(text_free_pointer) char *named = session_region_of_endpoint(endpoint);
    CLEANUP(listed_free) struct listed listed = {0};
    struct err problem = ERR_INIT;

    if (named[0] != '\0') {
        bool fits = strcmp(named, region) == 0;
        if (fits) {
            add_region(choice, region, endpoint);
        }
        return fits || refuse_other(choice, region, named, e);
    }
    if (!list_regions(choice, endpoint, &listed, &problem)) {
        if (!lacks_list(&problem)) {
            return err_take(e, &problem);
        }
        if (!vpc_region_is_known(region)) {
            return session_refuse_region(region, e);
        }
        vpc_set_unconfirmed(add_region(choice, region, endpoint));
        return true;
    }
    const struct vpc_endpoint *place = find_available(&listed, region);
    const char *served = served_region(&listed);
    if (place == NULL) {
        return refuse_unlisted(&listed, region, e);
    }
    if (strcmp(served, region) == 0 || strcmp(place->base, endpoint) == 0) {
        add_region(choice, region, endpoint);
        return true;
    }
    if (vpc_same_server(place->base, endpoint)) {
        add_region(choice, region, place->base);
        return true;
    }
    if (served[0] != '\0') {
        return refuse_other(choice, region, served, e);
    }
    vpc_set_unconfirmed(add_region(choice, region, endpoint));
    return true;
}

/* --- regions by name ------------------------------------------------------------------------------ */

static bool has_usual_base(const struct session_choice *choice, const char *region)
{
    return vpc_region_is_known(region) || iam_endpoints_of_file(&choice->endpoints, IAM_SERVICE_VPC, region) != NULL;
}

static bool add_named_region(const struct session_choice *choice, const char *region, struct err *e)
{
    if (!has_usual_base(choice, region)) {
        return session_refuse_region(region, e);
    }
    CLEANUP(text_free_pointer) char *base = usual_base(choice, region);
    add_region(choice, region, base);
    return true;
}

bool session_choose(const struct session_choice *choice, struct err *e)
{
    const struct inventory_words *wanted = &choice->wanted;
    const char *endpoint = choice->found.endpoint;
    bool all = session_has_word(wanted, "all");

    if (endpoint != NULL && wanted->count == 0) {
        CLEANUP(text_free_pointer) char *named = session_region_of_endpoint(endpoint);
        add_region(choice, named, endpoint);
        return true;
    }
    if (endpoint != NULL && wanted->count == 1 && !all) {
        return add_region_of_endpoint(choice, wanted->items[0], e);
    }
    if (endpoint != NULL || all) {
        CLEANUP(text_free_pointer) char *usual = usual_base(choice, SESSION_REGION_DEFAULT);
        return add_listed_regions(choice, endpoint != NULL ? endpoint : usual, e);
    }
    for (size_t i = 0; i < wanted->count; i++) {
        if (!add_named_region(choice, wanted->items[i], e)) {
            return false;
        }
    }
    return wanted->count > 0 || add_named_region(choice, session_default_region(choice->options), e);
}
