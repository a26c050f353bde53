/*
 * How many resources a second find their rule: 20 rules of 10 patterns each, a fleet of which a tenth matches each of
 * the first rules, most match one of the last and some none.
 *
 * usage: bench_policy RESOURCES SECONDS      prints "resources/s MATCHED" to standard output
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mem/mem.h"
#include "policy/policy.h"
#include "schema/schema_catalog.h"

enum { RULES = 20, PATTERNS = 10 };

static _Noreturn void give_up(const char *what, const char *why)
{
    fprintf(stderr, "bench_policy: %s: %s\n", what, why);
    exit(1);
}

/* Patterns of three forms: a prefix, one with a class in its middle, and a star at both ends. */
static struct policy *make_policy(struct schema_catalog *schemas)
{
    static const char *const fronts[] = {"app", "svc", "*"}, *const ends[] = {"-*", "[0-4]*", "-*-x"};
    const struct policy_terms terms = {.schemas = schemas, .as_of = "2026-11-28"};
    CLEANUP(text_free) struct text text = {0}, faults = {0};
    struct err e = ERR_INIT;

    text_append(&text, "version: 1\nrules:\n");
    for (int rule = 0; rule < RULES; rule++) {
        text_printf(&text,
                    "  - name: rule-%d\n    kinds: [instance, template]\n    metadata_service: {enabled: true}\n"
                    "    where:\n      name:\n",
                    rule);
        for (int pattern = 0; pattern < PATTERNS; pattern++) {
            text_printf(&text, "        - '%s-%02d-%d%s'\n", fronts[pattern % 3], rule, pattern, ends[pattern % 3]);
        }
    }
    struct policy *policy = policy_read(text_string(&text), text.size, "bench.yaml", &terms, &faults, &e);
    if (policy == NULL) {
        give_up(e.message, text_string(&faults));
    }
    return policy;
}

static struct resource_list *make_fleet(size_t count)
{
    static const char *const fronts[] = {"app", "svc", "db", "web"}, *const ends[] = {"", "", "-x", ""};
    struct resource_list *fleet = resource_list_create();

    for (size_t i = 0; i < count; i++) {
        struct resource *record = resource_list_append(fleet, &resource_instance, "us-south");
        CLEANUP(text_free) struct text name = {0};
        text_printf(&name, "%s-%02zu-%zu-%06zu%s", fronts[i % 4], i % 3 == 0 ? i % RULES : 15 + i % 7, i % 11, i,
                    ends[i % 4]);
        record->name = resource_list_copy(fleet, text_string(&name), name.size);
        record->zone = "us-south-1";
        record->vpc = "vpc-prod";
    }
    return fleet;
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    struct err e = ERR_INIT;

    if (argc != 3) {
        give_up("usage", "bench_policy RESOURCES SECONDS");
    }
    struct schema_catalog *schemas = schema_catalog_open(NULL, &e);
    struct policy *policy = make_policy(schemas);
    CLEANUP(resource_list_release) struct resource_list *fleet = make_fleet(strtoul(argv[1], NULL, 10));
    size_t count = resource_list_count(fleet), rounds = 0, matched = 0;
    double begin = now(), spent;

    do {
        matched = 0;
        for (size_t i = 0; i < count; i++) {
            matched += policy_match(policy, resource_list_at(fleet, i), 0).rule != NULL;
        }
        rounds++;
        spent = now() - begin;
    } while (spent < strtod(argv[2], NULL));
    printf("%.0f %zu\n", (double)(rounds * count) / spent, matched);
    policy_destroy(policy);
    schema_catalog_close(schemas);
    return 0;
}
