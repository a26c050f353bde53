#include "vpcsim/api/template.h"

#include <string.h>

#include "vpcsim/api/resolve.h"

bool template_links(const struct template *template)
{
    const json_t *profile = json_object_get(template->prototype, "default_trusted_profile");
    const json_t *auto_link = json_object_get(profile, "auto_link");

    return profile != NULL && (auto_link == NULL || json_is_true(auto_link));
}

struct metadata template_metadata(const struct template *template)
{
    struct metadata metadata = {.hop_limit = 1};

    resolve_metadata(template->prototype, &metadata);
    return metadata;
}

void template_trusted_profile(const struct template *template, struct trusted_profile *ret_profile)
{
    const json_t *profile = json_object_get(template->prototype, "default_trusted_profile");
    const json_t *target = json_object_get(profile, "target");
    const char *id = json_string_value(json_object_get(target, "id"));
    const char *crn = json_string_value(json_object_get(target, "crn"));
    const char *last = crn != NULL ? strrchr(crn, ':') : NULL;

    ret_profile->id = (char *)(id != NULL ? id : last != NULL ? last + 1 : NULL);
    ret_profile->auto_link = template_links(template);
}
