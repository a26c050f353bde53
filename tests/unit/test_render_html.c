/* The HTML report as bytes: texts from outside, its policy, secrets, and the same bytes for the same report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "render/render_html_page.h"
#include "report_fixture.h"

struct pieces {
    struct text text;
    size_t largest;
};

static bool take(void *context, const char *bytes, size_t size, struct err *e)
{
    struct pieces *pieces = context;

    (void)e;
    text_append_size(&pieces->text, bytes, size);
    pieces->largest = size > pieces->largest ? size : pieces->largest;
    return true;
}

static void write_report(const struct report *report, struct pieces *pieces)
{
    const struct report_sink sink = {.write = take, .context = pieces};
    struct err e = ERR_INIT;

    assert_true(render_report(report, REPORT_HTML, &sink, &e));
}

static size_t count_of(const char *text, const char *word)
{
    size_t count = 0;

    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
        count++;
    }
    return count;
}

static void test_texts(void **state)
{
    static const struct {
        const char *text, *element, *attribute, *json;
    } cases[] = {
        {NULL, "", "", "null"},
        {"web-1", "web-1", "web-1", "\"web-1\""},
        {"</script>", "&lt;/script&gt;", "&lt;/script&gt;", "\"\\u003c/script\\u003e\""},
        {"<!--", "&lt;!--", "&lt;!--", "\"\\u003c!--\""},
        {"\"'&\\", "&quot;&#39;&amp;\\", "&quot;&#39;&amp;\\", "\"\\\"\\u0027\\u0026\\\\\""},
        {"a\xE2\x80\xAE", "a<span class=\"code-point\" data-code=\"U+202E\">\xE2\x80\xAE</span>", "a\\u{202e}",
         "\"a\\u202e\""},
        {"\xE2\x80\xA8", "<span class=\"code-point\" data-code=\"U+2028\">\xE2\x80\xA8</span>", "\\u{2028}",
         "\"\\u2028\""},
        {"\r", "<span class=\"code-point\" data-code=\"U+000D\">&#13;</span>", "\\u{000d}", "\"\\u000d\""},
        {"\xFFx", "\xEF\xBF\xBDx", "\xEF\xBF\xBDx", "\"\xEF\xBF\xBDx\""},
        {"\xF0\x9F\x9A\x80", "\xF0\x9F\x9A\x80", "\xF0\x9F\x9A\x80", "\"\xF0\x9F\x9A\x80\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CLEANUP(text_free) struct text element = {0}, attribute = {0}, json = {0};
        render_html_text(&element, cases[i].text);
        render_html_attribute(&attribute, cases[i].text);
        render_html_json_string(&json, cases[i].text);
        assert_string_equal(text_string(&element), cases[i].element);
        assert_string_equal(text_string(&attribute), cases[i].attribute);
        assert_string_equal(text_string(&json), cases[i].json);
    }
}

/* The page itself has two script elements, one style and one comment-free body; a hostile report adds none. */
static void test_no_element_from_outside(void **state)
{
    struct pieces pieces = {0};
    struct report report = report_fixture_compared();

    (void)state;
    write_report(&report, &pieces);
    const char *page = text_string(&pieces.text);
    assert_int_equal(count_of(page, "<script"), 2);
    assert_int_equal(count_of(page, "</script"), 2);
    assert_int_equal(count_of(page, "<style"), 1);
    assert_int_equal(count_of(page, "<!--"), 0);
    assert_int_equal(count_of(page, "<b>\x01"), 0);
    assert_int_equal(count_of(page, " style=\""), 0);
    assert_int_equal(count_of(page, "=\"http") + count_of(page, "url(http") + count_of(page, " src="), 0);
    assert_non_null(strstr(page, "Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-"));
    assert_non_null(strstr(page, REPORT_LONG_NAME));
    text_free(&pieces.text);
}

static void test_same_bytes(void **state)
{
    struct pieces first = {0}, second = {0};
    struct report report = report_fixture();

    (void)state;
    write_report(&report, &first);
    write_report(&report, &second);
    assert_int_equal(first.text.size, second.text.size);
    assert_memory_equal(text_string(&first.text), text_string(&second.text), first.text.size);
    text_free(&first.text);
    text_free(&second.text);
}

/* Secrets go wherever they came from, and the page's own script stays what its digest is of. */
static void test_secrets(void **state)
{
    struct pieces plain = {0}, pieces = {0};
    struct report report = report_fixture();
    struct secrets *secrets = secrets_create();

    (void)state;
    report.command = "vpcmeta audit --api-key Zx81-secret-Key-4711 --where 'a < b'";
    write_report(&report, &plain);
    assert_non_null(strstr(text_string(&plain.text), "Zx81-secret-Key-4711"));
    secrets_add(secrets, "Zx81-secret-Key-4711", SECRET_LASTING);
    secrets_add(secrets, "aria-activedescendant", SECRET_LASTING);
    report.secrets = secrets;
    write_report(&report, &pieces);
    assert_null(strstr(text_string(&pieces.text), "Zx81-secret-Key-4711"));
    assert_non_null(strstr(text_string(&pieces.text), "aria-activedescendant"));
    assert_int_equal(pieces.text.size, plain.text.size);
    secrets_destroy(secrets);
    text_free(&plain.text);
    text_free(&pieces.text);
}

static bool take_until_full(void *context, const char *bytes, size_t size, struct err *e)
{
    size_t *left = context;

    (void)bytes;
    if (*left < size) {
        return err_set(e, ERR_IO, "the disk is full");
    }
    *left -= size;
    return true;
}

/* Wherever the disk is full, the error is said and nothing more is written. */
static void test_full_disk(void **state)
{
    struct pieces pieces = {0};
    struct report report = report_fixture();

    (void)state;
    write_report(&report, &pieces);
    for (size_t room = 0; room < pieces.text.size; room += pieces.text.size / 16 + 1) {
        struct err e = ERR_INIT;
        size_t left = room;
        const struct report_sink sink = {.write = take_until_full, .context = &left};
        assert_false(render_report(&report, REPORT_HTML, &sink, &e));
        assert_string_equal(e.message, "the disk is full");
    }
    text_free(&pieces.text);
}

/* An endpoint of which no region is known adds no region that nothing is in. */
static void test_region_without_a_name(void **state)
{
    static const char *const regions[] = {""};
    struct pieces pieces = {0};
    struct report report = report_fixture();

    (void)state;
    report.regions = regions;
    report.region_count = 1;
    write_report(&report, &pieces);
    assert_non_null(strstr(text_string(&pieces.text), "<dt>Regions</dt><dd>us-south"));
    text_free(&pieces.text);
}

/* What waits to be written does not grow with the fleet. */
static void test_pieces_are_small(void **state)
{
    struct pieces pieces = {0};
    struct report_many many = {.count = 20000};
    struct report report = report_fixture_many(&many);

    (void)state;
    write_report(&report, &pieces);
    assert_true(pieces.text.size > 1000000);
    assert_true(pieces.text.size < 12u << 20);
    assert_true(pieces.largest < 200000);
    text_free(&pieces.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_no_element_from_outside),
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_region_without_a_name),
        cmocka_unit_test(test_pieces_are_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
