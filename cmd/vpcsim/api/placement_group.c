/* Placement groups: read only. */
#include "vpcsim/api/handlers.h"
#include "vpcsim/api/page.h"
#include "vpcsim/api/render.h"
#include "vpcsim/store/account.h"

static void group_body(const struct region *region, const struct entity *item, struct text *out)
{
    text_append(out, "{\"created_at\":\"");
    render_stamp(item->created_s, out);
    text_append(out, "\",\"crn\":\"");
    render_crn(region, "placement-group", -1, item->id, out);
    reply_format(out,
                 "\",\"href\":\"%s/placement_groups/%s\",\"id\":\"%s\",\"lifecycle_state\":\"stable\",\"name\":\"%s\","
                 "\"resource_group\":",
                 region->api, item->id, item->id, item->name);
    render_resource_group(account_default_resource_group(region->sim), out);
    text_append(out, ",\"resource_type\":\"placement_group\",\"strategy\":\"host_spread\"}");
}

static void append_placement_group(const struct request *request, const struct entity *item, struct text *out)
{
    render_recorded(request->region, item, group_body, out);
}

void placement_groups_list(struct request *request, struct reply *reply)
{
    page_list(request, reply, &request->region->placement_groups, "placement_groups", filter_name,
              append_placement_group);
}

void placement_groups_get(struct request *request, struct reply *reply)
{
    page_get(request, reply, &request->region->placement_groups, "Placement group", append_placement_group);
}
