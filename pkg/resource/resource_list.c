/* Records in blocks that never move, strings in an arena, repeated words shared. */
#include "resource/resource_list.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "text/text_arena.h"

enum { BLOCK_RECORDS = 256, WORD_SLOTS = 64, MACHINE_SLOTS = 64 };

struct resource_list {
    struct {
        struct resource **items;
        size_t count, capacity;
    } blocks;
    size_t count;
    struct text_arena strings;
    const char *words[WORD_SLOTS];                           /* lately kept words by hash: zones, states, VPC names */
    const struct resource_hardware *hardware[MACHINE_SLOTS]; /* likewise */
};

struct resource_list *resource_list_create(void)
{
    return mem_alloc(sizeof(struct resource_list));
}

void resource_list_destroy(struct resource_list *list)
{
    if (list == NULL) {
        return;
    }
    for (size_t i = 0; i < list->blocks.count; i++) {
        free(list->blocks.items[i]);
    }
    free(list->blocks.items);
    text_arena_free(&list->strings);
    free(list);
}

void resource_list_release(struct resource_list **list)
{
    resource_list_destroy(*list);
    *list = NULL;
}

size_t resource_list_count(const struct resource_list *list)
{
    return list->count;
}

struct resource *resource_list_at(const struct resource_list *list, size_t index)
{
    return &list->blocks.items[index / BLOCK_RECORDS][index % BLOCK_RECORDS];
}

const struct resource *resource_list_find(const struct resource_list *list, const struct resource_kind *kind,
                                          const char *id)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct resource *record = resource_list_at(list, i);
        if (record->kind == kind && id != NULL && text_equal(record->id, id)) {
            return record;
        }
    }
    return NULL;
}

static const uint32_t hash_begin = 2166136261U;

/* Like FNV-1a but eight bytes at a time, enough to spread a few dozen words over the slots. */
static uint32_t hash_of(uint32_t begin, const char *bytes, size_t size)
{
    uint64_t hash = begin;

    while (size > 0) {
        uint64_t word = 0;
        size_t taken = size < sizeof(word) ? size : sizeof(word);
        memcpy(&word, bytes, taken);
        hash = (hash ^ word) * 1099511628211U;
        hash ^= hash >> 32;
        bytes += taken;
        size -= taken;
    }
    return (uint32_t)hash;
}

const char *resource_list_share(struct resource_list *list, const char *bytes, size_t size)
{
    const char **slot = &list->words[hash_of(hash_begin, bytes, size) % WORD_SLOTS];

    if (*slot == NULL || strncmp(*slot, bytes, size) != 0 || (*slot)[size] != '\0') {
        *slot = text_arena_copy(&list->strings, bytes, size);
    }
    return *slot;
}

const char *resource_list_keep(struct resource_list *list, const char *string)
{
    return string == NULL ? NULL : resource_list_share(list, string, strlen(string));
}

bool resource_hardware_equal(const struct resource_hardware *left, const struct resource_hardware *right)
{
    return text_equal(left->image_id, right->image_id) && text_equal(left->boot_rule, right->boot_rule) &&
           text_equal(left->gpu_manufacturer, right->gpu_manufacturer) &&
           text_equal(left->gpu_model, right->gpu_model) && left->vcpu_count == right->vcpu_count &&
           left->gpu_count == right->gpu_count && left->gpu_memory == right->gpu_memory &&
           left->secure_boot == right->secure_boot && text_equal(left->profile, right->profile);
}

const struct resource_hardware *resource_list_keep_hardware(struct resource_list *list,
                                                            const struct resource_hardware *hardware)
{
    const char *image = hardware->image_id != NULL ? hardware->image_id : "";
    uint32_t hash = hash_of(hash_begin ^ (uint32_t)hardware->vcpu_count, image, strlen(image));
    const struct resource_hardware **slot = &list->hardware[hash % MACHINE_SLOTS];

    if (*slot == NULL || !resource_hardware_equal(*slot, hardware)) {
        struct resource_hardware *copy = text_arena_alloc(&list->strings, sizeof(*copy));
        *copy = *hardware;
        copy->image_id = resource_list_keep(list, hardware->image_id);
        copy->boot_rule = resource_list_keep(list, hardware->boot_rule);
        copy->gpu_manufacturer = resource_list_keep(list, hardware->gpu_manufacturer);
        copy->gpu_model = resource_list_keep(list, hardware->gpu_model);
        copy->profile = resource_list_keep(list, hardware->profile);
        *slot = copy;
    }
    return *slot;
}

static struct resource *append(struct resource_list *list)
{
    if (list->count == list->blocks.count * BLOCK_RECORDS) {
        *mem_list_add(&list->blocks) = mem_grow(NULL, BLOCK_RECORDS, sizeof(struct resource));
    }
    return resource_list_at(list, list->count++);
}

struct resource *resource_list_append(struct resource_list *list, const struct resource_kind *kind, const char *region)
{
    struct resource *record = append(list);

    *record = (struct resource){.kind = kind, .region = resource_list_keep(list, region)};
    return record;
}

void resource_list_truncate(struct resource_list *list, size_t count)
{
    assert(count <= list->count);
    list->count = count;
}

const char *resource_list_copy(struct resource_list *list, const char *bytes, size_t size)
{
    return text_arena_copy(&list->strings, bytes, size);
}

static const char *copy_of(struct resource_list *list, const char *string)
{
    return string == NULL ? NULL : resource_list_copy(list, string, strlen(string));
}

struct resource *resource_list_adopt(struct resource_list *list, const struct resource *record)
{
    struct resource *own = resource_list_append(list, record->kind, record->region);
    const char *region = own->region;

    *own = *record;
    own->region = region;
    own->id = copy_of(list, record->id);
    own->name = copy_of(list, record->name);
    own->crn = copy_of(list, record->crn);
    own->etag = copy_of(list, record->etag);
    own->boot_id = copy_of(list, record->boot_id);
    own->odd = copy_of(list, record->odd);
    own->hardware = record->hardware != NULL ? resource_list_keep_hardware(list, record->hardware) : NULL;
    const char **const words[] = {&own->status,
                                  &own->lifecycle_state,
                                  &own->zone,
                                  &own->vpc,
                                  &own->vpc_id,
                                  &own->resource_group,
                                  &own->resource_group_id,
                                  &own->architecture,
                                  &own->template_id,
                                  &own->template_name,
                                  &own->pool,
                                  &own->managers,
                                  &own->instance_name,
                                  &own->placement_type,
                                  &own->placement_id,
                                  &own->subnet_id,
                                  &own->member_of,
                                  &own->availability,
                                  &own->settings.protocol,
                                  &own->settings.trusted_profile};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        *words[i] = resource_list_keep(list, *words[i]);
    }
    return own;
}

/* What was shared in the list is shared no more: the strings are elsewhere, or gone. */
static void forget_shared(struct resource_list *list)
{
    memset(list->words, 0, sizeof(list->words));
    memset(list->hardware, 0, sizeof(list->hardware));
}

void resource_list_clear(struct resource_list *list)
{
    list->count = 0;
    text_arena_free(&list->strings);
    forget_shared(list);
}

void resource_list_take(struct resource_list *list, struct resource_list *from)
{
    if (list->count == 0) {
        struct resource_list previous = *list;
        *list = *from;
        *from = previous;
    }
    for (size_t i = 0; i < from->count; i++) {
        *append(list) = *resource_list_at(from, i);
    }
    text_arena_take(&list->strings, &from->strings);
    from->count = 0;
    forget_shared(from);
}

static int compare(const char *a, const char *b)
{
    return a == b ? 0 : strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

/* A kind that is not in the table comes behind all that are. */
static size_t kind_rank(const struct resource_kind *kind)
{
    size_t rank = 0;

    while (resource_kinds[rank] != NULL && resource_kinds[rank] != kind) {
        rank++;
    }
    return rank;
}

static int compare_records(const void *left, const void *right)
{
    const struct resource *a = left;
    const struct resource *b = right;
    int order = compare(a->region, b->region);

    if (order == 0 && a->kind != b->kind) {
        order = (int)kind_rank(a->kind) - (int)kind_rank(b->kind);
    }
    order = order != 0 ? order : compare(a->name, b->name);
    return order != 0 ? order : compare(a->id, b->id);
}

void resource_list_sort(struct resource_list *list)
{
    struct resource *all = mem_array(list->count, sizeof(*all));

    for (size_t i = 0; i < list->count; i++) {
        all[i] = *resource_list_at(list, i);
    }
    qsort(all, list->count, sizeof(*all), compare_records);
    for (size_t i = 0; i < list->count; i++) {
        *resource_list_at(list, i) = all[i];
    }
    free(all);
}

const char *resource_refusing_lifecycle(const struct resource *record)
{
    enum resource_status lifecycle = resource_status(record->lifecycle_state);
    bool refuses = lifecycle == RESOURCE_STATUS_DELETING || lifecycle == RESOURCE_STATUS_FAILED ||
                   lifecycle == RESOURCE_STATUS_SUSPENDED;

    return refuses ? record->lifecycle_state : NULL;
}

const char *resource_refusing_status(const struct resource *record)
{
    enum resource_status status = resource_status(record->status);

    return status == RESOURCE_STATUS_DELETING || status == RESOURCE_STATUS_FAILED ? record->status : NULL;
}
