/* render: one table, five formats; what a person sees, what a program reads, what a spreadsheet may not run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

#include "render/render.h"

enum { NAME, ENABLED, HOPS, ZONE, VPC, ID, DETAILS, COLUMNS };

static const struct table_column columns[COLUMNS] = {
    [NAME] = {.name = "name"},
    [ENABLED] = {.name = "enabled", .type = TABLE_BOOL},
    [HOPS] = {.name = "response_hop_limit", .title = "HOPS", .type = TABLE_INT},
    [ZONE] = {.name = "zone", .rank = 1},
    [VPC] = {.name = "vpc", .rank = 2},
    [ID] = {.name = "id", .flags = TABLE_WIDE | TABLE_FIXED},
    [DETAILS] = {.name = "details", .type = TABLE_JSON, .flags = TABLE_WIDE},
};

static void add(struct table *table, const char *name, bool enabled, int hops)
{
    table_add_row(table);
    table_set_string(table, NAME, name);
    table_set_bool(table, ENABLED, enabled);
    table_set_style(table, ENABLED, enabled ? TABLE_GOOD : TABLE_BAD);
    if (hops > 0) {
        table_set_int(table, HOPS, hops);
    } else if (hops == 0) {
        table_set_null(table, HOPS);
    }
}

static struct table *small_table(void)
{
    struct table *table = table_create(columns, COLUMNS);

    add(table, "web-1", true, 2);
    table_set_string(table, ZONE, "us-south-1");
    table_set_json(table, DETAILS, "{\"a\":[1,\"no\"]}", 14);
    add(table, "=1+1,\"x\"", false, 64);
    add(table, "\xe6\x9d\xb1\x1b[31m", false, 0);
    add(table, "yes", true, -1);
    return table;
}

/* What `render_table` writes, or "error: ..." */
static char *rendered(const struct table *table, const struct render_envelope *envelope, struct render_options options)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct err e = ERR_INIT;
    bool ok = render_table(table, envelope, &options, out, &e);

    fclose(out);
    if (!ok) {
        free(text);
        if (asprintf(&text, "error: %s", e.message) < 0) {
            abort();
        }
    }
    return text;
}

static char *document(const char *json, struct render_options options)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    JSON_CLEANUP json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
    struct err e = ERR_INIT;
    bool ok = render_document(value, &options, out, &e);

    fclose(out);
    if (!ok) {
        free(text);
        if (asprintf(&text, "error: %s", e.message) < 0) {
            abort();
        }
    }
    return text;
}

static void expect(char *got, const char *wanted)
{
    CLEANUP(text_free_pointer) char *text = got;

    assert_string_equal(text, wanted);
}

static void piped_text_is_aligned_and_never_cut(void **state)
{
    TABLE_CLEANUP struct table *table = small_table();

    (void)state;
    expect(rendered(table, NULL, (struct render_options){.format = RENDER_TABLE}),
           "NAME        ENABLED  HOPS  ZONE        VPC\n"
           "web-1       true        2  us-south-1  -\n"
           "=1+1,\"x\"    false      64  -           -\n"
           "\xe6\x9d\xb1\\x1b[31m  false       -  -           -\n"
           "yes         true        -  -           -\n");
    expect(rendered(table, NULL,
                    (struct render_options){.format = RENDER_TABLE,
                                            .no_headers = true,
                                            .fields = (const char *const[]){"id", "name"},
                                            .fields_count = 2}),
           "-  web-1\n-  =1+1,\"x\"\n-  \xe6\x9d\xb1\\x1b[31m\n-  yes\n");
}

static void a_narrow_terminal_shows_the_important_columns_and_names_the_others(void **state)
{
    TABLE_CLEANUP struct table *table = table_create(columns, COLUMNS);

    (void)state;
    add(table, "a-name-that-is-much-longer-than-any-name-should-be", true, 2);
    table_set_string(table, ZONE, "us-south-1");
    table_set_string(table, VPC, "vpc-prod");
    /* wide enough: whole */
    expect(rendered(table, NULL, (struct render_options){.format = RENDER_TABLE, .columns = 120}),
           "NAME                                                ENABLED  HOPS  ZONE        VPC\n"
           "a-name-that-is-much-longer-than-any-name-should-be  true        2  us-south-1  vpc-prod\n");
    /* the widest is cut first */
    expect(rendered(table, NULL, (struct render_options){.format = RENDER_TABLE, .columns = 70}),
           "NAME                               ENABLED  HOPS  ZONE        VPC\n"
           "a-name-that-is-much-longer-tha...  true        2  us-south-1  vpc-prod\n");
    /* then the columns of the highest rank go */
    expect(rendered(table, NULL, (struct render_options){.format = RENDER_TABLE, .columns = 55}),
           "NAME                          ENABLED  HOPS  ZONE\n"
           "a-name-that-is-much-longe...  true        2  us-south-1\n");
    CLEANUP(text_free) struct text left_out = {0};
    expect(rendered(table, NULL, (struct render_options){.format = RENDER_TABLE, .columns = 30, .left_out = &left_out}),
           "NAME             ENABLED  HOPS\n"
           "a-name-that-...  true        2\n");
    assert_string_equal(text_string(&left_out), "zone, vpc");
    /* what was asked for stays */
    expect(rendered(table, NULL,
                    (struct render_options){.format = RENDER_TABLE,
                                            .columns = 36,
                                            .fields = (const char *const[]){"vpc", "zone", "name"},
                                            .fields_count = 3}),
           "VPC       ZONE        NAME\n"
           "vpc-prod  us-south-1  a-name-that...\n");
}

static void names_and_ids_are_never_cut(void **state)
{
    static const struct table_column named[] = {{.name = "id", .flags = TABLE_FIXED, .rank = 9},
                                                {.name = "name", .flags = TABLE_FIXED},
                                                {.name = "status", .rank = 1},
                                                {.name = "enabled", .type = TABLE_BOOL},
                                                {.name = "change", .flags = TABLE_WRAP, .least = 10}};
    static const char *const all[] = {"id", "name", "enabled"};
    TABLE_CLEANUP struct table *table = table_create(named, 5);
    struct render_options options = {.format = RENDER_TABLE};

    (void)state;
    table_add_row(table);
    table_set_string(table, 0, "0727_2645912d");
    table_set_string(table, 1, "web-\xe6\x9d\xb1-with-a-long-name");
    table_set_string(table, 2, "running");
    table_set_bool(table, 3, true);
    table_set_string(table, 4, "enabled false -> true");
    table_add_row(table);
    table_set_string(table, 0, "0727_1");
    table_set_string(table, 1, "web-2");
    /* what ranks high goes, what can be wrapped is wrapped */
    options.columns = 46;
    expect(rendered(table, NULL, options), "NAME                     ENABLED  CHANGE\n"
                                           "web-\xe6\x9d\xb1-with-a-long-name  true     enabled\n"
                                           "                                  false ->\n"
                                           "                                  true\n"
                                           "web-2                    -        -\n");
    /* then a longer name ends its line, the others stay in theirs */
    options.columns = 30;
    expect(rendered(table, NULL, options), "NAME       ENABLED  CHANGE\n"
                                           "web-\xe6\x9d\xb1-with-a-long-name\n"
                                           "           true     enabled\n"
                                           "                    false ->\n"
                                           "                    true\n"
                                           "web-2      -        -\n");
    options.fields = all;
    options.fields_count = 3;
    options.columns = 39;
    expect(rendered(table, NULL, options), "ID             NAME             ENABLED\n"
                                           "0727_2645912d  web-\xe6\x9d\xb1-with-a-long-name\n"
                                           "                                true\n"
                                           "0727_1         web-2            -\n");
    /* and where nothing helps, the line is as long as it has to be */
    options.columns = 20;
    expect(rendered(table, NULL, options), "ID             NAME                     ENABLED\n"
                                           "0727_2645912d  web-\xe6\x9d\xb1-with-a-long-name  true\n"
                                           "0727_1         web-2                    -\n");
}

static void a_table_without_rows_has_no_headings_for_people(void **state)
{
    TABLE_CLEANUP struct table *table = table_create(columns, COLUMNS);

    (void)state;
    expect(rendered(table, NULL, (struct render_options){.format = RENDER_TABLE}), "");
    expect(rendered(table, NULL, (struct render_options){.format = RENDER_TABLE, .columns = 80}), "");
}

static void no_line_of_text_is_wider_than_the_terminal_when_names_can_be_cut(void **state)
{
    TABLE_CLEANUP struct table *table = table_create(columns, COLUMNS);

    (void)state;
    for (int i = 0; i < 20; i++) {
        CLEANUP(text_free) struct text name = {0};
        for (int j = 0; j < 3 * i; j++) {
            text_append(&name, j % 3 ? "x" : "\xe6\x9d\xb1");
        }
        add(table, text_string(&name), i % 2, i);
        table_set_string(table, VPC, text_string(&name));
    }
    for (unsigned width = 36; width < 140; width++) {
        CLEANUP(text_free_pointer)
        char *text = rendered(table, NULL, (struct render_options){.format = RENDER_TABLE, .columns = width});
        for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
            assert_in_range(text_width(line, strcspn(line, "\n")), 0, width);
        }
    }
}

static void a_wrapped_column_goes_on_below_itself(void **state)
{
    static const struct table_column reasons[] = {
        {.name = "name"}, {.name = "reason", .flags = TABLE_WRAP}, {.name = "hops", .type = TABLE_INT}};
    TABLE_CLEANUP struct table *table = table_create(reasons, 3);

    (void)state;
    table_add_row(table);
    table_set_string(table, 0, "web-1");
    table_set_string(table, 1, "the server has no such setting, averyverylongwordwithoutblanks");
    table_set_int(table, 2, 7);
    table_add_row(table);
    table_set_string(table, 0, "web-2");
    expect(rendered(table, NULL, (struct render_options){.format = RENDER_TABLE, .columns = 33}),
           "NAME   REASON                HOPS\n"
           "web-1  the server has no        7\n"
           "       such setting,\n"
           "       averyverylongwordwit\n"
           "       houtblanks\n"
           "web-2  -                        -\n");
    expect(rendered(table, NULL, (struct render_options){.format = RENDER_TABLE, .no_headers = true}),
           "web-1  the server has no such setting, averyverylongwordwithoutblanks  7\n"
           "web-2  -                                                               -\n");
}

static void a_sparse_column_without_values_is_left_out_of_text_only(void **state)
{
    static const struct table_column sparse[] = {{.name = "name"}, {.name = "zone", .flags = TABLE_SPARSE}};
    TABLE_CLEANUP struct table *table = table_create(sparse, 2);

    (void)state;
    table_add_row(table);
    table_set_string(table, 0, "a");
    table_set_null(table, 1);
    expect(rendered(table, NULL, (struct render_options){.format = RENDER_TABLE}), "NAME\na\n");
    expect(rendered(table, NULL, (struct render_options){.format = RENDER_JSONL}), "{\"name\":\"a\",\"zone\":null}\n");
    table_set_string(table, 1, "z");
    expect(rendered(table, NULL, (struct render_options){.format = RENDER_TABLE}), "NAME  ZONE\na     z\n");
}

static void colours_follow_the_styles_and_cost_no_width(void **state)
{
    TABLE_CLEANUP struct table *table = table_create(columns, COLUMNS);

    (void)state;
    add(table, "a", true, 1);
    add(table, "b", false, 2);
    expect(rendered(table, NULL,
                    (struct render_options){.format = RENDER_TABLE,
                                            .color = true,
                                            .fields = (const char *const[]){"enabled", "name"},
                                            .fields_count = 2}),
           "\033[1mENABLED\033[0m  \033[1mNAME\033[0m\n"
           "\033[32mtrue\033[0m     a\n"
           "\033[31mfalse\033[0m    b\n");
}

static void json_has_an_envelope_and_native_types(void **state)
{
    TABLE_CLEANUP struct table *table = small_table();
    JSON_CLEANUP json_t *head = json_pack("{s:i, s:b, s:[s]}", "schema_version", 1, "complete", 0, "missing", "eu-de");
    const struct render_envelope envelope = {.head = head, .items = "findings"};
    TABLE_CLEANUP struct table *empty = table_create(columns, COLUMNS);

    (void)state;
    expect(rendered(table, NULL, (struct render_options){.format = RENDER_JSON}),
           "{\"schema_version\":1,\"complete\":true,\"items\":[\n"
           "{\"name\":\"web-1\",\"enabled\":true,\"response_hop_limit\":2,\"zone\":\"us-south-1\","
           "\"details\":{\"a\":[1,\"no\"]}},\n"
           "{\"name\":\"=1+1,\\\"x\\\"\",\"enabled\":false,\"response_hop_limit\":64},\n"
           "{\"name\":\"\xe6\x9d\xb1\\u001b[31m\",\"enabled\":false,\"response_hop_limit\":null},\n"
           "{\"name\":\"yes\",\"enabled\":true}\n"
           "]}\n");
    expect(rendered(empty, &envelope, (struct render_options){.format = RENDER_JSON}),
           "{\"schema_version\":1,\"complete\":false,\"missing\":[\"eu-de\"],\"findings\":[]}\n");
    expect(rendered(table, NULL,
                    (struct render_options){
                        .format = RENDER_JSONL, .fields = (const char *const[]){"enabled", "name"}, .fields_count = 2}),
           "{\"enabled\":true,\"name\":\"web-1\"}\n"
           "{\"enabled\":false,\"name\":\"=1+1,\\\"x\\\"\"}\n"
           "{\"enabled\":false,\"name\":\"\xe6\x9d\xb1\\u001b[31m\"}\n"
           "{\"enabled\":true,\"name\":\"yes\"}\n");
}

static void csv_quotes_what_must_be_and_defuses_formulas(void **state)
{
    static const struct {
        const char *name, *field;
    } cases[] = {
        {"plain", "plain"},
        {"a,b", "\"a,b\""},
        {"a\"b", "\"a\"\"b\""},
        {"a\nb", "\"a\nb\""},
        {"=1+1", "'=1+1"},
        {"+1", "'+1"},
        {"\xef\xbc\x9dx", "'\xef\xbc\x9dx"}, /* a full-width = */
        {"\xef\xbc\xa0", "'\xef\xbc\xa0"},
        {"\xef\xbc\xa1", "\xef\xbc\xa1"},
        {"-1", "'-1"},
        {"@x", "'@x"},
        {"\tx", "\"'\tx\""},
        {"\rx", "\"'\rx\""},
        {"\nx", "\"'\nx\""},
        {"=a,b", "\"'=a,b\""},
        {"a=b", "a=b"},
        {" a", "\" a\""},
        {"", ""},
        {"\x1b[2J", "\\x1b[2J"},
        {"\xe6\x9d\xb1", "\xe6\x9d\xb1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        TABLE_CLEANUP struct table *table = table_create(columns, COLUMNS);
        CLEANUP(text_free) struct text wanted = {0};
        add(table, cases[i].name, true, -1);
        text_printf(&wanted, "name\n%s\n", cases[i].field);
        expect(rendered(table, NULL,
                        (struct render_options){
                            .format = RENDER_CSV, .fields = (const char *const[]){"name"}, .fields_count = 1}),
               text_string(&wanted));
    }
}

static void csv_leaves_numbers_alone_and_absent_cells_empty(void **state)
{
    static const struct table_column numbers[] = {{.name = "a", .type = TABLE_INT},
                                                  {.name = "b", .type = TABLE_INT},
                                                  {.name = "c", .type = TABLE_BOOL},
                                                  {.name = "d", .flags = TABLE_WIDE}};
    TABLE_CLEANUP struct table *table = table_create(numbers, 4);

    (void)state;
    table_add_row(table);
    table_set_int(table, 0, -5);
    table_set_int(table, 1, INT64_MIN);
    table_add_row(table);
    table_set_null(table, 0);
    table_set_bool(table, 2, true);
    expect(rendered(table, NULL, (struct render_options){.format = RENDER_CSV}),
           "a,b,c,d\n-5,-9223372036854775808,,\n,,true,\n");
    expect(rendered(table, NULL, (struct render_options){.format = RENDER_CSV, .no_headers = true}),
           "-5,-9223372036854775808,,\n,,true,\n");
}

static void yaml_reads_as_the_json_does(void **state)
{
    TABLE_CLEANUP struct table *table = small_table();

    (void)state;
    expect(rendered(table, NULL, (struct render_options){.format = RENDER_YAML}),
           "schema_version: 1\ncomplete: true\nitems:\n"
           "- name: web-1\n  enabled: true\n  response_hop_limit: 2\n  zone: us-south-1\n"
           "  details:\n    a:\n    - 1\n    - \"no\"\n"
           "- name: \"=1+1,\\\"x\\\"\"\n  enabled: false\n  response_hop_limit: 64\n"
           "- name: \"\xe6\x9d\xb1\\e[31m\"\n  enabled: false\n  response_hop_limit: null\n"
           "- name: \"yes\"\n  enabled: true\n");
}

/* The style and text of the only scalar of a YAML text. */
static void read_scalar(const char *yaml, char *ret_value, size_t size, yaml_scalar_style_t *ret_style)
{
    yaml_parser_t parser;
    yaml_event_t event;
    bool done = false;

    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, (const unsigned char *)yaml, strlen(yaml));
    while (!done) {
        assert_int_equal(yaml_parser_parse(&parser, &event), 1);
        if (event.type == YAML_SCALAR_EVENT) {
            snprintf(ret_value, size, "%s", (const char *)event.data.scalar.value);
            *ret_style = event.data.scalar.style;
        }
        done = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
}

static void yaml_strings_read_back_as_strings(void **state)
{
    static const char *const words[] = {"yes",  "No",         "NULL",         "null", "~",   "",     "1",    "1.0",
                                        "0x1f", "1e3",        "on",           "OFF",  "y",   "true", ".inf", "- a",
                                        "a: b", "# x",        "@a",           "`a",   "'a",  "\"a",  "*a",   "&a",
                                        "!a",   "2026-01-01", "a\nb",         " a ",  "%a",  "=",    "1_0",  "1:30",
                                        "<<",   "\xc2\x85",   "\xe2\x80\xa8", "[a]",  "{a}", "a, b"};

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        JSON_CLEANUP json_t *value = json_string(words[i]);
        CLEANUP(text_free) struct text json = {0};
        char back[64] = "";
        yaml_scalar_style_t style = YAML_ANY_SCALAR_STYLE;
        json_print(&json, value, JSON_PRINT_COMPACT);
        CLEANUP(text_free_pointer)
        char *yaml = document(text_string(&json), (struct render_options){.format = RENDER_YAML});
        read_scalar(yaml, back, sizeof(back), &style);
        assert_string_equal(back, words[i]);
        assert_int_equal(style, YAML_DOUBLE_QUOTED_SCALAR_STYLE);
    }
}

static void yaml_escapes_what_turns_the_direction_of_text(void **state)
{
    CLEANUP(text_free_pointer)
    char *yaml = document("\"a\\u202eb\\u2067\\u00e9\"", (struct render_options){.format = RENDER_YAML});
    char back[64] = "";
    yaml_scalar_style_t style = YAML_ANY_SCALAR_STYLE;

    (void)state;
    assert_string_equal(yaml, "\"a\\u202Eb\\u2067\xc3\xa9\"\n");
    read_scalar(yaml, back, sizeof(back), &style);
    assert_string_equal(back, "a\xe2\x80\xae"
                              "b\xe2\x81\xa7\xc3\xa9");
}

static void broken_bytes_reach_no_format(void **state)
{
    TABLE_CLEANUP struct table *table = table_create(columns, COLUMNS);
    const struct render_options options = {
        .fields = (const char *const[]){"name"}, .fields_count = 1, .no_headers = true};

    (void)state;
    add(table, "a\xff", true, -1);
    for (int format = RENDER_TABLE; format <= RENDER_YAML; format++) {
        struct render_options one = options;
        one.format = (enum render_format)format;
        CLEANUP(text_free_pointer) char *text = rendered(table, NULL, one);
        assert_null(strchr(text, '\xff'));
        assert_null(strstr(text, "error"));
    }
}

static void unknown_fields_are_usage_errors_with_the_nearest(void **state)
{
    static const char *const fields[] = {"name", "enabeld"};
    const struct render_options options = {.fields = fields, .fields_count = 2};
    struct err e = ERR_INIT;
    TABLE_CLEANUP struct table *table = small_table();

    (void)state;
    assert_false(render_check_fields(&options, columns, COLUMNS, &e));
    assert_int_equal(e.code, ERR_USAGE);
    assert_string_equal(e.message, "--fields enabeld: there is no such field: did you mean enabled? "
                                   "(there are: name, enabled, response_hop_limit, zone, vpc, id, details)");
    expect(rendered(table, NULL, options), "error: --fields enabeld: there is no such field: did you mean enabled? "
                                           "(there are: name, enabled, response_hop_limit, zone, vpc, id, details)");
}

static void documents_come_in_every_format(void **state)
{
    static const char json[] = "{\"id\":\"a\",\"service\":{\"on\":true,\"hops\":1.0},\"keys\":[{\"id\":\"=k\"},[]],"
                               "\"none\":null,\"empty\":{}}";

    (void)state;
    expect(document(json, (struct render_options){.format = RENDER_TABLE}), "id            a\n"
                                                                            "service.on    true\n"
                                                                            "service.hops  1.0\n"
                                                                            "keys[0].id    =k\n"
                                                                            "keys[1]       []\n"
                                                                            "none          null\n"
                                                                            "empty         {}\n");
    expect(document(json, (struct render_options){.format = RENDER_CSV}),
           "field,value\nid,a\nservice.on,true\nservice.hops,1.0\nkeys[0].id,'=k\nkeys[1],[]\n"
           "none,null\nempty,{}\n");
    expect(document(json, (struct render_options){.format = RENDER_JSONL}),
           "{\"id\":\"a\",\"service\":{\"on\":true,\"hops\":1.0},\"keys\":[{\"id\":\"=k\"},[]],\"none\":null,"
           "\"empty\":{}}\n");
    expect(document("{\"a\":[1]}", (struct render_options){.format = RENDER_JSON}), "{\n  \"a\": [\n    1\n  ]\n}\n");
    expect(document(json, (struct render_options){.format = RENDER_YAML}),
           "id: a\nservice:\n  \"on\": true\n  hops: 1.0\nkeys:\n- id: \"=k\"\n- []\nnone: null\nempty: {}\n");
    expect(document(json, (struct render_options){.format = RENDER_JSONL,
                                                  .fields = (const char *const[]){"none", "id"},
                                                  .fields_count = 2}),
           "{\"none\":null,\"id\":\"a\"}\n");
    expect(document(json, (struct render_options){.format = RENDER_JSON,
                                                  .fields = (const char *const[]){"servce"},
                                                  .fields_count = 1}),
           "error: --fields servce: there is no such field: did you mean service? "
           "(there are: id, service, keys, none, empty)");
    expect(document("\"x\"", (struct render_options){.format = RENDER_TABLE}), "x\n");
}

static void a_full_disk_is_an_error(void **state)
{
    TABLE_CLEANUP struct table *table = small_table();
    const struct render_options options = {.format = RENDER_JSON};
    struct err e = ERR_INIT;
    FILE *full = fopen("/dev/full", "w");

    (void)state;
    assert_non_null(full);
    assert_false(render_table(table, NULL, &options, full, &e));
    fclose(full);
    assert_int_equal(e.code, ERR_IO);
    assert_int_equal(err_exit_status(&e), 1);
    assert_string_equal(e.message, "output could not be written: No space left on device");
}

static void a_reader_that_went_away_ends_as_sigpipe_does(void **state)
{
    void (*before)(int) = signal(SIGPIPE, SIG_IGN);
    struct err e = ERR_INIT;
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    FILE *out = fdopen(ends[1], "w");
    assert_false(render_text("x", 1, out, &e));
    fclose(out);
    signal(SIGPIPE, before);
    assert_int_equal(e.code, ERR_CANCELLED);
    assert_int_equal(err_exit_status(&e), 128 + SIGPIPE);
}

static void json_is_indented_and_coloured_for_people(void **state)
{
    static const struct render_json_style plain = {0}, indent = {.indent = true}, color = {.color = true},
                                          both = {.indent = true, .color = true};
    static const struct {
        const struct render_json_style *style;
        const char *json, *shown;
    } cases[] = {
        {&plain, "{\"a\":[1, 2]}\n", "{\"a\":[1, 2]}\n"},
        {&indent, "{\"a\":[1,-2.5e3],\"b\":{}}", "{\n  \"a\": [\n    1,\n    -2.5e3\n  ],\n  \"b\": {}\n}"},
        {&indent, "{\"items\":[\n{\"a\":1},\n{\"a\":2}\n]}\n",
         "{\n  \"items\": [\n    {\n      \"a\": 1\n    },\n    {\n      \"a\": 2\n    }\n  ]\n}\n"},
        {&indent, "[ ]\n{\n}\n\"x\"\n", "[]\n{}\n\"x\"\n"},
        {&indent, "\"a\\\"{,}:\\\\\"", "\"a\\\"{,}:\\\\\""},
        {&color, "{\"k\" : \"v\",\"t\":true,\"f\":false,\"n\":null,\"i\":12}\n",
         "{\033[1;34m\"k\"\033[0m : \033[32m\"v\"\033[0m,\033[1;34m\"t\"\033[0m:\033[33mtrue\033[0m,"
         "\033[1;34m\"f\"\033[0m:\033[33mfalse\033[0m,\033[1;34m\"n\"\033[0m:\033[36mnull\033[0m,"
         "\033[1;34m\"i\"\033[0m:12}\n"},
        {&both, "[\"v\"]", "[\n  \033[32m\"v\"\033[0m\n]"},
        {&indent, "\"\xe2\x80\xae\xc2\x9b\"", "\"\\u202e\\u009b\""}, /* what steers a terminal */
        {&both, "\"open", "\033[32m\"open\033[0m"},                  /* no JSON: nothing is lost */
        {&both, "]}", "\n]\n}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CLEANUP(text_free) struct text out = {0};
        render_style_json(&out, cases[i].json, strlen(cases[i].json), *cases[i].style);
        assert_string_equal(text_string(&out), cases[i].shown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_indented_and_coloured_for_people),
        cmocka_unit_test(piped_text_is_aligned_and_never_cut),
        cmocka_unit_test(names_and_ids_are_never_cut),
        cmocka_unit_test(a_table_without_rows_has_no_headings_for_people),
        cmocka_unit_test(a_narrow_terminal_shows_the_important_columns_and_names_the_others),
        cmocka_unit_test(no_line_of_text_is_wider_than_the_terminal_when_names_can_be_cut),
        cmocka_unit_test(a_wrapped_column_goes_on_below_itself),
        cmocka_unit_test(a_sparse_column_without_values_is_left_out_of_text_only),
        cmocka_unit_test(colours_follow_the_styles_and_cost_no_width),
        cmocka_unit_test(json_has_an_envelope_and_native_types),
        cmocka_unit_test(csv_quotes_what_must_be_and_defuses_formulas),
        cmocka_unit_test(csv_leaves_numbers_alone_and_absent_cells_empty),
        cmocka_unit_test(yaml_reads_as_the_json_does),
        cmocka_unit_test(yaml_strings_read_back_as_strings),
        cmocka_unit_test(yaml_escapes_what_turns_the_direction_of_text),
        cmocka_unit_test(broken_bytes_reach_no_format),
        cmocka_unit_test(unknown_fields_are_usage_errors_with_the_nearest),
        cmocka_unit_test(documents_come_in_every_format),
        cmocka_unit_test(a_full_disk_is_an_error),
        cmocka_unit_test(a_reader_that_went_away_ends_as_sigpipe_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
