/*
 * What a list costs after the last answer came: filling a table with servers and writing it in each format.
 * usage: bench_render [ROWS]      (default 10000)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "render/render.h"

enum { ROUNDS = 5 };

enum { NAME, ID, CRN, STATUS, ZONE, ENABLED, PROTOCOL, HOPS, COLUMNS };

static const struct table_column columns[COLUMNS] = {
    [NAME] = {.name = "name"},         [ID] = {.name = "id", .flags = TABLE_FIXED, .rank = 2},
    [CRN] = {.name = "crn"},           [STATUS] = {.name = "status"},
    [ZONE] = {.name = "zone"},         [ENABLED] = {.name = "enabled", .type = TABLE_BOOL},
    [PROTOCOL] = {.name = "protocol"}, [HOPS] = {.name = "response_hop_limit", .type = TABLE_INT},
};

static double now_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static struct table *fill(int rows)
{
    struct table *table = table_create(columns, COLUMNS);

    for (int i = 0; i < rows; i++) {
        char text[160];
        table_add_row(table);
        snprintf(text, sizeof(text), "web-%06d", i);
        table_set_string(table, NAME, text);
        snprintf(text, sizeof(text), "0717_%08x-1234-5678-9abc-def0%08x", i, i);
        table_set_string(table, ID, text);
        snprintf(text, sizeof(text),
                 "crn:v1:bluemix:public:is:us-south-1:a/3f1d8a52c0b94e6f9a7b2c4d5e6f7a8b::instance:0717_%08x", i);
        table_set_string(table, CRN, text);
        table_set_string(table, STATUS, "running");
        table_set_string(table, ZONE, "us-south-1");
        table_set_bool(table, ENABLED, i % 2);
        table_set_string(table, PROTOCOL, "https");
        table_set_int(table, HOPS, i % 64 + 1);
    }
    return table;
}

/* The best of some rounds, in milliseconds. */
static double render_ms(const struct table *table, struct render_options options, FILE *out)
{
    double best = 1e9;

    for (int round = 0; round < ROUNDS; round++) {
        struct err e = ERR_INIT;
        double start = now_ms();
        if (!render_table(table, NULL, &options, out, &e)) {
            fprintf(stderr, "bench_render: %s\n", e.message);
            exit(1);
        }
        double spent = now_ms() - start;
        best = spent < best ? spent : best;
    }
    return best;
}

int main(int argc, char **argv)
{
    int rows = argc > 1 ? atoi(argv[1]) : 10000;
    FILE *out = fopen("/dev/null", "w");
    struct rusage usage;
    double start = now_ms();
    TABLE_CLEANUP struct table *table = fill(rows);

    if (out == NULL) {
        perror("bench_render: /dev/null");
        return 1;
    }
    printf("render, %d servers: filled in %.1f ms;", rows, now_ms() - start);
    for (int format = RENDER_TABLE; format <= RENDER_YAML; format++) {
        struct render_options options = {.format = (enum render_format)format, .columns = 80};
        printf(" %s %.1f ms%s", render_format_names[format], render_ms(table, options, out),
               format == RENDER_YAML ? ";" : ",");
    }
    fclose(out);
    getrusage(RUSAGE_SELF, &usage);
    printf(" %.1f MB at most\n", (double)usage.ru_maxrss / 1024);
    return 0;
}
