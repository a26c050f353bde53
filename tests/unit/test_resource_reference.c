/* Room resource: references, in a body and in an answer, say the same in every form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "resource/resource_reference.h"
#include "text/text.h"

static void every_form_of_a_reference_says_the_same(void **state)
{
    static const struct {
        const char *reference, *path;
        const char *id, *word; /* of the tree; NULL: none */
        const char *read;      /* of the answer at the path */
    } rows[] = {
        {"{\"id\":\"r006-1\",\"name\":\"prod\"}", "x/id", "r006-1", "r006-1", "r006-1"},
        {"{\"crn\":\"crn:v1:bluemix:public:is:eu-de:a/1::vpc:r006-1\"}", "x/id", "r006-1", "r006-1", "r006-1"},
        {"{\"href\":\"https://eu-de.iaas.cloud.ibm.com/v1/vpcs/r006-1\"}", "x/id", "r006-1", "r006-1", "r006-1"},
        {"{\"id\":null,\"crn\":\"crn:v1:bluemix:public:is:eu-de:a/1::vpc:r006-1\"}", "x/id", "r006-1", "r006-1",
         "r006-1"},
        {"{\"name\":\"eu-de-1\"}", "x/name", NULL, "eu-de-1", "eu-de-1"},
        {"{\"href\":\"https://h/v1/regions/eu-de/zones/eu-de-1\"}", "x/name", "eu-de-1", "eu-de-1", "eu-de-1"},
        /* a name is no id, and half a reference is none */
        {"{\"name\":\"prod\"}", "x/id", NULL, "prod", NULL},
        {"{\"href\":\"https://h/v1/vpcs/\"}", "x/id", NULL, NULL, NULL},
        {"{\"crn\":\"nonsense\"}", "x/id", NULL, NULL, NULL},
        {"{}", "x/id", NULL, NULL, NULL},
        {"null", "x/id", NULL, NULL, NULL},
    };
    CLEANUP(answer_parser_release) struct answer_parser *parser = answer_parser_create();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text bytes = {0};
        struct answer_string value = {0};
        struct answer_node root;
        struct err e = ERR_INIT;
        text_printf(&bytes, "{\"x\":%s}", rows[i].reference);
        assert_true(answer_parse(parser, text_string(&bytes), bytes.size, &root, &e));
        JSON_CLEANUP json_t *tree = answer_to_json(root);
        const json_t *reference = json_object_get(tree, "x");
        if (!text_equal(resource_reference_id(reference), rows[i].id) ||
            !text_equal(resource_reference_word(reference), rows[i].word) ||
            !resource_reference_read(root, rows[i].path, ANSWER_OPTIONAL, &value, &e) ||
            !text_equal(value.data, rows[i].read) || (value.data != NULL && value.size != strlen(value.data))) {
            fail_msg("row %zu: %s (%s)", i, rows[i].reference, e.message);
        }
        assert_int_equal(resource_reference_read(root, rows[i].path, ANSWER_REQUIRED, &value, &e),
                         rows[i].read != NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_a_reference_says_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
