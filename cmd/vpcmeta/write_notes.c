/* What people should know of settings before they are written. */
#include "write_notes.h"

/* --- counting ----------------------------------------------------------------------------------------- */

void write_notes_count(struct write_notes *notes, const struct resource_settings *after, unsigned mask)
{
    unsigned needs_service = mask & after->given & (RESOURCE_PROTOCOL | RESOURCE_HOP_LIMIT | RESOURCE_TRUSTED_PROFILE);
    bool is_on = (after->given & RESOURCE_ENABLED) != 0 && after->enabled;
    bool is_https = (after->given & RESOURCE_PROTOCOL) != 0 && text_equal(after->protocol, "https");
    bool is_unlinked = (after->given & RESOURCE_PROFILE_SETTINGS) == RESOURCE_PROFILE_SETTINGS && !after->auto_link;

    if (!is_on && needs_service != 0) {
        notes->off++;
        notes->off_settings |= needs_service;
    }
    notes->https += is_on && is_https && (mask & (RESOURCE_ENABLED | RESOURCE_PROTOCOL)) != 0;
    if (is_unlinked && (mask & RESOURCE_PROFILE_SETTINGS) != 0) {
        notes->unlinked = after->trusted_profile;
    }
}

struct write_notes write_notes_of(const struct plan *plan)
{
    struct write_notes notes = {.from_http = plan_count(plan).to_https};

    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_item *item = &plan->items[i];
        if (item->verdict == PLAN_CHANGE && (item->action == PLAN_SET || item->action == PLAN_CREATE)) {
            notes.created = item->action == PLAN_CREATE ? item->resource->kind : notes.created;
            write_notes_count(&notes, &item->after, item->mask);
        }
    }
    return notes;
}

/* --- saying ------------------------------------------------------------------------------------------- */

/* "protocol, hop limit and trusted profile"; returns how many they are. */
static unsigned append_settings(struct text *out, unsigned settings)
{
    static const struct {
        unsigned bit;
        const char *words;
    } names[] = {{RESOURCE_PROTOCOL, "protocol"},
                 {RESOURCE_HOP_LIMIT, "hop limit"},
                 {RESOURCE_TRUSTED_PROFILE, "trusted profile"}};
    unsigned left = (unsigned)__builtin_popcount(settings);
    unsigned count = 0;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if ((settings & names[i].bit) != 0) {
            left--;
            text_printf(out, "%s%s", count == 0 ? "" : left == 0 ? " and " : ", ", names[i].words);
            count++;
        }
    }
    return count;
}

static void say_off(const struct app *app, const struct write_notes *notes)
{
    CLEANUP(text_free) struct text settings = {0};
    bool one = append_settings(&settings, notes->off_settings) == 1;
    bool is_template = notes->created != NULL && !notes->created->has_initialization;
    const char *applies = one ? "applies" : "apply";

    if (is_template) {
        app_warn(app,
                 "servers made from the new %s have the metadata service off; the %s %s once it is on (--enabled true)",
                 notes->off == 1 ? notes->created->singular : notes->created->plural, text_string(&settings), applies);
    } else if (notes->created != NULL) {
        app_warn(app, "the new %s %s the metadata service off; the %s %s once it is on (--enabled true)",
                 notes->off == 1 ? notes->created->singular : notes->created->plural, notes->off == 1 ? "has" : "have",
                 text_string(&settings), applies);
    } else {
        app_warn(app, "%zu of these servers %s the metadata service off; the new %s %s once it is on (--enabled true)",
                 notes->off, notes->off == 1 ? "has" : "have", text_string(&settings), applies);
    }
}

/* What uses the address so far stops working; what is new has it as its default (vpc-api.md 4.1, facts-next.md 3.1). */
static void say_https(const struct app *app, size_t from_http)
{
    CLEANUP(text_free) struct text who = {0};

    if (from_http > 0) {
        text_printf(&who, "%zu server%s from http to https: clients there", from_http,
                    from_http == 1 ? " goes" : "s go");
    }
    app_warn(app,
             "%s must use https://api.metadata.cloud.ibm.com%s (set VPC_AUTH_URL for IBM SDKs, IBMCLOUD_CR_VPC_URL for "
             "ibmcloud login --vpc-cri)",
             from_http > 0 ? text_string(&who) : "with https clients on a server",
             from_http > 0 ? " instead of http://169.254.169.254" : "");
}

void write_notes_say(const struct app *app, const struct write_notes *notes)
{
    if (notes->https > 0) {
        say_https(app, notes->from_http);
    }
    if (notes->off > 0) {
        say_off(app, notes);
    }
    if (notes->unlinked != NULL) {
        app_warn(app,
                 "auto_link is false: no server can use the trusted profile %s before it is linked to that server in "
                 "IAM, which takes Administrator or Editor on the IAM Identity Service",
                 notes->unlinked);
    }
}
