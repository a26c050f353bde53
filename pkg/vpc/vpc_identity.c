/* Whether an answer is about what was asked for. */
#include "vpc/vpc_identity.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

enum { SHOWN_COLUMNS = 80 };

/* --- what is expected --------------------------------------------------------------------------------- */

/* "memberships/ID" is a resource of its own; "initialization" has no identity. */
static struct vpc_expected expect_below(const struct vpc_call *call)
{
    const char *slash = strrchr(call->below, '/');

    return slash == NULL ? (struct vpc_expected){.kind = VPC_EXPECT_ANYTHING}
                         : (struct vpc_expected){.kind = VPC_EXPECT_RESOURCE, .id = mem_copy(slash + 1)};
}

static char *copy_of(const char *string)
{
    return string != NULL ? mem_copy(string) : NULL;
}

struct vpc_expected vpc_expect(enum http_method method, const struct resource_kind *kind, const struct vpc_call *call)
{
    bool effect = method == HTTP_DELETE || (method == HTTP_POST && call->id != NULL);

    if (effect) {
        return (struct vpc_expected){.kind = VPC_EXPECT_EFFECT, .id = copy_of(call->id)};
    }
    if (method == HTTP_POST) {
        return (struct vpc_expected){.kind = VPC_EXPECT_CREATED, .name = copy_of(call->name)};
    }
    if (call->below != NULL) {
        return expect_below(call);
    }
    if (call->id != NULL && kind->by_name) {
        return (struct vpc_expected){.kind = VPC_EXPECT_NAMED, .name = mem_copy(call->id)};
    }
    if (call->id != NULL) {
        return (struct vpc_expected){.kind = VPC_EXPECT_RESOURCE, .id = mem_copy(call->id)};
    }
    if (call->name != NULL && (kind->filters & RESOURCE_FILTER_NAME) != 0) {
        return (struct vpc_expected){.kind = VPC_EXPECT_ITEMS, .name = mem_copy(call->name), .items = kind->items};
    }
    return (struct vpc_expected){.kind = VPC_EXPECT_ANYTHING};
}

void vpc_expected_free(struct vpc_expected *expected)
{
    free(expected->id);
    free(expected->name);
    *expected = (struct vpc_expected){0};
}

/* --- what an answer says of itself -------------------------------------------------------------------- */

static void append_found(struct text *out, struct answer_node node)
{
    struct answer_scalar value = answer_value(node);

    switch (answer_kind(node)) {
    case ANSWER_ABSENT:
        text_append(out, "none");
        break;
    case ANSWER_STRING:
        text_append_char(out, '"');
        text_append_short(out, value.string.data, value.string.size, SHOWN_COLUMNS);
        text_append_char(out, '"');
        break;
    case ANSWER_ARRAY:
    case ANSWER_OBJECT:
        text_append(out, "something else");
        break;
    default:
        answer_print(node, out);
        break;
    }
}

static bool refuse(struct answer_node found, const char *member, const char *expected, struct err *e)
{
    CLEANUP(text_free) struct text text = {0};

    append_found(&text, found);
    return err_set(e, ERR_BAD_ANSWER, "answer of another resource: asked for %s \"%s\", got %s", member, expected,
                   text_string(&text));
}

static bool is_string(struct answer_node node, const char *expected)
{
    struct answer_string found = answer_value(node).string;

    return found.data != NULL && strlen(expected) == found.size && memcmp(expected, found.data, found.size) == 0;
}

static bool check_member(struct answer_node root, const char *member, const char *expected, struct err *e)
{
    struct answer_node found = answer_find(root, member);

    return is_string(found, expected) || refuse(found, member, expected, e);
}

/* A href ends with the id, a CRN too (of what lies below another one, behind a slash). Neither has to be there. */
static bool check_ending(struct answer_node root, const char *member, const char *id, struct err *e)
{
    struct answer_node node = answer_find(root, member);
    struct answer_string found = answer_value(node).string;
    size_t size = strlen(id);

    if (found.data == NULL) {
        return true;
    }
    size_t end = strcspn(found.data, "?#");
    bool fits = end > size && memcmp(found.data + end - size, id, size) == 0 &&
                strchr("/:", found.data[end - size - 1]) != NULL;
    return fits || refuse(node, member, id, e);
}

static bool check_resource(struct answer_node root, const char *id, struct err *e)
{
    return check_member(root, "id", id, e) && check_ending(root, "href", id, e) && check_ending(root, "crn", id, e);
}

static bool check_created(struct answer_node root, const char *name, struct err *e)
{
    struct answer_node found = answer_find(root, "id");
    struct answer_string id = answer_value(found).string;
    CLEANUP(text_free) struct text text = {0};

    if (id.data == NULL || !resource_id_is_valid(id.data, id.size)) {
        append_found(&text, found);
        return err_set(e, ERR_BAD_ANSWER, "the answer has no valid id: got %s", text_string(&text));
    }
    return (name == NULL || check_member(root, "name", name, e)) && check_resource(root, id.data, e);
}

/* Whether `href` lies below the resource: ".../instances/ID/actions/..." or ".../instances/ID". */
static bool check_place(struct answer_node root, const char *id, struct err *e)
{
    struct answer_node node = answer_find(root, "href");
    struct answer_string href = answer_value(node).string;
    CLEANUP(text_free) struct text step = {0};

    if (href.data == NULL) {
        return true;
    }
    text_printf(&step, "/%s/", id);
    return strstr(href.data, text_string(&step)) != NULL || check_ending(root, "href", id, e);
}

static bool check_items(struct answer_node root, const struct vpc_expected *expected, struct err *e)
{
    for (struct answer_cursor each = answer_each(answer_find(root, expected->items)); answer_next(&each);) {
        if ((expected->name != NULL && !check_member(each.node, "name", expected->name, e)) ||
            (expected->id != NULL && !check_place(each.node, expected->id, e))) {
            return false;
        }
    }
    return true;
}

bool vpc_expected_check(const struct vpc_expected *expected, struct answer_node root, struct err *e)
{
    switch (expected->kind) {
    case VPC_EXPECT_ANYTHING:
        return true;
    case VPC_EXPECT_RESOURCE:
        return check_resource(root, expected->id, e);
    case VPC_EXPECT_NAMED:
        return check_member(root, "name", expected->name, e) && check_ending(root, "href", expected->name, e);
    case VPC_EXPECT_CREATED:
        return check_created(root, expected->name, e);
    case VPC_EXPECT_EFFECT:
        return answer_kind(root) == ANSWER_OBJECT ? check_place(root, expected->id, e)
                                                  : answer_error(root, e, "the answer must be an object");
    case VPC_EXPECT_ITEMS:
        return check_items(root, expected, e);
    }
    return true;
}
