/*
 * Bodies with one fault at a random place: how often does the first error name that place? For our schemas and for
 * ones of other trades that the diagnosis was not written for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/schema.h"

#define BASE "https://vpcmeta.dev/schemas/"

enum { MUTANTS = 4000, PLACES_MAX = 1000, PERCENT_WANTED = 97 };

/* --- a body's places --------------------------------------------------------------------------- */

struct place {
    json_t *parent; /* borrowed; an object or an array */
    char name[64];  /* of the member, or the index */
    size_t index;
    char pointer[400];
};

struct places {
    struct place at[PLACES_MAX];
    size_t count;
};

static void add_places(json_t *value, const char *pointer, struct places *places)
{
    const char *name;
    json_t *child;
    void *next;
    size_t i;

    json_object_foreach_safe (value, next, name, child) {
        if (places->count == PLACES_MAX) {
            return;
        }
        CLEANUP(text_free) struct text here = {0};
        text_append(&here, pointer);
        json_pointer_push(&here, name);
        struct place *place = &places->at[places->count++];
        *place = (struct place){.parent = value};
        snprintf(place->name, sizeof(place->name), "%s", name);
        snprintf(place->pointer, sizeof(place->pointer), "%s", text_string(&here));
        add_places(child, text_string(&here), places);
    }
    json_array_foreach (value, i, child) {
        if (places->count == PLACES_MAX) {
            return;
        }
        struct place *place = &places->at[places->count++];
        *place = (struct place){.parent = value, .index = i};
        snprintf(place->pointer, sizeof(place->pointer), "%s/%zu", pointer, i);
        char copy[sizeof(place->pointer)];
        snprintf(copy, sizeof(copy), "%s", place->pointer);
        add_places(child, copy, places);
    }
}

/* --- one fault --------------------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static void misspell(const char *name, uint64_t *random, char ret_name[80])
{
    size_t size = strlen(name);
    size_t at = next_random(random) % size;

    snprintf(ret_name, 80, "%.78s", name);
    switch (next_random(random) % 3) {
    case 0: /* a letter is missing */
        if (size > 2) {
            memmove(ret_name + at, ret_name + at + 1, size - at);
            break;
        }   /* fall through */
    case 1: /* a letter is doubled */
        memmove(ret_name + at + 1, ret_name + at, size - at + 1);
        break;
    default: /* two are swapped */
        if (at + 1 < size) {
            char c = ret_name[at];
            ret_name[at] = ret_name[at + 1];
            ret_name[at + 1] = c;
        }
        break;
    }
}

static void replace(const struct place *place, json_t *value)
{
    if (json_is_object(place->parent)) {
        json_object_set_new(place->parent, place->name, value);
    } else {
        json_array_set_new(place->parent, place->index, value);
    }
}

static json_t *value_at(const struct place *place)
{
    return json_is_object(place->parent) ? json_object_get(place->parent, place->name)
                                         : json_array_get(place->parent, place->index);
}

static json_t *other_type(const json_t *value, uint64_t random)
{
    switch (random % 3) {
    case 0:
        return json_is_number(value) ? json_string("seven") : json_integer(7);
    case 1:
        return json_is_object(value) ? json_array() : json_pack("{s:i}", "unexpected", 1);
    default:
        return json_is_true(value) || json_is_false(value) ? json_string("yes") : json_true();
    }
}

static json_t *other_value(const json_t *value, uint64_t random)
{
    if (json_is_string(value)) {
        return random % 2 == 0 ? json_string("?! not so") : json_sprintf("%s!?", json_string_value(value));
    }
    if (json_is_integer(value)) {
        return json_integer(random % 2 == 0 ? -5 : 99999999);
    }
    return NULL;
}

/* Changes the body at one place. The first error must be at `first`, or at `second` where both are right. */
static bool mutate(const struct place *place, uint64_t *random, char first[400], char second[400])
{
    json_t *value = value_at(place);
    uint64_t kind = next_random(random) % 4;

    snprintf(first, 400, "%s", place->pointer);
    snprintf(second, 400, "%s", place->pointer);
    if (kind == 0) {
        replace(place, other_type(value, next_random(random)));
        return true;
    }
    if (kind == 1) {
        json_t *other = other_value(value, next_random(random));
        if (other != NULL) {
            replace(place, other);
        }
        return other != NULL;
    }
    if (!json_is_object(place->parent)) {
        return false;
    }
    *strrchr(first, '/') = '\0';
    snprintf(second, 400, "%s", first);
    if (kind == 2) {
        char name[80];
        misspell(place->name, random, name);
        if (json_object_get(place->parent, name) != NULL) {
            return false;
        }
        CLEANUP(text_free) struct text pointer = {0};
        text_append(&pointer, first);
        json_pointer_push(&pointer, name);
        snprintf(second, 400, "%s", text_string(&pointer));
        json_object_set(place->parent, name, value);
    }
    json_object_del(place->parent, place->name);
    return true;
}

/* --- counting ---------------------------------------------------------------------------------- */

struct score {
    size_t faulty, hits, lines;
};

static void print_miss(const char *name, const char *first, const char *second, const struct schema_fault *fault)
{
    CLEANUP(text_free) struct text line = {0};

    schema_fault_print(&line, fault, NULL);
    print_message("%s: expected %s or %s: %s\n", name, first, second, text_string(&line));
}

static void score_bodies(const char *name, const struct schema *schema, const json_t *bodies, uint64_t seed,
                         size_t mutants, struct score *score)
{
    struct places *places = calloc(1, sizeof(*places));

    assert_non_null(places);
    for (size_t i = 0; i < mutants; i++) {
        json_t *body JSON_CLEANUP = json_deep_copy(json_array_get(bodies, i % json_array_size(bodies)));
        CLEANUP(schema_faults_free) struct schema_faults faults = {0};
        char first[400];
        char second[400];
        places->count = 0;
        add_places(body, "", places);
        if (!mutate(&places->at[next_random(&seed) % places->count], &seed, first, second) ||
            schema_check(schema, body) == SCHEMA_VALID) {
            continue;
        }
        assert_int_equal(schema_explain(schema, body, &faults), SCHEMA_INVALID);
        const char *instance = faults.list[0].instance;
        bool hit = strcmp(instance, first) == 0 || strcmp(instance, second) == 0;
        score->faulty++;
        score->hits += hit;
        score->lines += faults.count;
        if ((!hit || getenv("SHOW_HITS")) && getenv("SHOW_MISSES") != NULL) {
            print_miss(name, first, second, &faults.list[0]);
        }
    }
    free(places);
}

static void assert_score(const char *name, const struct score *score)
{
    printf("report: first error names the mutated place, %s: %.1f %% of %zu faulty bodies (%.2f errors a body)\n", name,
           100.0 * (double)score->hits / (double)score->faulty, score->faulty,
           (double)score->lines / (double)score->faulty);
    assert_true(score->faulty > 500);
    assert_true(score->hits * 100 >= score->faulty * PERCENT_WANTED);
}

static json_t *read_bodies(const char *path)
{
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err e = ERR_INIT;

    if (!json_read_file(path, JSON_READ_STRICT, &document, &e)) {
        fail_msg("%s: %s", path, e.message);
    }
    return json_incref(document.root);
}

static void score_foreign(const char *name)
{
    struct schema_library *library = schema_library_create(SCHEMA_ASSERT_FORMAT);
    CLEANUP(text_free) struct text schema_path = {0};
    CLEANUP(text_free) struct text bodies_path = {0};
    struct err e = ERR_INIT;
    struct score score = {0};
    size_t i;
    json_t *body;

    text_printf(&schema_path, "tests/data/schema/%s.schema.json", name);
    text_printf(&bodies_path, "tests/data/schema/%s.bodies.json", name);
    const struct schema *schema = schema_compile_file(library, text_string(&schema_path), &e);
    if (schema == NULL) {
        fail_msg("%s", e.message);
    }
    json_t *bodies JSON_CLEANUP = read_bodies(text_string(&bodies_path));
    json_array_foreach (bodies, i, body) {
        assert_int_equal(schema_check(schema, body), SCHEMA_VALID);
    }
    score_bodies(name, schema, bodies, 20261120, MUTANTS, &score);
    schema_library_destroy(library);
    assert_score(name, &score);
}

/* In the order of files; the first four were written together with the diagnosis, the others after it. */
static void test_schemas_of_other_trades(void **state)
{
    static const char *const names[] = {"security_group", "listener", "workload", "pipeline",
                                        "patch",          "geometry", "compose",  "api"};
    (void)state;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        score_foreign(names[i]);
    }
}

static void test_our_request_bodies(void **state)
{
    static const struct {
        const char *schema, *body;
    } cases[] = {
        {"instance_create", "instance-prototype-by-image-network-attachment"},
        {"instance_create", "instance-prototype-by-image-network-interface"},
        {"instance_create", "instance-prototype-by-catalog-offering-network-interface"},
        {"instance_create", "instance-prototype-by-catalog-version-network-attachment"},
        {"instance_create", "instance-prototype-by-source-snapshot-network-attachment"},
        {"instance_create", "instance-prototype-by-source-snapshot-network-interface"},
        {"instance_create", "instance-prototype-by-source-template"},
        {"instance_create", "instance-prototype-by-volume-network-attachment"},
        {"instance_create", "instance-prototype-by-volume-network-interface"},
        {"instance_template_create", "instance-template-prototype-by-image"},
        {"instance_template_create", "instance-template-prototype-by-catalog-offering"},
        {"instance_template_create", "instance-template-prototype-by-source-template"},
        {"instance_patch", "instance-patch-metadata"},
        {"bare_metal_server_create", "bare-metal-prototype-by-network-attachment"},
        {"bare_metal_server_create", "bare-metal-prototype-by-network-interface"},
        {"bare_metal_server_patch", "bare-metal-patch-metadata"},
    };
    struct score score = {0};
    (void)state;

    struct schema_library *library = schema_library_create(SCHEMA_ASSERT_FORMAT);
    schema_library_embed(library, BASE, "schemas", schema_files, SCHEMA_TRUSTED);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CLEANUP(text_free) struct text uri = {0};
        CLEANUP(text_free) struct text path = {0};
        struct err e = ERR_INIT;
        text_printf(&uri, BASE "%s.json", cases[i].schema);
        text_printf(&path, "tests/data/bodies/%s.json", cases[i].body);
        const struct schema *schema = schema_compile(library, text_string(&uri), &e);
        if (schema == NULL) {
            fail_msg("%s", e.message);
        }
        json_t *body JSON_CLEANUP = read_bodies(text_string(&path));
        json_t *bodies JSON_CLEANUP = json_pack("[O]", body);
        score_bodies(cases[i].body, schema, bodies, i + 1, MUTANTS / 4, &score);
    }
    schema_library_destroy(library);
    assert_score("our schemas", &score);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_our_request_bodies),
        cmocka_unit_test(test_schemas_of_other_trades),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
