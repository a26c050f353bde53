/* Room policy: every slip in a file is an error at its place, with what to write instead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy_fixture.h"

static struct schema_catalog *schemas;

static int open_schemas(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    schemas = schema_catalog_open(NULL, &e);
    return schemas == NULL;
}

static int close_schemas(void **state)
{
    (void)state;
    schema_catalog_close(schemas);
    return 0;
}

struct row {
    const char *text;
    const char *fault; /* the first line, or its beginning */
};

#define HEAD            "version: 1\nrules:\n"
#define RULE(members)   HEAD "  - name: a\n    " members "\n"
#define META(members)   RULE("metadata_service: {" members "}")
#define EXCEPT(members) RULE("exceptions:\n      - {" members "}")
#define WHO             "reason: r, owner: o"

static const struct row rows[] = {
    {"", "p.yaml:1:1: the file is empty"},
};

static void test_faults(void **state)
{
    size_t failures = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text faults = {0};
        CLEANUP(policy_release) struct policy *policy = fixture_policy(rows[i].text, schemas, &faults);
        if (policy != NULL || strncmp(text_string(&faults), rows[i].fault, strlen(rows[i].fault)) != 0) {
            print_error("%s\n  has:  %s  want: %s\n", rows[i].text, text_string(&faults), rows[i].fault);
            failures++;
        }
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, open_schemas, close_schemas);
}
