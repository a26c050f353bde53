#include "vpcsim/api/body.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

/* A stretch of literal text, then a field; the last one has none. */
struct segment {
    size_t from, size;
    void (*append)(struct text *out, const struct body_view *view);
};

struct body {
    char *text;
    struct segment *items;
    size_t count, capacity;
};

static void (*find_field(const struct body_field *fields, const char *name, size_t size))(struct text *,
                                                                                          const struct body_view *)
{
    for (const struct body_field *field = fields; field->name != NULL; field++) {
        if (strlen(field->name) == size && memcmp(field->name, name, size) == 0) {
            return field->append;
        }
    }
    assert(!"a pattern names a field that does not exist");
    return NULL;
}

struct body *body_compile(const char *pattern, const struct body_field *fields)
{
    struct body *body = mem_alloc(sizeof(*body));

    body->text = mem_copy(pattern);
    for (char *at = body->text; (at = strchr(at, '\'')) != NULL;) {
        *at = '"';
    }
    for (const char *at = body->text;;) {
        size_t literal = strcspn(at, "@");
        const char *name = at + literal;
        struct segment segment = {.from = (size_t)(at - body->text), .size = literal};
        if (*name == '@') {
            size_t size = strcspn(++name, "@");
            segment.append = find_field(fields, name, size);
            at = name + size + 1;
        }
        *mem_list_add(body) = segment;
        if (segment.append == NULL) {
            return body;
        }
    }
}

void body_destroy(struct body *body)
{
    if (body != NULL) {
        free(body->text);
        free(body->items);
        free(body);
    }
}

void body_render(const struct body *body, struct text *out, const struct body_view *view)
{
    for (size_t i = 0; i < body->count; i++) {
        const struct segment *segment = &body->items[i];
        text_append_size(out, body->text + segment->from, segment->size);
        if (segment->append != NULL) {
            segment->append(out, view);
        }
    }
}

struct bodies *bodies_create(void)
{
    struct bodies *bodies = mem_alloc(sizeof(*bodies));

    bodies->instance = body_compile(render_instance_pattern, render_instance_fields);
    bodies->bare_metal = body_compile(render_bare_metal_pattern, render_bare_metal_fields);
    bodies->vpc = body_compile(render_vpc_pattern, render_vpc_fields);
    bodies->subnet = body_compile(render_subnet_pattern, render_subnet_fields);
    return bodies;
}

void bodies_destroy(struct bodies *bodies)
{
    if (bodies == NULL) {
        return;
    }
    body_destroy(bodies->instance);
    body_destroy(bodies->bare_metal);
    body_destroy(bodies->vpc);
    body_destroy(bodies->subnet);
    free(bodies);
}
