/* The order of rows. */
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "table/table_rows.h"

/* A row, and where it stood: qsort need not be stable. */
struct place {
    struct table_cell *cells;
    size_t number;
};

struct sorting {
    const struct table *table;
    const struct table_order *orders;
    size_t count;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int compare_size(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

/* Two numbers of digits at the beginning of both; `ret_a` and `ret_b` are the digits of each. */
static int compare_digits(const char *a, const char *b, size_t *ret_a, size_t *ret_b)
{
    size_t zeros_a = strspn(a, "0"), zeros_b = strspn(b, "0");
    size_t digits_a = strspn(a + zeros_a, "0123456789"), digits_b = strspn(b + zeros_b, "0123456789");

    *ret_a = zeros_a + digits_a;
    *ret_b = zeros_b + digits_b;
    return digits_a != digits_b ? compare_size(digits_a, digits_b) : memcmp(a + zeros_a, b + zeros_b, digits_a);
}

/* As people count: digits that follow each other are a number, everything else counts by its bytes. */
static int compare_strings(const char *a, const char *b)
{
    const char *first_a = a, *first_b = b;

    while (*a != '\0' && *b != '\0') {
        size_t size_a = 1, size_b = 1;
        int order = is_digit(*a) && is_digit(*b) ? compare_digits(a, b, &size_a, &size_b)
                                                 : (unsigned char)*a - (unsigned char)*b;
        if (order != 0) {
            return order;
        }
        a += size_a;
        b += size_b;
    }
    return *a != *b ? (unsigned char)*a - (unsigned char)*b : strcmp(first_a, first_b); /* 007 is not 7 */
}

/* The number of a word, behind all others when it is none of them. */
static size_t find_word(const char *const *words, const char *word)
{
    size_t number = 0;

    while (words[number] != NULL && strcmp(words[number], word) != 0) {
        number++;
    }
    return number;
}

static const char *key_of(const struct table_cell *cell)
{
    return cell->keyed ? cell->string + cell->size + 1 : cell->string;
}

static int compare_values(const struct table_column *column, const struct table_cell *a, const struct table_cell *b)
{
    switch (column->type) {
    case TABLE_INT:
        return (a->integer > b->integer) - (a->integer < b->integer);
    case TABLE_BOOL:
        return a->boolean - b->boolean;
    case TABLE_STRING:
    case TABLE_TIME:
    case TABLE_JSON:
        break;
    }
    return column->words != NULL
               ? compare_size(find_word(column->words, a->string), find_word(column->words, b->string))
               : compare_strings(key_of(a), key_of(b));
}

static int compare_rows(const void *a, const void *b, void *context)
{
    const struct place *place_a = a, *place_b = b;
    const struct sorting *sorting = context;

    for (size_t i = 0; i < sorting->count; i++) {
        const struct table_order *order = &sorting->orders[i];
        const struct table_cell *cell_a = &place_a->cells[order->column], *cell_b = &place_b->cells[order->column];
        bool has_a = cell_a->state == TABLE_VALUE, has_b = cell_b->state == TABLE_VALUE;
        if (has_a != has_b) {
            return has_a ? -1 : 1;
        }
        int found = has_a ? compare_values(table_column(sorting->table, order->column), cell_a, cell_b) : 0;
        if (found != 0) {
            return (found < 0) != order->descending ? -1 : 1;
        }
    }
    return compare_size(place_a->number, place_b->number);
}

void table_sort(struct table *table, const struct table_order orders[], size_t count)
{
    struct sorting sorting = {.table = table, .orders = orders, .count = count};
    size_t row_count = table_row_count(table);
    struct table_cell **rows = table_rows(table);
    CLEANUP(text_free_pointer) struct place *places = mem_array(row_count, sizeof(*places));

    for (size_t i = 0; i < row_count; i++) {
        places[i] = (struct place){.cells = rows[i], .number = i};
    }
    qsort_r(places, row_count, sizeof(*places), compare_rows, &sorting);
    for (size_t i = 0; i < row_count; i++) {
        rows[i] = places[i].cells;
    }
}
