/* Room audit: the tables of a report, and the commands in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/audit_fixture.h"

/* "a|b||c" a row, "-" for a cell without a value; numbers without their kind of cell. */
static const char *first_columns_of(const struct table *table, size_t columns, struct text *out)
{
    text_clear(out);
    for (size_t row = 0; row < table_row_count(table); row++) {
        for (size_t column = 0; column < columns; column++) {
            const struct table_cell *cell = table_cell(table, row, column);
            text_append(out, column > 0 ? "|" : "");
            if (cell->state != TABLE_VALUE) {
                text_append(out, "-");
            } else if (table_column(table, column)->type == TABLE_INT) {
                text_printf(out, "%d", (int)cell->integer);
            } else {
                text_append(out, cell->string);
            }
        }
        text_append_char(out, '\n');
    }
    return text_string(out);
}

static const char *rows_of(const struct table *table, struct text *out)
{
    return first_columns_of(table, table_column_count(table), out);
}

/* The columns up to the fix. */
static const char *findings_of(const struct table *table, struct text *out)
{
    return first_columns_of(table, table_find_column(audit_finding_columns, audit_finding_columns_count, "fix") + 1,
                            out);
}

static void the_overview_counts_each_kind_and_draws_its_hop_limits(void **state)
{
    static const struct {
        struct given rows[ROWS_MAX];
        const char *counts, *histogram, *broken;
    } cases[] = {
        {{{0}},
         "instance|0|0|0|0|0|0|0\ntemplate|0|0|0|0|0|0|0\nbare-metal|0|0|0|0|0|0|0\ngroup|0|-|-|-|-|-|-\n",
         "",
         ""},
        {{{INSTANCE("a"), ON},
          {INSTANCE("b"), ON, .protocol = "http", .hop_limit = 7},
          {INSTANCE("c"), OFF, .protocol = "http"},
          {BARE_METAL("m"), OFF},
          {GROUP("g"), .template_id = "gone"}},
         "instance|3|2|1|1|1|0|1\ntemplate|0|0|0|0|0|0|0\nbare-metal|1|0|0|0|1|1|0\ngroup|1|-|-|-|-|-|-\n",
         "instance|1|1|1|####################....................\n"
         "instance|5-8|1|0|####################\n",
         "high|1|enabled-over-http|metadata service enabled over http\n"
         "medium|1|hop-limit|wrong hop limit\n"
         "medium|1|group-template-missing|group whose template does not exist\n"
         "low|2|disabled|metadata service disabled\n"},
        /* each kind has a scale of its own, and what is there is seen */
        {{{INSTANCE("a"), ON, .hop_limit = 64}, {TEMPLATE("t"), ON, .hop_limit = 4}, {TEMPLATE("u"), OFF}},
         "instance|1|1|1|0|0|0|0\ntemplate|2|1|1|0|1|1|0\nbare-metal|0|0|0|0|0|0|0\ngroup|0|-|-|-|-|-|-\n",
         "instance|33-64|1|0|########################################\n"
         "template|1|0|1|........................................\n"
         "template|4|1|0|########################################\n",
         "medium|1|hop-limit|wrong hop limit\n"
         "medium|1|template-hop-limit|template with a wrong hop limit\n"
         "low|1|template-disabled|template disabled\n"},
        {{{INSTANCE("a"), ON, .hop_limit = 99}},
         "instance|1|1|1|0|0|0|0\ntemplate|0|0|0|0|0|0|0\nbare-metal|0|0|0|0|0|0|0\ngroup|0|-|-|-|-|-|-\n",
         "instance|other|1|0|########################################\n",
         "medium|1|hop-limit|wrong hop limit\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture fixture;
        CLEANUP(text_free) struct text out = {0};
        begin(&fixture, cases[i].rows, NULL, true);
        TABLE_CLEANUP struct table *counts = audit_counts_table(&fixture.audit);
        TABLE_CLEANUP struct table *histogram = audit_histogram_table(&fixture.audit);
        TABLE_CLEANUP struct table *broken = audit_broken_table(&fixture.audit, 0);
        assert_string_equal(rows_of(counts, &out), cases[i].counts);
        assert_string_equal(rows_of(histogram, &out), cases[i].histogram);
        assert_string_equal(rows_of(broken, &out), cases[i].broken);
        end(&fixture);
    }
}

/* The counts by rule are those of the rows, also where the findings of a rule differ in severity. */
static void rules_are_counted_by_severity_with_whole_names_and_the_command_that_lists_them(void **state)
{
    static const struct given rows[ROWS_MAX] = {
        {INSTANCE("api-0001"), OFF},
        {INSTANCE("api-0002"), OFF},
        {INSTANCE("api-0003"), OFF},
        {TEMPLATE("hard"), ON, .protocol = "http"},
        {TEMPLATE("mild"), OFF},
        {GROUP("g1"), .template_id = "mild"},
        {GROUP("g2"), .template_id = "hard"},
    };
    static const struct audit_option options[] = {
        {"vpc", "my vpc"}, {"where", ".name | test(\"a b\")"}, {"null", NULL}};
    static const char *const regions[] = {"eu-de"};
    static const struct {
        size_t columns;
        struct audit_terms policy;
        const char *broken, *all;
    } cases[] = {
        {0,
         {.max_hop_limit = 1},
         "high|1|template-over-http|template enabled over http\n"
         "high|1|group-template|group whose template has findings\n"
         "low|1|group-template|group whose template has findings\n"
         "low|3|disabled|metadata service disabled\n"
         "low|1|template-disabled|template disabled\n",
         "vpcmeta audit --all\n"},
        {29,
         {.max_hop_limit = 1, .checks = 1U << AUDIT_DISABLED, .place = {.regions = regions, .region_count = 1}},
         "low|3|disabled|metadata service disabled|api-0001 and 2 more|"
         "vpcmeta audit \\\n    --rule disabled \\\n    --region eu-de\n\n",
         "vpcmeta audit --all \\\n    --region eu-de\n"},
        {37,
         {.max_hop_limit = 1,
          .checks = 1U << AUDIT_DISABLED,
          .targeted = true,
          .again = {.operands = regions, .operand_count = 1}},
         "low|3|disabled|metadata service disabled|api-0001, api-0002, api-0003|"
         "vpcmeta audit eu-de \\\n    --rule disabled\n\n",
         "vpcmeta audit eu-de --rule disabled\n"},
        {100,
         {.max_hop_limit = 1, .checks = 1U << AUDIT_DISABLED, .again = {.options = options, .option_count = 3}},
         "low|3|disabled|metadata service disabled|api-0001, api-0002, api-0003|"
         "vpcmeta audit --rule disabled --vpc 'my vpc' --where '.name | test(\"a b\")' --null\n\n",
         "vpcmeta audit --all --vpc 'my vpc' --where '.name | test(\"a b\")' --null\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture fixture;
        CLEANUP(text_free) struct text out = {0};
        begin(&fixture, rows, &cases[i].policy, true);
        TABLE_CLEANUP struct table *broken = audit_broken_table(&fixture.audit, cases[i].columns);
        assert_string_equal(rows_of(broken, &out), cases[i].broken);
        text_clear(&out);
        audit_listing(&fixture.audit, AUDIT_CHECKS, cases[i].columns, &out);
        assert_string_equal(text_string(&out), cases[i].all);
        end(&fixture);
    }
}

static void each_region_has_its_counts_also_one_without_resources(void **state)
{
    static const struct given rows[ROWS_MAX] = {
        {INSTANCE("a"), ON, .protocol = "http", .hop_limit = 2},
        {INSTANCE("b"), OFF},
        {BARE_METAL("m"), ON},
        {TEMPLATE("t"), OFF},
        {GROUP("g"), .template_id = "t"},
    };
    static const char *const regions[] = {"us-south", "eu-de"};
    struct fixture fixture;
    CLEANUP(text_free) struct text out = {0};

    (void)state;
    begin(&fixture, rows, &(struct audit_terms){.max_hop_limit = 1, .regions = regions, .region_count = 2}, true);
    TABLE_CLEANUP struct table *table = audit_regions_table(&fixture.audit);
    assert_string_equal(rows_of(table, &out), "us-south|0|0|0|0|-|0|0|0|-\neu-de|5|2|2|5|-|1|1|3|-\n");
    JSON_CLEANUP json_t *summary = audit_summary(&fixture.audit);
    text_clear(&out);
    json_print(&out, json_object_get(json_object_get(summary, "regions"), "eu-de"), 0);
    assert_string_equal(text_string(&out),
                        "{\"resources\":5,\"enabled\":2,\"disabled\":2,\"findings\":{\"total\":5,"
                        "\"severity\":{\"critical\":0,\"high\":1,\"medium\":1,\"low\":3,\"info\":0}}}");
    end(&fixture);
}

static void a_row_a_finding_has_the_region_only_where_it_is_wanted(void **state)
{
    static const struct given rows[ROWS_MAX] = {{INSTANCE("a"), OFF}, {INSTANCE("b"), ON, .protocol = "http"}};
    struct fixture fixture;
    CLEANUP(text_free) struct text out = {0};

    (void)state;
    begin(&fixture, rows, NULL, true);
    TABLE_CLEANUP struct table *with = audit_findings_table(&fixture.audit, true, 0);
    TABLE_CLEANUP struct table *without = audit_findings_table(&fixture.audit, false, 0);
    assert_string_equal(
        findings_of(with, &out),
        "enabled-over-http|high|instance|eu-de|b|b|answers over http|vpcmeta instance set b --protocol https --region "
        "eu-de\n"
        "disabled|low|instance|eu-de|a|a|disabled (stored: https, hop limit 1)|vpcmeta instance set a --enabled "
        "true --region eu-de\n");
    assert_string_equal(findings_of(without, &out), "enabled-over-http|high|instance|-|b|b|answers over http|vpcmeta "
                                                    "instance set b --protocol https --region eu-de\n"
                                                    "disabled|low|instance|-|a|a|disabled (stored: https, hop limit "
                                                    "1)|vpcmeta instance set a --enabled true --region eu-de\n");
    TABLE_CLEANUP struct table *rules = audit_rules_table();
    assert_int_equal(table_row_count(rules), AUDIT_CHECKS);
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_overview_counts_each_kind_and_draws_its_hop_limits),
        cmocka_unit_test(rules_are_counted_by_severity_with_whole_names_and_the_command_that_lists_them),
        cmocka_unit_test(each_region_has_its_counts_also_one_without_resources),
        cmocka_unit_test(a_row_a_finding_has_the_region_only_where_it_is_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
