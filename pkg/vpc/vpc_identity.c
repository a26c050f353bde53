/* Whether an answer is about what was asked for. */
#include "vpc/vpc_identity.h"

#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

enum { SHOWN_COLUMNS = 80, ID_SIZE = 65 };

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

static bool check_member(struct answer_node root, const char *member, const char *expected, struct err *e)
{
    struct answer_node found = answer_find(root, member);

    return answer_string_is(answer_value(found).string, expected) || refuse(found, member, expected, e);
}

/* Whether the bytes can be an id, and hardly anything else (vpc-api.md 1.8). */
static bool looks_like_id(const char *bytes, size_t size)
{
    char word[ID_SIZE];

    if (size >= sizeof(word) || !resource_id_is_valid(bytes, size)) {
        return false;
    }
    memcpy(word, bytes, size);
    word[size] = '\0';
    return resource_name_form(word) == RESOURCE_BY_ID;
}

/* A href need not be there; one that has ids on its way has the right one: ".../instances/ID/actions/OTHER". */
static bool check_href(struct answer_node root, const char *id, struct err *e)
{
    struct answer_node node = answer_find(root, "href");
    struct answer_string href = answer_value(node).string;
    bool others = false;

    for (const char *step = href.data; step != NULL;) {
        size_t size = strcspn(step, "/?#");
        if (size == strlen(id) && memcmp(step, id, size) == 0) {
            return true;
        }
        others |= looks_like_id(step, size);
        step = step[size] == '/' ? step + size + 1 : NULL;
    }
    return !others || refuse(node, "href", id, e);
}

/* A CRN, where there is one, ends with the id (vpc-api.md 1.8). */
static bool check_crn(struct answer_node root, const char *id, struct err *e)
{
    struct answer_node node = answer_find(root, "crn");
    struct answer_string crn = answer_value(node).string;
    size_t begin = crn.size;

    while (begin > 0 && crn.data[begin - 1] != ':' && crn.data[begin - 1] != '/') {
        begin--;
    }
    const char *end = crn.data != NULL ? crn.data + begin : "";
    return strcmp(end, id) == 0 || !looks_like_id(end, crn.size - begin) || refuse(node, "crn", id, e);
}

static bool check_resource(struct answer_node root, const char *id, struct err *e)
{
    return check_member(root, "id", id, e) && check_href(root, id, e) && check_crn(root, id, e);
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

/* One with the name is enough: what else a server lists that ignores the filter is passed over by the caller. */
static bool check_items(struct answer_node root, const struct vpc_expected *expected, struct err *e)
{
    struct answer_node items = answer_find(root, expected->items);
    bool found = expected->name == NULL || answer_count(items) == 0;

    for (struct answer_cursor each = answer_each(items); answer_next(&each);) {
        found = found || answer_string_is(answer_value(answer_find(each.node, "name")).string, expected->name);
        if (expected->id != NULL && !check_href(each.node, expected->id, e)) {
            return false;
        }
    }
    return found || check_member(answer_find(items, "0"), "name", expected->name, e);
}

bool vpc_expected_check(const struct vpc_expected *expected, struct answer_node root, struct err *e)
{
    switch (expected->kind) {
    case VPC_EXPECT_ANYTHING:
        return true;
    case VPC_EXPECT_RESOURCE:
        return check_resource(root, expected->id, e);
    case VPC_EXPECT_NAMED:
        return check_member(root, "name", expected->name, e);
    case VPC_EXPECT_CREATED:
        return check_created(root, expected->name, e);
    case VPC_EXPECT_EFFECT:
        return answer_kind(root) == ANSWER_OBJECT ? check_href(root, expected->id, e)
                                                  : answer_error(root, e, "the answer must be an object");
    case VPC_EXPECT_ITEMS:
        return check_items(root, expected, e);
    }
    return true;
}
