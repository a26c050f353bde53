/* The catalogue of schemas, opened once for all tests of a program: setup and teardown of its group. */
#ifndef TESTS_UNIT_CATALOG_FIXTURE_H
#define TESTS_UNIT_CATALOG_FIXTURE_H

#include "schema/schema_catalog.h"

static struct schema_catalog *schemas;

static int open_schemas(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    schemas = schema_catalog_open(NULL, &e);
    return schemas == NULL;
}

static int close_schemas(void **state)
{
    (void)state;
    schema_catalog_close(schemas);
    return 0;
}

#endif
