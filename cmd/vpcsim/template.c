#include "template.h"

#include "resolve.h"

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
