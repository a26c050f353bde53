/* The region of a record, from its zone or its CRN, and its name with the region. */
#include <ctype.h>
#include <string.h>

#include "resource/resource_list.h"
#include "resource/resource_members.h"

const char *const resource_region_words[RESOURCE_REGIONS + 1] = {"au-syd", "br-sao",  "ca-mon",  "ca-tor", "eu-de",
                                                                 "eu-es",  "eu-gb",   "in-che",  "in-mum", "jp-osa",
                                                                 "jp-tok", "us-east", "us-south"};

/* The sixth part of a CRN is the zone of a zonal resource and the region of a regional one (vpc-api.md 1.8). */
static struct answer_string crn_location(const char *crn)
{
    for (int part = 0; crn != NULL && part < 5; part++) {
        const char *colon = strchr(crn, ':');
        crn = colon != NULL ? colon + 1 : NULL;
    }
    return (struct answer_string){.data = crn, .size = crn != NULL ? strcspn(crn, ":") : 0};
}

/* "eu-de-1" lies in "eu-de". */
static size_t region_size(const struct answer_string *place)
{
    size_t digits = 0;

    while (digits < place->size && isdigit((unsigned char)place->data[place->size - 1 - digits])) {
        digits++;
    }
    bool is_zone = digits > 0 && digits < place->size && place->data[place->size - 1 - digits] == '-';
    return is_zone ? place->size - digits - 1 : place->size;
}

const char *resource_crn_region(const char *crn, size_t *ret_size)
{
    struct answer_string place = crn_location(crn);

    *ret_size = place.size > 0 ? region_size(&place) : 0;
    return *ret_size > 0 ? place.data : NULL;
}

void resource_derive_region(struct resource_list *list, struct resource *record)
{
    struct answer_string place = crn_location(record->crn);
    bool has_region = record->region != NULL && record->region[0] != '\0';

    if (record->zone != NULL) {
        place = (struct answer_string){.data = record->zone, .size = strlen(record->zone)};
    }
    place.size = place.size > 0 ? region_size(&place) : 0;
    bool usable = place.size > 0 && (!has_region || memchr(place.data, '-', place.size) != NULL);
    if (usable && !(has_region && answer_string_is(place, record->region))) {
        record->region = resource_list_share(list, place.data, place.size);
    }
}

void resource_append_name(struct text *out, const struct resource *record, bool with_region)
{
    const char *name = record->name != NULL ? record->name : record->id != NULL ? record->id : "-";

    text_append_safe(out, name, strlen(name));
    if (with_region && record->region != NULL && record->region[0] != '\0') {
        text_append(out, " (");
        text_append_safe(out, record->region, strlen(record->region));
        text_append(out, ")");
    }
}
