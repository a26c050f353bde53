/* The catalog of named schemas: what it holds, how it finds, what it takes a body for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/catalog/schema_catalog_files.h"

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

static const struct schema_entry *entry_named(const char *name)
{
    struct err e = ERR_INIT;
    const struct schema_entry *entry = schema_catalog_find(catalog, name, &e);
    if (entry == NULL) {
        fail_msg("%s: %s", name, e.message);
    }
    return entry;
}

static json_t *parsed(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    if (!value) {
        fail_msg("no JSON: %s", text);
    }
    return value;
}

/* --- what it holds ----------------------------------------------------------------------------- */

/* Commands name these: renaming a file would break them. */
static const char *const names[] = {
    "bare_metal_server_create",
    "bare_metal_server_initialization",
    "bare_metal_server_patch",
    "bare_metal_server_stop",
    "iam_profile_link",
    "identity_certificate",
    "identity_iam_token",
    "identity_token",
    "image_patch",
    "instance_action",
    "instance_create",
    "instance_group_create",
    "instance_group_membership_patch",
    "instance_group_patch",
    "instance_patch",
    "instance_reinitialize",
    "instance_template_create",
    "instance_template_patch",
    "policy",
    "policy_exceptions",
};

enum { NAMES = sizeof(names) / sizeof(names[0]) };

static void test_holds_the_named_schemas_in_order(void **state)
{
    (void)state;
    assert_int_equal(schema_catalog_count(catalog), NAMES);
    for (size_t i = 0; i < NAMES; i++) {
        struct err e = ERR_INIT;
        const struct schema_entry *entry = schema_catalog_at(catalog, i, &e);
        assert_non_null(entry);
        assert_string_equal(entry->name, names[i]);
    }
}

static void test_every_file_says_what_it_is_and_where_its_rules_come_from(void **state)
{
    (void)state;
    for (const struct schema_file *file = schema_files; file->name; file++) {
        struct err e = ERR_INIT;
        const json_t *root = schema_catalog_document(catalog, file->name, &e);
        if (root == NULL) {
            fail_msg("%s: %s", file->name, e.message);
        }
        CLEANUP(text_free) struct text id = {0};
        text_printf(&id, SCHEMA_CATALOG_URI "%s", file->name);
        assert_string_equal(json_string_value(json_object_get(root, "$id")), id.data);
        assert_string_equal(json_string_value(json_object_get(root, "$schema")),
                            "https://json-schema.org/draft/2020-12/schema");
        assert_non_null(json_string_value(json_object_get(root, "title")));
        const char *description = json_string_value(json_object_get(root, "description"));
        if (!description || !strstr(description, "vpc-api.md ")) {
            fail_msg("%s: the description names no source", file->name);
        }
        if (!strchr(file->name, '/')) {
            assert_true(json_is_true(json_object_get(root, "x-file")) !=
                        json_is_string(json_object_get(root, "x-request")));
        }
    }
}

static void test_every_variant_has_an_example_that_is_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < NAMES; i++) {
        struct err e = ERR_INIT;
        const struct schema_entry *entry = entry_named(names[i]);
        const json_t *variants = json_object_get(entry->root, "oneOf");
        const struct schema *schema = schema_catalog_compile(catalog, entry, &e);
        JSON_CLEANUP json_t *examples = schema_catalog_examples(catalog, entry);
        assert_int_equal(json_array_size(examples), variants != NULL ? json_array_size(variants) : 1);
        for (size_t k = 0; k < json_array_size(examples); k++) {
            const json_t *example = json_array_get(examples, k);
            const json_t *body = json_object_get(example, "body");
            const char *title = json_string_value(json_object_get(example, "title"));
            if (schema_check(schema, body) != SCHEMA_VALID) {
                fail_msg("%s: the example of \"%s\" is not valid", names[i], title);
            }
            assert_string_equal(schema_catalog_variant(catalog, entry, body), title);
        }
    }
}

static void test_variants_are_called_by_words_of_their_name(void **state)
{
    (void)state;
    static const struct {
        const char *key, *wanted;
        bool is;
    } cases[] = {
        {"image-network-attachment", "image", true},
        {"image-network-attachment", "Image", true},
        {"image-network-attachment", "by image with network attachments", true},
        {"image-network-attachment", "interface", false},
        {"image-network-attachment", "", false},
        {"image-network-attachment", "by", false},
        {"image-network-attachment", "image-interface", false},
        {"source-snapshot-network-interface", "snapshot interface", true},
        {"", "image", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (schema_example_is(cases[i].key, cases[i].wanted) != cases[i].is) {
            fail_msg("%s as %s", cases[i].key, cases[i].wanted);
        }
    }
}

static void test_every_schema_and_definition_is_right_by_its_metaschema(void **state)
{
    (void)state;
    struct schema_library *library = schema_library_create(SCHEMA_ASSERT_FORMAT);
    schema_library_embed(library, SCHEMA_CATALOG_URI, "schemas", schema_files, SCHEMA_DEFAULT);
    for (const struct schema_file *file = schema_files; file->name; file++) {
        struct err e = ERR_INIT;
        const json_t *root = schema_catalog_document(catalog, file->name, &e);
        CLEANUP(text_free) struct text uri = {0};
        text_printf(&uri, SCHEMA_CATALOG_URI "%s", file->name);
        if (!schema_compile(library, uri.data, &e)) {
            fail_msg("%s: %s", file->name, e.message);
        }
        const char *name;
        json_t *definition;
        json_object_foreach (json_object_get(root, "$defs"), name, definition) {
            text_clear(&uri);
            text_printf(&uri, SCHEMA_CATALOG_URI "%s#/$defs/%s", file->name, name);
            if (!schema_compile(library, uri.data, &e)) {
                fail_msg("%s: %s", uri.data, e.message);
            }
        }
    }
    schema_library_destroy(library);
}

/* --- find -------------------------------------------------------------------------------------- */

static void test_finds_by_name_and_names_the_nearest(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    assert_string_equal(entry_named("instance_patch")->request, "PATCH /instances/{id}");
    assert_string_equal(entry_named("instance_patch")->place, "schemas/instance_patch.json");
    assert_ptr_equal(entry_named("instance_patch.json"), entry_named("instance_patch"));
    assert_null(schema_catalog_find(catalog, "instance_pach", &e));
    assert_int_equal(e.code, ERR_USAGE);
    assert_string_equal(e.message, "there is no schema \"instance_pach\"; did you mean \"instance_patch\"?");
    err_clear(&e);
    assert_null(schema_catalog_find(catalog, "common/identiti", &e));
    assert_non_null(strstr(e.message, "did you mean \"common/identity\"?"));
    assert_string_equal(entry_named("common/identity")->place, "schemas/common/identity.json");
}

static void test_references_are_resolved_within_the_folder(void **state)
{
    (void)state;
    static const struct {
        const char *from, *reference, *path, *fragment;
    } cases[] = {
        {"a.json", "common/b.json#/$defs/c", "common/b.json", "/$defs/c"},
        {"common/b.json", "c.json", "common/c.json", ""},
        {"common/b.json", "#/$defs/d", "common/b.json", "/$defs/d"},
        {"common/b.json", SCHEMA_CATALOG_URI "x.json#y", "x.json", "y"},
        {"a.json", "../b.json", NULL, NULL},
        {"a.json", "/b.json", NULL, NULL},
        {"a.json", "https://example.org/b.json", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CLEANUP(text_free) struct text path = {0};
        const char *fragment = NULL;
        bool within = schema_catalog_resolve(cases[i].from, cases[i].reference, &path, &fragment);
        assert_int_equal(within, cases[i].path != NULL);
        if (!within) {
            continue;
        }
        assert_string_equal(text_string(&path), cases[i].path);
        assert_string_equal(fragment, cases[i].fragment);
    }
}

/* --- recognize --------------------------------------------------------------------------------- */

static void test_tells_what_a_valid_body_is(void **state)
{
    (void)state;
    static const struct {
        const char *body, *valid; /* names, a blank behind each */
    } cases[] = {
        {"{\"metadata_service\":{\"response_hop_limit\":2}}", "instance_patch "},
        {"{\"metadata_service\":{\"enabled\":true}}", "bare_metal_server_patch instance_patch "},
        {"{\"type\":\"hard\"}", "bare_metal_server_stop "},
        {"{\"type\":\"stop\"}", "instance_action "},
        {"{\"source_template\":{\"id\":\"0717-1\"}}", "instance_create instance_template_create "},
        {"{\"expires_in\":300}", "identity_token "},
        {"{}", "identity_iam_token identity_token "},
        {"{\"membership_count\":0}", "instance_group_patch "},
        {"{\"allowed_use\":{\"instance\":\"true\"}}", "image_patch "},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        JSON_CLEANUP json_t *body = parsed(cases[i].body);
        struct schema_catalog_match match;
        struct err e = ERR_INIT;
        assert_true(schema_catalog_recognize(catalog, body, &match, &e));
        CLEANUP(text_free) struct text found = {0};
        for (size_t j = 0; j < match.count; j++) {
            text_printf(&found, "%s ", match.valid[j]->name);
        }
        assert_string_equal(text_string(&found), cases[i].valid);
        assert_null(match.nearest);
    }
}

static void test_a_faulty_body_has_a_nearest_schema(void **state)
{
    (void)state;
    static const struct {
        const char *body, *nearest; /* NULL: none */
    } cases[] = {
        {"{\"metadata_service\":{\"response_hop_limit\":65}}", "instance_patch"},
        {"{\"metadata_service\":{\"enabled\":\"true\"}}", "instance_patch"},
        {"{\"metadata_servce\":{\"enabled\":true}}", "instance_patch"},
        {"{\"initialization\":{\"image\":{\"id\":\"r010-1\"}},\"zone\":{\"name\":\"eu-de-1\"}}",
         "bare_metal_server_create"},
        {"{\"type\":\"sotf\"}", "instance_action"},
        {"{\"expires_in\":1}", "identity_token"},
        {"{\"membership_count\":1001}", "instance_group_patch"},
        {"{\"name\":\"UPPER\"}", "instance_patch"},
        {"{\"unheard_of\":1}", NULL},
        {"[1,2]", NULL},
        {"null", NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        JSON_CLEANUP json_t *body = parsed(cases[i].body);
        struct schema_catalog_match match;
        struct err e = ERR_INIT;
        assert_true(schema_catalog_recognize(catalog, body, &match, &e));
        assert_int_equal(match.count, 0);
        assert_string_equal(match.nearest ? match.nearest->name : "nothing",
                            cases[i].nearest ? cases[i].nearest : "nothing");
    }
}

/* --- bundle ------------------------------------------------------------------------------------ */

static void test_a_bundle_stands_for_itself(void **state)
{
    (void)state;
    for (size_t i = 0; i < NAMES; i++) {
        struct err e = ERR_INIT;
        JSON_CLEANUP json_t *bundle = schema_catalog_bundle(catalog, entry_named(names[i]), &e);
        if (bundle == NULL) {
            fail_msg("%s: %s", names[i], e.message);
        }
        struct schema_library *library = schema_library_create(SCHEMA_ASSERT_FORMAT);
        schema_library_add(library, "urn:bundle", bundle);
        const struct schema *schema = schema_compile(library, "urn:bundle", &e);
        if (schema == NULL) {
            fail_msg("%s: %s", names[i], e.message);
        }
        JSON_CLEANUP json_t *bad = parsed("{\"metadata_service\":{\"enabled\":1},\"vpcmeta_unknown\":1}");
        assert_int_equal(schema_check(schema, bad), SCHEMA_INVALID);
        if (strcmp(names[i], "instance_patch") == 0) {
            JSON_CLEANUP json_t *good = parsed("{\"metadata_service\":{\"response_hop_limit\":64}}");
            assert_int_equal(schema_check(schema, good), SCHEMA_VALID);
        }
        schema_library_destroy(library);
    }
}

/* --- a folder instead -------------------------------------------------------------------------- */

static void write_file(const char *folder, const char *name, const char *text)
{
    CLEANUP(text_free) struct text path = {0};
    text_printf(&path, "%s/%s", folder, name);
    FILE *file = fopen(path.data, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void test_a_folder_lies_over_the_embedded_schemas(void **state)
{
    (void)state;
    char folder[] = "/tmp/vpcmeta-schemas-XXXXXX";
    CLEANUP(text_free) struct text common = {0}, clean_up = {0};
    assert_non_null(mkdtemp(folder));
    text_printf(&common, "%s/common", folder);
    assert_int_equal(mkdir(common.data, 0700), 0);
    write_file(folder, "pet.json",
               "{\"title\":\"a pet\",\"properties\":{\"legs\":{\"$ref\":\"common/n.json#/$defs/few\"}}}");
    write_file(folder, "common/n.json", "{\"$defs\":{\"few\":{\"maximum\":8}}}");
    write_file(folder, "common/metadata.json",
               "{\"$defs\":{\"instance_patch\":{\"properties\":{\"newer\":true},\"additionalProperties\":false}}}");
    write_file(folder, "broken.json", "{\"type\":");
    write_file(folder, "README", "no schema");

    struct err e = ERR_INIT;
    struct schema_catalog *own = schema_catalog_open(folder, &e);
    assert_non_null(own);
    assert_int_equal(schema_catalog_count(own), NAMES + 2);
    assert_null(schema_catalog_find(own, "broken", &e));
    assert_int_equal(e.code, ERR_INVALID);
    err_clear(&e);
    const struct schema_entry *pet = schema_catalog_find(own, "pet", &e);
    assert_non_null(pet);
    assert_string_equal(pet->title, "a pet");
    assert_string_equal(pet->request, "");
    const struct schema *schema = schema_catalog_compile(own, pet, &e);
    assert_non_null(schema);
    JSON_CLEANUP json_t *horse = parsed("{\"legs\":4}"), *centipede = parsed("{\"legs\":100}");
    assert_int_equal(schema_check(schema, horse), SCHEMA_VALID);
    assert_int_equal(schema_check(schema, centipede), SCHEMA_INVALID);

    /* what the folder lacks is embedded, and sees the folder's shared definitions */
    const struct schema_entry *patch = schema_catalog_find(own, "instance_patch", &e);
    assert_non_null(patch);
    schema = schema_catalog_compile(own, patch, &e);
    JSON_CLEANUP json_t *newer = parsed("{\"metadata_service\":{\"newer\":1}}"),
                        *older = parsed("{\"metadata_service\":{\"enabled\":true}}");
    assert_int_equal(schema_check(schema, newer), SCHEMA_VALID);
    assert_int_equal(schema_check(schema, older), SCHEMA_INVALID);
    assert_string_equal(schema_catalog_find(own, "common/metadata", &e)->place + strlen(folder),
                        "/common/metadata.json");
    assert_string_equal(schema_catalog_find(own, "common/server.json", &e)->place, "schemas/common/server.json");
    schema_catalog_close(own);

    text_printf(&clean_up, "rm -r %s", folder);
    assert_int_equal(system(clean_up.data), 0);
}

static void test_faults_of_a_folder_are_errors_where_they_are_met(void **state)
{
    (void)state;
    static const struct {
        const char *schema, *fault; /* NULL: none */
        bool found, compiled, recognized, bundled;
    } cases[] = {
        {"{\"properties\":{\"a\":true},\"oneOf\":[{\"title\":\"one\"},{}]}", NULL, true, true, true, true},
        {"{\"allOf\":[{\"properties\":{\"a\":true}},{\"$ref\":\"n.json\"}]}", NULL, true, true, true, true},
        {"true", "pet.json is no JSON object", false, false, false, false},
        {"[]", "pet.json: a schema must be an object or a boolean", false, false, false, false},
        {"{\"type\":", "is not closed", false, false, false, false},
        {"{\"properties\":{\"a\":{\"type\":\"strng\"}}}", "/properties/a/type", true, false, false, true},
        {"{\"properties\":{\"a\":true},\"anyOf\":[{\"$ref\":\"https://x.example/y\"}]}", "x.example/y", true, false,
         false, false},
        {"{\"properties\":{\"a\":true},\"not\":{\"$ref\":\"../up.json\"}}", "../up.json", true, false, false, false},
        {"{\"properties\":{\"a\":true},\"not\":{\"$ref\":\"nowhere.json\"}}", "nowhere.json", true, false, false,
         false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char folder[] = "/tmp/vpcmeta-schemas-XXXXXX/";
        CLEANUP(text_free) struct text clean_up = {0}, text = {0};
        struct schema_catalog_match match;
        struct err e = ERR_INIT, compiling = ERR_INIT, recognizing = ERR_INIT, bundling = ERR_INIT;
        folder[strlen(folder) - 1] = '\0';
        assert_non_null(mkdtemp(folder));
        folder[strlen(folder)] = '/'; /* which messages do not show twice */
        write_file(folder, "pet.json", cases[i].schema);
        struct schema_catalog *own = schema_catalog_open(folder, &e);
        assert_non_null(own);
        const struct schema_entry *pet = schema_catalog_find(own, "pet.json", &e);
        assert_int_equal(pet != NULL, cases[i].found);
        if (i == 1) {
            write_file(folder, "n.json", "{}");
        }
        if (pet != NULL) {
            JSON_CLEANUP json_t *value = parsed("{\"a\":1}");
            JSON_CLEANUP json_t *bundle = schema_catalog_bundle(own, pet, &bundling);
            assert_int_equal(bundle != NULL, cases[i].bundled);
            assert_int_equal(schema_catalog_compile(own, pet, &compiling) != NULL, cases[i].compiled);
            assert_int_equal(schema_catalog_recognize(own, value, &match, &recognizing), cases[i].recognized);
            assert_true(schema_catalog_text(pet, &text, &e));
            assert_string_equal(text_string(&text), cases[i].schema);
            assert_string_equal(schema_catalog_variant(own, pet, value), i == 0 ? "one" : "pet");
            assert_null(strstr(pet->place, "//"));
        }
        const struct err *last = !cases[i].found ? &e : cases[i].fault != NULL ? &compiling : NULL;
        if (last != NULL && strstr(last->message, cases[i].fault) == NULL) {
            fail_msg("%s: \"%s\" lacks \"%s\"", cases[i].schema, last->message, cases[i].fault);
        }
        schema_catalog_close(own);
        text_printf(&clean_up, "rm -r %s", folder);
        assert_int_equal(system(clean_up.data), 0);
    }
    schema_catalog_close(NULL);
}

static void test_a_folder_without_schemas_is_refused(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    assert_null(schema_catalog_open("/nonexistent/schemas", &e));
    assert_int_equal(e.code, ERR_USAGE);
    err_clear(&e);
    assert_null(schema_catalog_open("tests/cli", &e));
    assert_int_equal(e.code, ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_holds_the_named_schemas_in_order),
        cmocka_unit_test(test_every_file_says_what_it_is_and_where_its_rules_come_from),
        cmocka_unit_test(test_every_variant_has_an_example_that_is_it),
        cmocka_unit_test(test_variants_are_called_by_words_of_their_name),
        cmocka_unit_test(test_every_schema_and_definition_is_right_by_its_metaschema),
        cmocka_unit_test(test_finds_by_name_and_names_the_nearest),
        cmocka_unit_test(test_references_are_resolved_within_the_folder),
        cmocka_unit_test(test_tells_what_a_valid_body_is),
        cmocka_unit_test(test_a_faulty_body_has_a_nearest_schema),
        cmocka_unit_test(test_a_bundle_stands_for_itself),
        cmocka_unit_test(test_a_folder_lies_over_the_embedded_schemas),
        cmocka_unit_test(test_faults_of_a_folder_are_errors_where_they_are_met),
        cmocka_unit_test(test_a_folder_without_schemas_is_refused),
    };
    return cmocka_run_group_tests(tests, open_catalog, close_catalog);
}
