/* The JSON-Schema-Test-Suite, when it is there: every required test of draft 2020-12 must pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schema/schema.h"

#define REMOTES "http://localhost:1234/"

struct tally {
    unsigned passed, total, with_remotes;
};

static const char *suite_folder(void)
{
    const char *folder = getenv("JSON_SCHEMA_TEST_SUITE");
    return folder != NULL ? folder : "../shared/json-schema-test-suite";
}

static bool mentions_remotes(const json_t *schema)
{
    CLEANUP(text_free) struct text text = {0};

    json_print(&text, schema, JSON_PRINT_COMPACT);
    return strstr(text_string(&text), REMOTES) != NULL;
}

static void run_group(const char *file, const json_t *group, const char *remotes, enum schema_flags flags,
                      struct tally *tally)
{
    struct schema_library *library = schema_library_create(flags);
    struct err e = ERR_INIT;
    size_t i;
    json_t *test;

    assert_true(schema_library_map(library, REMOTES, remotes, SCHEMA_DEFAULT, &e));
    schema_library_add(library, "https://suite.example/schema", json_object_get(group, "schema"));
    const struct schema *schema = schema_compile(library, "https://suite.example/schema", &e);
    bool remote = mentions_remotes(json_object_get(group, "schema"));
    json_array_foreach (json_object_get(group, "tests"), i, test) {
        const json_t *data = json_object_get(test, "data");
        bool valid = json_is_true(json_object_get(test, "valid"));
        enum schema_verdict verdict = schema != NULL ? schema_check(schema, data) : SCHEMA_UNDECIDED;
        CLEANUP(schema_faults_free) struct schema_faults faults = {0};
        bool right = verdict == (valid ? SCHEMA_VALID : SCHEMA_INVALID);
        if (schema != NULL && schema_explain(schema, data, &faults) != verdict) {
            right = false;
        }
        right = right && (faults.count > 0) == !valid;
        tally->total++;
        tally->passed += right;
        tally->with_remotes += remote;
        if (!right && (flags & SCHEMA_ASSERT_FORMAT) == 0) {
            print_message("%s: %s: %s: %s\n", file, json_string_value(json_object_get(group, "description")),
                          json_string_value(json_object_get(test, "description")), schema == NULL ? e.message : "");
        }
    }
    schema_library_destroy(library);
}

static struct tally run_files(const char *pattern, enum schema_flags flags)
{
    CLEANUP(text_free) struct text path = {0};
    CLEANUP(text_free) struct text remotes = {0};
    struct tally tally = {0};
    glob_t found;

    text_printf(&path, "%s/tests/draft2020-12/%s", suite_folder(), pattern);
    text_printf(&remotes, "%s/remotes", suite_folder());
    if (glob(text_string(&path), 0, NULL, &found) != 0) {
        return tally;
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        CLEANUP(json_document_free) struct json_document document = {0};
        struct err e = ERR_INIT;
        size_t k;
        json_t *group;
        if (!json_read_file(found.gl_pathv[i], JSON_READ_BIG_NUMBERS, &document, &e)) {
            fail_msg("%s: %s", found.gl_pathv[i], e.message);
        }
        json_array_foreach (document.root, k, group) {
            run_group(strrchr(found.gl_pathv[i], '/') + 1, group, text_string(&remotes), flags, &tally);
        }
    }
    globfree(&found);
    return tally;
}

static void test_required_tests_of_the_suite_pass(void **state)
{
    (void)state;
    if (access(suite_folder(), R_OK) != 0) {
        printf("report: JSON-Schema-Test-Suite: skipped, %s is not there\n", suite_folder());
        skip();
    }
    struct tally required = run_files("*.json", SCHEMA_DEFAULT);
    printf("report: JSON-Schema-Test-Suite draft2020-12: %u of %u required tests pass (%u of them with remote "
           "references)\n",
           required.passed, required.total, required.with_remotes);
    struct tally optional = run_files("optional/*.json", SCHEMA_DEFAULT);
    struct tally format = run_files("optional/format/*.json", SCHEMA_ASSERT_FORMAT);
    if (optional.total + format.total > 0) {
        printf("report: JSON-Schema-Test-Suite draft2020-12: optional %u of %u, format %u of %u\n", optional.passed,
               optional.total, format.passed, format.total);
    }
    assert_int_equal(required.passed, required.total);
    assert_true(required.total >= 1299);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_required_tests_of_the_suite_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
