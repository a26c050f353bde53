/* The gate for secrets: every form of every part is found, and nothing else is touched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "secret/secret.h"
#include "text/text.h"

#define KEY "Zq7_Lk2-Vx9sPd4TmB8nRf6HwYc3JgQaE1uXo5Ki0tSb"

static struct secrets *with(const char *secret, enum secret_kind kind)
{
    struct secrets *secrets = secrets_create();

    secrets_add(secrets, secret, kind);
    return secrets;
}

static void forms_are_found(void **state)
{
    static const struct {
        const char *secret, *text, *shown;
    } rows[] = {
        /* the whole and parts, in any case, at any place */
        {KEY, KEY, "********************************************"},
        {KEY, "a " KEY " b", "a ******************************************** b"},
        {KEY, "x2-Vx9sPd4TmB!", "x************!"},
        {KEY, "ZQ7_LK2-VX9SPD", "**************"},
        {KEY, "Zq7_Lk2-Vx9", "Zq7_Lk2-Vx9"},
        {KEY, "Zq7_Lk2-Vx9s|Pd4TmB8nRf6H", "************|************"},
        /* base64 at each place of a group of three, of both alphabets */
        {"secret?>secret?>", "c2VjcmV0Pz5zZWNyZXQ/Pg==", "*********************g=="},
        {"secret?>secret?>", "eHNlY3JldD8+c2VjcmV0Pz4=", "eH********************4="},
        {"secret?>secret?>", "eHhzZWNyZXQ_PnNlY3JldD8-", "eHh*********************"},
        /* escaped for URLs, forms, HTML, JSON and people */
        {"p&ss w+rd/123", "p%26ss%20w%2Brd%2f123", "*********************"},
        {"p&ss w+rd/123", "p%26ss+w%2Brd%2F123", "*******************"},
        {"p&ss w+rd/123", "p&amp;ss w&#43;rd&#x2F;123", "**************************"},
        {"p&ss w+rd/123", "p\\u0026ss\\u0020w\\u002Brd\\/123", "*****************************"},
        {"p&ss w+rd/123", "p\\x26ss \\u{77}+rd/123", "*********************"},
        {"caf\xc3\xa9-pa\"ssword1", "caf\\u00e9-pa\\\"ssword1", "*********************"},
        {"caf\xc3\xa9-pa\"ssword1", "caf%C3%A9-pa%22ssword1", "**********************"},
        /* several times */
        {"p&ss w+rd/123", "p%2526ss%2520w%252Brd%252f123", "*****************************"},
        {"p&ss w+rd/123", "p\\\\u0026ss\\\\u0020w\\\\u002Brd\\\\/123", "*********************************"},
        {"c2VjcmV0Pz5zZWNyZXQ/Pg==", "c2VjcmV0Pz5zZWNyZXQ%2FPg%3D%3D", "******************************"},
        /* an escape is masked whole, so that JSON stays JSON */
        {"nabcdefghij12", "\"\\nabcdefghij12\"", "\"**************\""},
        {"0041bcdefghijk", "\"\\u0041bcdefghijk\"", "\"****************\""},
        /* a number may be one */
        {"123456789012345", "{\"total\":123456789012345}", "{\"total\":123456789012345}"},
        {"short-one", "short-one", "short-one"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[200];
        struct secrets *secrets = with(rows[i].secret, SECRET_TOKEN);
        snprintf(text, sizeof(text), "%s", rows[i].text);
        bool found = secrets_mask(secrets, text, strlen(text));
        if (strcmp(text, rows[i].shown) != 0) {
            fail_msg("%s became %s", rows[i].text, text);
        }
        assert_int_equal(found, strcmp(rows[i].text, rows[i].shown) != 0);
        secrets_destroy(secrets);
    }
}

/* At every distance from the beginning: a search that skips must not skip over a part. */
static void places_do_not_matter(void **state)
{
    struct secrets *secrets = with(KEY, SECRET_TOKEN);

    (void)state;
    for (size_t before = 0; before < 40; before++) {
        for (size_t part = 0; part + SECRET_PART <= strlen(KEY); part++) {
            CLEANUP(text_free) struct text text = {0};
            text_append_repeat(&text, '.', before);
            text_append_size(&text, &KEY[part], SECRET_PART);
            assert_true(secrets_mask(secrets, text.data, text.size));
            assert_int_equal(strspn(text.data, "."), before);
            assert_int_equal(strspn(text.data + before, "*"), SECRET_PART);
        }
    }
    secrets_destroy(secrets);
}

/* A text of nothing but escapes is read in pieces. */
static void long_escaped_texts(void **state)
{
    struct secrets *secrets = with(KEY, SECRET_TOKEN);

    (void)state;
    for (size_t before = 60 * 1024; before < 68 * 1024; before += 97) {
        CLEANUP(text_free) struct text text = {0};
        while (text.size < before) {
            text_append(&text, "\\u0041");
        }
        for (const char *c = KEY; *c != '\0'; c++) {
            text_printf(&text, "\\u%04x", (unsigned char)*c);
        }
        size_t end = text.size;
        text_append_repeat(&text, 'z', 300);
        assert_true(secrets_mask(secrets, text.data, text.size));
        assert_int_equal(strcspn(text.data, "*"), end - 6 * strlen(KEY));
        assert_int_equal(strcspn(text.data + end, "*"), 300);
        assert_int_equal(strspn(text.data + end - 6 * strlen(KEY), "*"), 6 * strlen(KEY));
    }
    secrets_destroy(secrets);
}

static void answers_keep_what_belongs_to_them(void **state)
{
    static const struct {
        const char *secret;
        enum secret_kind kind;
        const char *body, *shown;
    } rows[] = {
        {KEY, SECRET_LASTING, "{\"name\": \"" KEY "\"}",
         "{\"name\": \"********************************************\"}"},
        {KEY, SECRET_LASTING, "{\"user_data\" : \"a \\\"" KEY "\\\" b\"}", "{\"user_data\" : \"a \\\"" KEY "\\\" b\"}"},
        {KEY, SECRET_TOKEN, "{\"user_data\": \"" KEY "\"}",
         "{\"user_data\": \"********************************************\"}"},
        {KEY, SECRET_LASTING, "{\"user_data\": \"x\", \"name\": \"" KEY "\"}",
         "{\"user_data\": \"x\", \"name\": \"********************************************\"}"},
        {"my-metadata_service-phrase", SECRET_LASTING, "{\"metadata_service\" : {\"a\": \"metadata_service\"}}",
         "{\"metadata_service\" : {\"a\": \"****************\"}}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char body[200];
        struct secrets *secrets = with(rows[i].secret, rows[i].kind);
        snprintf(body, sizeof(body), "%s", rows[i].body);
        secrets_mask_answer(secrets, body, strlen(body));
        assert_string_equal(body, rows[i].shown);
        secrets_destroy(secrets);
    }
    /* what is both a key and a token is a token */
    char body[] = "{\"user_data\": \"" KEY "\"}";
    struct secrets *secrets = with(KEY, SECRET_LASTING);
    secrets_add(secrets, KEY, SECRET_TOKEN);
    secrets_mask_answer(secrets, body, strlen(body));
    assert_null(strstr(body, KEY));
    secrets_destroy(secrets);
}

static void messages_repeat_no_secret(void **state)
{
    static const struct {
        const char *message, *shown;
    } rows[] = {
        {"bad header Authorization: Bearer abc.def-123 (sent)", "bad header Authorization: Bearer *********** (sent)"},
        {"no bearer abcdeF", "no bearer ******"},
        {"token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln is old",
         "token ***************************************** is old"},
        {"Basic dXNlcjpwYXNz", "Basic ************"},
        {"what hUnter2 says, HUNTER2 or hunte%722", "what ******* says, ******* or *********"},
        {"pin 123456789012 is", "pin ************ is"},
        {"a bearer bond, Basic authentication is needed", "a bearer bond, Basic authentication is needed"},
    };

    (void)state;
    struct secrets *secrets = with("hunter2", SECRET_LASTING);
    secrets_add(secrets, "123456789012", SECRET_LASTING);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char message[200];
        snprintf(message, sizeof(message), "%s", rows[i].message);
        secrets_mask_message(secrets, message);
        assert_string_equal(message, rows[i].shown);
    }
    secrets_destroy(secrets);
    char message[] = "no handle: Bearer abc.def-123";
    secrets_mask_message(NULL, message);
    assert_string_equal(message, "no handle: Bearer ***********");
    assert_false(secrets_mask(NULL, message, strlen(message)));
    secrets_add(NULL, KEY, SECRET_TOKEN);
}

static void passwords_of_urls(void **state)
{
    static const struct {
        const char *url, *text;
        bool found;
    } rows[] = {
        {"http://me:Tr0ub4dor%263x@proxy:3128", "Tr0ub4dor&3x", true},
        {"http://me:Tr0ub4dor%263x@proxy:3128", "Basic bWU6VHIwdWI0ZG9yJjN4", true},
        {"me:Tr0ub4dor&3x@proxy:3128", "Tr0ub4dor&3x", true},
        {"https://me:Tr0ub/dor@3x@proxy/v1", "Tr0ub/dor@3x", true},
        {"https://us-south.iaas.cloud.ibm.com:443/v1/a@b", "us-south.iaas.cloud.ibm.com:443/v1/a@b", false},
        {"https://[2001:db8::1]/v1/a@bcdefghijklmnop", "2001:db8::1]/v1/a@bcdefghijklmnop", false},
        {"https://user-without-password@proxy", "user-without-password", false},
        {"https://user%00:Tr0ub4dor%263x@proxy", "Tr0ub4dor&3x", true},
        {"http://proxy:3128", "http://proxy:3128", false},
        {"", "", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[100];
        struct secrets *secrets = secrets_create();
        secrets_add_url(secrets, rows[i].url);
        snprintf(text, sizeof(text), "%s", rows[i].text);
        if (secrets_mask(secrets, text, strlen(text)) != rows[i].found) {
            fail_msg("%s: %s", rows[i].url, text);
        }
        secrets_destroy(secrets);
    }
}

/* Tokens follow each other for days: the oldest is still known. */
static void many_secrets(void **state)
{
    struct secrets *secrets = secrets_create();
    char text[64];

    (void)state;
    for (unsigned i = 0; i < 3000; i++) {
        snprintf(text, sizeof(text), "%08xToken%08x/%u", i * 2654435761U, i * 40503U + 77, i);
        secrets_add(secrets, text, SECRET_TOKEN);
    }
    for (unsigned i = 0; i < 3000; i++) {
        snprintf(text, sizeof(text), "%08xToken%08x/%u", i * 2654435761U, i * 40503U + 77, i);
        assert_true(secrets_mask(secrets, text, strlen(text)));
        assert_int_equal(strspn(text, "*"), strlen(text));
    }
    secrets_destroy(secrets);
}

static void looks(void **state)
{
    static const struct {
        const char *word;
        bool random;
    } rows[] = {
        {KEY, true},
        {"0123456789abcdef0123456789abcdef", true},
        {"eyJhbGciOiJIUzI1NiIsInR5cCI6", true},
        {"keys/production.key", false},
        {"02b7_1e09281b-f177-46fb-baf1-bc152b2e391a", false},
        {"a-long-name-of-a-server-in-us-south-1", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(secret_looks_random(rows[i].word, strlen(rows[i].word)), rows[i].random);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_are_found),
        cmocka_unit_test(places_do_not_matter),
        cmocka_unit_test(long_escaped_texts),
        cmocka_unit_test(answers_keep_what_belongs_to_them),
        cmocka_unit_test(messages_repeat_no_secret),
        cmocka_unit_test(passwords_of_urls),
        cmocka_unit_test(many_secrets),
        cmocka_unit_test(looks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
