/* References: URI and fragment to a schema. */
#include "schema/library.h"

#include <limits.h>
#include <string.h>

#include "schema/uri.h"

/* The next token of a JSON pointer, unescaped; moves *at behind it. */
static void next_token(const char **at, struct text *ret_token)
{
    text_clear(ret_token);
    for ((*at)++; **at != '\0' && **at != '/'; (*at)++) {
        if (**at == '~' && ((*at)[1] == '0' || (*at)[1] == '1')) {
            (*at)++;
            text_append_char(ret_token, **at == '0' ? '~' : '/');
        } else {
            text_append_char(ret_token, **at);
        }
    }
}

static const json_t *step_into(const json_t *value, const char *token)
{
    if (json_is_object(value)) {
        return json_object_get(value, token);
    }
    long index;
    bool plain = token[0] != '\0' && (token[0] != '0' || token[1] == '\0') && token[0] != '+' && token[0] != '-';
    if (!json_is_array(value) || !plain || !text_to_long(token, 0, LONG_MAX, &index)) {
        return NULL;
    }
    return json_array_get(value, (size_t)index);
}

/*
 * Walks from the resource's root. The nearest schema on the way is the parent; a schema in a place that no keyword
 * makes one is indexed now.
 */
static struct schema *at_pointer(struct schema_library *library, struct schema *root, const char *pointer,
                                 struct err *e)
{
    const json_t *value = root->source;
    struct schema *parent = root;
    CLEANUP(text_free) struct text steps = {0};
    CLEANUP(text_free) struct text token = {0};

    while (*pointer != '\0') {
        next_token(&pointer, &token);
        json_pointer_push(&steps, text_string(&token));
        value = value != NULL ? step_into(value, text_string(&token)) : NULL;
        struct schema *known = json_is_object(value) ? schema_at(library, NULL, "", value) : NULL;
        if (known != NULL) {
            parent = known;
            text_clear(&steps);
        }
    }
    if (steps.size == 0) {
        return parent;
    }
    if (json_is_boolean(value)) {
        return schema_at(library, parent, text_string(&steps), value);
    }
    if (!json_is_object(value)) {
        err_set(e, ERR_NOT_FOUND, "%s",
                value == NULL ? "there is nothing at that pointer" : "what is at that pointer is not a schema");
        return NULL;
    }
    return schema_index(library, parent->resource->document, parent, text_string(&steps), value, e);
}

static struct schema *at_fragment(struct schema_library *library, struct schema_resource *resource,
                                  const char *fragment, struct err *e)
{
    CLEANUP(text_free) struct text decoded = {0};

    if (!schema_uri_decode(fragment, strlen(fragment), &decoded)) {
        err_set(e, ERR_INVALID, "\"#%s\" has a %% that is not followed by two hex digits", fragment);
        return NULL;
    }
    if (decoded.size == 0) {
        return resource->root;
    }
    if (decoded.data[0] == '/') {
        return at_pointer(library, resource->root, text_string(&decoded), e);
    }
    struct schema *schema = schema_map_get(&resource->anchors, text_string(&decoded), decoded.size);
    if (schema == NULL) {
        err_set(e, ERR_NOT_FOUND, "%s has no anchor \"%s\"", resource->document->name, text_string(&decoded));
    }
    return schema;
}

struct schema *schema_lookup(struct schema_library *library, const char *uri, struct err *e)
{
    size_t size = schema_uri_without_fragment(uri);
    struct schema_resource *resource = schema_library_resource(library, uri, size, e);

    if (resource == NULL) {
        return NULL;
    }
    return at_fragment(library, resource, uri[size] == '#' ? uri + size + 1 : "", e);
}

struct schema *schema_resolve(struct schema_compiler *c, const struct schema *schema, const char *keyword,
                              const char *reference)
{
    struct err reason = ERR_INIT;
    CLEANUP(text_free) struct text uri = {0};
    struct schema *target;

    if (reference[0] == '#') {
        target = at_fragment(c->library, schema->resource, reference + 1, &reason);
    } else {
        schema_uri_resolve(schema->resource->uri, reference, &uri);
        target = schema_lookup(c->library, text_string(&uri), &reason);
    }
    if (target == NULL) {
        schema_error(c, schema, keyword, "\"%s\" cannot be resolved: %s", reference, reason.message);
        return NULL;
    }
    schema_enqueue(c->library, target);
    return target;
}
