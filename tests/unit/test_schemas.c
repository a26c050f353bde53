/* The schemas in schemas/: what they accept, what they refuse, and where they say that the fault is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schema/schema_catalog.h"

/* --- bodies ------------------------------------------------------------------------------------ */

/* Bodies in tests/data/bodies, the schema of each and the variant that it must be taken for. */
static const struct body {
    const char *file, *schema, *variant;
} bodies[] = {
    {"bare-metal-initialization-replace", "bare_metal_server_initialization", "initialization of a bare metal server"},
    {"bare-metal-patch-metadata", "bare_metal_server_patch", "change of a bare metal server"},
    {"bare-metal-patch-with-everything", "bare_metal_server_patch", "change of a bare metal server"},
    {"bare-metal-prototype-by-network-attachment", "bare_metal_server_create",
     "bare metal server with network attachments"},
    {"bare-metal-prototype-by-network-interface", "bare_metal_server_create",
     "bare metal server with network interfaces"},
    {"bare-metal-prototype-with-every-interface", "bare_metal_server_create",
     "bare metal server with network interfaces"},
    {"bare-metal-prototype-with-pci-attachment", "bare_metal_server_create",
     "bare metal server with network attachments"},
    {"bare-metal-stop-request", "bare_metal_server_stop", "stop of a bare metal server"},
    {"iam-profile-link-request", "iam_profile_link", "link of a trusted profile to a resource"},
    {"identity-certificate-request", "identity_certificate", "certificate of the server itself"},
    {"identity-iam-token-request", "identity_iam_token", "IAM token for an identity token"},
    {"identity-token-request", "identity_token", "identity token of the server itself"},
    {"image-patch-allowed-use", "image_patch", "change of an image"},
    {"image-patch-lifecycle", "image_patch", "change of an image"},
    {"instance-action-request", "instance_action", "action on an instance"},
    {"instance-group-create", "instance_group_create", "new instance group"},
    {"instance-group-membership-patch", "instance_group_membership_patch", "change of a group membership"},
    {"instance-group-patch-template", "instance_group_patch", "change of an instance group"},
    {"instance-group-patch-with-everything", "instance_group_patch", "change of an instance group"},
    {"instance-patch-hop-limit-only", "instance_patch", "change of an instance"},
    {"instance-patch-metadata", "instance_patch", "change of an instance"},
    {"instance-patch-with-array-needs-if-match", "instance_patch", "change of an instance"},
    {"instance-patch-with-everything", "instance_patch", "change of an instance"},
    {"instance-prototype-by-catalog-offering-network-interface", "instance_create",
     "instance by catalog offering with network interfaces"},
    {"instance-prototype-by-catalog-version-network-attachment", "instance_create",
     "instance by catalog offering with network attachments"},
    {"instance-prototype-by-image-network-attachment", "instance_create", "instance by image with network attachments"},
    {"instance-prototype-by-image-network-interface", "instance_create", "instance by image with network interfaces"},
    {"instance-prototype-by-source-snapshot-network-attachment", "instance_create",
     "instance by source snapshot with network attachments"},
    {"instance-prototype-by-source-snapshot-network-interface", "instance_create",
     "instance by source snapshot with network interfaces"},
    {"instance-prototype-by-source-template", "instance_create", "instance by source template"},
    {"instance-prototype-by-source-template-with-image", "instance_create", "instance by source template"},
    {"instance-prototype-by-volume-network-attachment", "instance_create",
     "instance by volume with network attachments"},
    {"instance-prototype-by-volume-network-interface", "instance_create", "instance by volume with network interfaces"},
    {"instance-prototype-with-everything", "instance_create", "instance by image with network attachments"},
    {"instance-reinitialize-by-image", "instance_reinitialize", "reinitialization by image"},
    {"instance-reinitialize-by-source-snapshot", "instance_reinitialize", "reinitialization by source snapshot"},
    {"instance-reinitialize-by-volume", "instance_reinitialize", "reinitialization by volume"},
    {"instance-template-patch", "instance_template_patch", "change of an instance template"},
    {"instance-template-prototype-by-catalog-offering", "instance_template_create",
     "template by catalog offering with network attachments"},
    {"instance-template-prototype-by-image", "instance_template_create", "template by image with network attachments"},
    {"instance-template-prototype-by-source-snapshot", "instance_template_create",
     "template by source snapshot with network interfaces"},
    {"instance-template-prototype-by-source-template", "instance_template_create", "template by source template"},
};

enum { BODIES = sizeof(bodies) / sizeof(bodies[0]) };

/* --- what the tests share ---------------------------------------------------------------------- */

static struct schema_catalog *catalog;

static int open_catalog(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    catalog = schema_catalog_open(NULL, &e);
    return catalog ? 0 : -1;
}

static int close_catalog(void **state)
{
    (void)state;
    schema_catalog_close(catalog);
    return 0;
}

static json_t *read_json(const char *path)
{
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err e = ERR_INIT;
    if (!json_read_file(path, JSON_READ_STRICT, &document, &e)) {
        fail_msg("%s: %s", path, e.message);
    }
    return json_incref(document.root);
}

static json_t *read_body(const char *name)
{
    CLEANUP(text_free) struct text path = {0};
    text_printf(&path, "tests/data/bodies/%s.json", name);
    return read_json(path.data);
}

static const struct schema *schema_named(const char *name)
{
    struct err e = ERR_INIT;
    const struct schema_entry *entry = schema_catalog_find(catalog, name, &e);
    const struct schema *schema = entry ? schema_catalog_compile(catalog, entry, &e) : NULL;
    if (schema == NULL) {
        fail_msg("%s: %s", name, e.message);
    }
    return schema;
}

/* The first fault as text for messages, "" when there is none. */
static void first_fault(const struct schema_faults *faults, struct text *ret)
{
    if (faults->count > 0) {
        schema_fault_print(ret, &faults->list[0], NULL);
    }
}

static void assert_valid(const struct schema *schema, const json_t *value, const char *what)
{
    CLEANUP(schema_faults_free) struct schema_faults faults = {0};
    CLEANUP(text_free) struct text line = {0};
    if (schema_check(schema, value) == SCHEMA_VALID) {
        return;
    }
    schema_explain(schema, value, &faults);
    first_fault(&faults, &line);
    fail_msg("%s should be valid: %s", what, text_string(&line));
}

/* --- bodies ------------------------------------------------------------------------------------ */

static void test_bodies_are_valid_as_their_schema_and_variant(void **state)
{
    (void)state;
    for (size_t i = 0; i < BODIES; i++) {
        JSON_CLEANUP json_t *body = read_body(bodies[i].file);
        struct err e = ERR_INIT;
        assert_valid(schema_named(bodies[i].schema), body, bodies[i].file);
        const struct schema_entry *entry = schema_catalog_find(catalog, bodies[i].schema, &e);
        assert_string_equal(schema_catalog_variant(catalog, entry, body), bodies[i].variant);
    }
}

static void test_examples_of_the_api_are_valid(void **state)
{
    (void)state;
    const char *folder = getenv("VPCMETA_EXAMPLES");
    if (folder == NULL) {
        folder = "../shared/examples";
    }
    if (access(folder, R_OK) != 0) {
        print_message("report: examples of the API: skipped, there is no %s\n", folder);
        skip();
    }
    size_t count = 0;
    for (size_t i = 0; i < BODIES; i++) {
        CLEANUP(text_free) struct text path = {0};
        text_printf(&path, "%s/%s.json", folder, bodies[i].file);
        if (access(path.data, R_OK) != 0) {
            continue; /* one of our own */
        }
        JSON_CLEANUP json_t *body = read_json(path.data);
        assert_valid(schema_named(bodies[i].schema), body, path.data);
        count++;
    }
    assert_true(count >= 30);
    print_message("report: examples of the API: %zu request bodies are valid\n", count);
}

static void test_templates_have_no_variant_by_volume(void **state)
{
    (void)state;
    for (size_t i = 0; i < BODIES; i++) {
        if (!strstr(bodies[i].file, "-by-volume-network-")) {
            continue;
        }
        JSON_CLEANUP json_t *body = read_body(bodies[i].file);
        assert_int_equal(schema_check(schema_named("instance_template_create"), body), SCHEMA_INVALID);
    }
}

/* --- mutations --------------------------------------------------------------------------------- */

/* The object or array that holds what `pointer` leads to, borrowed, and the last step, which points into it. */
static json_t *parent_of(json_t *root, const char *pointer, const char **ret_key)
{
    const char *slash = strrchr(pointer, '/');
    CLEANUP(text_free) struct text parent = {0};
    text_append_size(&parent, pointer, (size_t)(slash - pointer));
    *ret_key = slash + 1;
    return json_at(root, text_string(&parent));
}

static void put(json_t **root, const char *pointer, json_t *value)
{
    if (*pointer == '\0') {
        json_decref(*root);
        *root = json_incref(value);
        return;
    }
    const char *key;
    json_t *parent = parent_of(*root, pointer, &key);
    if (json_is_array(parent)) {
        assert_int_equal(json_array_set(parent, strtoul(key, NULL, 10), value), 0);
    } else {
        assert_int_equal(json_object_set(parent, key, value), 0);
    }
}

static void take(json_t *root, const char *pointer)
{
    const char *key;
    json_t *parent = parent_of(root, pointer, &key);
    assert_int_equal(json_object_del(parent, key), 0);
}

/* tests/data/mutations.json: {"set": {POINTER: VALUE...}}, {"remove": POINTER}, {"rename": POINTER, "to": NAME}. */
static void mutate(json_t **body, const json_t *row)
{
    const char *pointer;
    json_t *value;
    json_object_foreach (json_object_get(row, "set"), pointer, value) {
        JSON_CLEANUP json_t *copy = json_deep_copy(value);
        put(body, pointer, copy);
    }
    if ((pointer = json_string_value(json_object_get(row, "remove")))) {
        take(*body, pointer);
    }
    if ((pointer = json_string_value(json_object_get(row, "rename")))) {
        const char *key;
        json_t *parent = parent_of(*body, pointer, &key);
        JSON_CLEANUP json_t *moved = json_incref(json_object_get(parent, key));
        assert_non_null(moved);
        json_object_set(parent, json_string_value(json_object_get(row, "to")), moved);
        json_object_del(parent, key);
    }
}

/* What is wrong with the first fault, or NULL. */
static const char *misplaced(const json_t *row, const struct schema_fault *fault)
{
    const char *missing = json_string_value(json_object_get(row, "missing"));
    if (strcmp(fault->instance, json_string_value(json_object_get(row, "at"))) != 0) {
        return "another place";
    }
    if (missing && (!fault->member || strcmp(fault->member, missing) != 0)) {
        return "the missing member is not named";
    }
    const json_t *words = json_object_get(row, "words");
    for (size_t i = 0; i < json_array_size(words); i++) {
        const char *word = json_string_value(json_array_get(words, i));
        if (!strstr(fault->message, word) && !strstr(fault->fix, word)) {
            return "a word is missing in the message";
        }
    }
    return NULL;
}

static void test_mutations_fail_at_the_mutated_place(void **state)
{
    (void)state;
    JSON_CLEANUP json_t *rows = read_json("tests/data/mutations.json");
    size_t right = 0, count = json_array_size(rows), lines = 0;
    for (size_t i = 0; i < count; i++) {
        const json_t *row = json_array_get(rows, i);
        JSON_CLEANUP json_t *body = read_body(json_string_value(json_object_get(row, "body")));
        mutate(&body, row);
        const struct schema *schema = schema_named(json_string_value(json_object_get(row, "schema")));
        CLEANUP(schema_faults_free) struct schema_faults faults = {0};
        CLEANUP(text_free) struct text wanted = {0}, got = {0};
        const char *wrong = "it is valid";
        if (schema_check(schema, body) == SCHEMA_INVALID && schema_explain(schema, body, &faults) == SCHEMA_INVALID) {
            wrong = misplaced(row, &faults.list[0]);
        }
        lines += faults.count;
        right += !wrong;
        if (wrong == NULL) {
            continue;
        }
        json_print(&wanted, row, JSON_PRINT_COMPACT);
        first_fault(&faults, &got);
        print_message("# row %zu: %s\n#   %s\n#   %s\n", i + 1, wrong, wanted.data, text_string(&got));
    }
    print_message("report: mutated bodies: %zu of %zu fail at the mutated place, %.2f faults a body\n", right, count,
                  (double)lines / (double)count);
    assert_true(count >= 220);
    assert_int_equal(right, count);
}

/* --- every place of every body ----------------------------------------------------------------- */

struct sweep {
    const struct schema *schema;
    json_t *body;
    size_t count, right;
};

static void expect_fault(struct sweep *sweep, const char *pointer, const char *what)
{
    CLEANUP(schema_faults_free) struct schema_faults faults = {0};
    sweep->count++;
    bool invalid = schema_explain(sweep->schema, sweep->body, &faults) == SCHEMA_INVALID;
    if (invalid && strcmp(faults.list[0].instance, pointer) == 0) {
        sweep->right++;
        return;
    }
    CLEANUP(text_free) struct text got = {0};
    first_fault(&faults, &got);
    print_message("# %s at %s: %s\n", what, pointer, invalid ? text_string(&got) : "valid");
}

/* Gives the member a name without its last letter. */
static void sweep_name(struct sweep *sweep, const char *pointer, json_t *object, const char *name)
{
    CLEANUP(text_free) struct text misspelt = {0}, place = {0};
    JSON_CLEANUP json_t *value = json_incref(json_object_get(object, name));

    text_append_size(&misspelt, name, strlen(name) - 1);
    text_printf(&place, "%s/%s", pointer, misspelt.data);
    json_object_del(object, name);
    json_object_set(object, misspelt.data, value);
    expect_fault(sweep, place.data, "misspelt member");
    json_object_del(object, misspelt.data);
    json_object_set(object, name, value);
}

/* An unknown member in the object at `pointer`; in place of every member a value of a wrong type, a misspelt name. */
static void sweep_object(struct sweep *sweep, const char *pointer)
{
    json_t *object = json_at(sweep->body, pointer);
    JSON_CLEANUP json_t *names = json_array();
    const char *key;
    json_t *value;
    json_object_foreach (object, key, value)
        json_array_append_new(names, json_string(key));

    CLEANUP(text_free) struct text place = {0};
    text_printf(&place, "%s/vpcmeta_unknown", pointer);
    json_object_set_new(object, "vpcmeta_unknown", json_true());
    expect_fault(sweep, place.data, "unknown member");
    json_object_del(object, "vpcmeta_unknown");

    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        JSON_CLEANUP json_t *before = json_incref(json_object_get(object, name));
        text_clear(&place);
        text_printf(&place, "%s/%s", pointer, name);
        json_object_set_new(object, name, json_real(1.5));
        expect_fault(sweep, place.data, "wrong type");
        json_object_set(object, name, before);
        sweep_name(sweep, pointer, object, name);
    }
}

static void sweep_tree(struct sweep *sweep, const char *pointer)
{
    json_t *value = json_at(sweep->body, pointer);
    CLEANUP(text_free) struct text place = {0};
    if (json_is_object(value)) {
        sweep_object(sweep, pointer);
        const char *key;
        json_t *member;
        json_object_foreach (json_at(sweep->body, pointer), key, member) {
            text_clear(&place);
            text_printf(&place, "%s/%s", pointer, key);
            sweep_tree(sweep, place.data);
        }
    }
    for (size_t i = 0; json_is_array(value) && i < json_array_size(value); i++) {
        text_clear(&place);
        text_printf(&place, "%s/%zu", pointer, i);
        sweep_tree(sweep, place.data);
    }
}

static void test_unknown_and_misspelt_members_and_wrong_types_are_named_at_every_place(void **state)
{
    (void)state;
    struct sweep sweep = {0};
    for (size_t i = 0; i < BODIES; i++) {
        sweep.schema = schema_named(bodies[i].schema);
        sweep.body = read_body(bodies[i].file);
        sweep_tree(&sweep, "");
        json_decref(sweep.body);
    }
    print_message("report: unknown members, misspelt members, wrong types: %zu of %zu named at their place\n",
                  sweep.right, sweep.count);
    assert_int_equal(sweep.right, sweep.count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies_are_valid_as_their_schema_and_variant),
        cmocka_unit_test(test_examples_of_the_api_are_valid),
        cmocka_unit_test(test_templates_have_no_variant_by_volume),
        cmocka_unit_test(test_mutations_fail_at_the_mutated_place),
        cmocka_unit_test(test_unknown_and_misspelt_members_and_wrong_types_are_named_at_every_place),
    };
    return cmocka_run_group_tests(tests, open_catalog, close_catalog);
}
