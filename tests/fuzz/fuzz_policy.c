/* Policy files: taken or refused with a place for every fault, the same each time; what was taken can be matched. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"
#include "schema/schema_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const checks[] = {"enabled-over-http", "hop-limit", "disabled", NULL};

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* At most: YAML has breaks of other bytes, too, two of which may be one. */
static size_t count_lines(const char *text, size_t size)
{
    size_t lines = 1;

    for (size_t i = 0; i < size; i++) {
        lines += strchr("\n\r\x85\xa8\xa9", text[i]) != NULL;
    }
    return lines;
}

/* Every line is "p:LINE:COLUMN: MESSAGE", in the order of the places, none of which is behind the text. */
static void check_faults(const struct text *faults, size_t lines)
{
    unsigned long last = 0;

    must(faults->size > 0);
    for (const char *line = text_string(faults); *line != '\0'; line = strchr(line, '\n') + 1) {
        char *end;
        must(strncmp(line, "p:", 2) == 0 && strchr(line, '\n') != NULL);
        unsigned long at = strtoul(line + 2, &end, 10);
        must(*end == ':' && at >= 1 && at <= lines + 1 && at >= last);
        must(strtoul(end + 1, &end, 10) >= 1 && strncmp(end, ": ", 2) == 0);
        last = at;
    }
}

static void match(const struct policy *policy)
{
    const struct resource records[] = {
        {.kind = &resource_instance, .name = "web-1", .region = "us-south", .zone = "us-south-1", .crn = "crn:v1:x"},
        {.kind = &resource_template, .name = "legacy-1", .vpc_id = "r006-1"},
        {.kind = &resource_bare_metal, .odd = "name is null"},
        {.kind = &resource_group, .name = "a", .region = "eu-de", .status = "healthy"},
    };

    for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
        const struct policy_match found = policy_match(policy, &records[i], 0);
        struct resource_settings settings;
        must(found.rule == NULL || !found.cannot_tell);
        must(found.cannot_tell == (found.undecided != NULL) && found.cannot_tell == (found.lacks != NULL));
        for (size_t k = 0; k < policy_rule_count(policy); k++) {
            CLEANUP(text_free) struct text reason = {0};
            bool matches = policy_explain(policy, k, &records[i], 0, &reason);
            must(matches == (reason.size == 0));
            must(found.rule != policy_rule_at(policy, k) || matches);
            policy_settings(&policy_rule_at(policy, k)->wanted, &records[i], &settings);
            const struct policy_exception *exception =
                policy_exception_for(policy_rule_at(policy, k), &records[i], "disabled");
            must(exception == NULL || policy_exception_covers(exception, policy_rule_at(policy, k)));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct schema_catalog *schemas; /* as long as the process: compiled once */
    CLEANUP(text_free) struct text text = {0}, faults = {0}, again = {0};
    struct err e = ERR_INIT, second = ERR_INIT;

    if (schemas == NULL) {
        schemas = schema_catalog_open(NULL, &e);
        must(schemas != NULL);
    }
    const struct policy_terms terms = {.as_of = "2026-11-28", .check_ids = checks, .schemas = schemas};
    text_append_size(&text, (const char *)data, size);
    if (strstr(text_string(&text), "jq") != NULL) {
        return 0; /* each predicate is a process */
    }
    struct policy *policy = policy_read(text_string(&text), size, "p", &terms, &faults, &e);
    struct policy *same = policy_read(text_string(&text), size, "p", &terms, &again, &second);
    must((policy == NULL) == (same == NULL) && strcmp(text_string(&faults), text_string(&again)) == 0);
    must((policy == NULL) == (e.code == ERR_INVALID));
    if (policy == NULL) {
        check_faults(&faults, count_lines(text_string(&text), size));
        return 0;
    }
    must(faults.size == 0 && policy_rule_count(policy) > 0);
    must(policy_add_exceptions(same, text_string(&text), size, "p", &terms, &again, &second) || again.size > 0);
    match(policy);
    match(same);
    policy_destroy(policy);
    policy_destroy(same);
    return 0;
}
