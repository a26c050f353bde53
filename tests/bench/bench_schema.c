/*
 * Bodies that create instances, about 5 KB each, checked against their schema: how many a second, with the value
 * already parsed?
 *
 * usage: bench_schema make FILE COUNT     writes COUNT bodies, 3 % of them with a fault, as a JSON array
 *        bench_schema check FILE SECONDS  checks them again and again; prints "bodies/s VALID" to standard output
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "schema/schema_catalog.h"

enum { BODY_SIZE = 5000, FAULTY_EVERY = 33, USER_DATA_SIZE = 1200 };

static const char *const examples[] = {
    "instance-prototype-by-image-network-attachment",
    "instance-prototype-by-image-network-interface",
    "instance-prototype-by-catalog-offering-network-interface",
    "instance-prototype-by-catalog-version-network-attachment",
    "instance-prototype-by-source-snapshot-network-attachment",
    "instance-prototype-by-source-snapshot-network-interface",
    "instance-prototype-by-volume-network-attachment",
    "instance-prototype-by-volume-network-interface",
    "instance-prototype-with-everything",
};

enum { EXAMPLES = sizeof(examples) / sizeof(examples[0]) };

static _Noreturn void give_up(const char *what, const struct err *e)
{
    fprintf(stderr, "bench_schema: %s: %s\n", what, e->message);
    exit(1);
}

static json_t *read_example(const char *name)
{
    CLEANUP(text_free) struct text path = {0};
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err e = ERR_INIT;

    text_printf(&path, "tests/data/bodies/%s.json", name);
    if (!json_read_file(text_string(&path), JSON_READ_STRICT, &document, &e)) {
        give_up(text_string(&path), &e);
    }
    return json_incref(document.root);
}

static size_t size_of(const json_t *value)
{
    CLEANUP(text_free) struct text text = {0};

    json_print(&text, value, JSON_PRINT_COMPACT);
    return text.size;
}

/* More volumes, and more of whatever the body has a list of, until it is as large as bodies are. */
static json_t *grow(const json_t *example, const json_t *volumes, size_t number)
{
    json_t *body = json_deep_copy(example);
    char user_data[USER_DATA_SIZE + 1];
    const char *name;
    json_t *list;

    for (size_t i = 0; i < USER_DATA_SIZE; i++) {
        user_data[i] = (char)('a' + (i * 7 + number * 13) % 26);
    }
    user_data[USER_DATA_SIZE] = '\0';
    json_object_set_new(body, "user_data", json_string(user_data));
    if (json_object_get(body, "volume_attachments") == NULL) {
        json_object_set_new(body, "volume_attachments", json_deep_copy(volumes));
    }
    for (size_t round = 0; size_of(body) < BODY_SIZE; round++) {
        json_object_foreach (body, name, list) {
            if (json_array_size(list) > 0 && size_of(body) < BODY_SIZE) {
                json_t *item = json_deep_copy(json_array_get(list, round % json_array_size(list)));
                if (json_is_object(item) && json_object_get(item, "name") != NULL) {
                    json_object_set_new(item, "name", json_sprintf("item-%zu-%zu", number, round));
                }
                json_array_append_new(list, item);
            }
        }
    }
    if (number % FAULTY_EVERY == 0) {
        json_object_del(body, number % 2 == 0 ? "zone" : "profile");
    }
    return body;
}

static int make(const char *path, size_t count)
{
    json_t *bodies = json_array();
    json_t *everything JSON_CLEANUP = read_example("instance-prototype-with-everything");

    for (size_t i = 0; i < count; i++) {
        json_t *example JSON_CLEANUP = read_example(examples[i % EXAMPLES]);
        json_array_append_new(bodies, grow(example, json_object_get(everything, "volume_attachments"), i));
    }
    int status = json_dump_file(bodies, path, JSON_COMPACT);
    fprintf(stderr, "%zu bodies, %zu bytes each\n", count, size_of(bodies) / count);
    json_decref(bodies);
    return status == 0 ? 0 : 1;
}

static double now_s(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int check(const char *path, double seconds)
{
    struct err e = ERR_INIT;
    CLEANUP(json_document_free) struct json_document bodies = {0};
    struct schema_catalog *catalog = schema_catalog_open(NULL, &e);
    const struct schema_entry *entry = catalog != NULL ? schema_catalog_find(catalog, "instance_create", &e) : NULL;
    const struct schema *schema = entry != NULL ? schema_catalog_compile(catalog, entry, &e) : NULL;

    if (schema == NULL || !json_read_file(path, JSON_READ_STRICT, &bodies, &e)) {
        give_up(path, &e);
    }
    size_t count = json_array_size(bodies.root);
    size_t valid = 0;
    double best = 0;
    for (double start = now_s(); now_s() - start < seconds;) {
        double round = now_s();
        valid = 0;
        for (size_t i = 0; i < count; i++) {
            valid += schema_check(schema, json_array_get(bodies.root, i)) == SCHEMA_VALID;
        }
        double rate = (double)count / (now_s() - round);
        best = rate > best ? rate : best;
    }
    printf("%.0f %zu\n", best, valid);
    schema_catalog_close(catalog);
    return 0;
}

int main(int argc, char *argv[])
{
    if (argc == 4 && strcmp(argv[1], "make") == 0) {
        return make(argv[2], strtoul(argv[3], NULL, 10));
    }
    if (argc == 4 && strcmp(argv[1], "check") == 0) {
        return check(argv[2], strtod(argv[3], NULL));
    }
    fprintf(stderr, "usage: bench_schema make FILE COUNT | check FILE SECONDS\n");
    return 2;
}
