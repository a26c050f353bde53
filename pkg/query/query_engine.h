/*
 * query_engine: jq expressions on libjq 1.6, the only includer of <jq.h>. It runs in the child process of query_process
 * alone, because libjq neither ends an expression that has no end nor bears a lack of memory: where an allocation
 * fails it calls an arbitrary address (the handler that jv_nomem_handler sets is not kept) or aborts. What it
 * allocates is given back when the process ends.
 */
#ifndef QUERY_QUERY_ENGINE_H
#define QUERY_QUERY_ENGINE_H

#include "query/query.h"
#include "text/text.h"

struct query_engine;

/* As query_compile. */
struct query_engine *query_engine_compile(const char *expression, struct err *e) __attribute__((warn_unused_result));

/* As query_test. */
bool query_engine_test(struct query_engine *engine, const char *json, size_t size, bool *ret_true, struct err *e)
    __attribute__((warn_unused_result));

/* As query_run. */
bool query_engine_run(struct query_engine *engine, const char *json, size_t size, query_sink *sink, void *context,
                      struct err *e) __attribute__((warn_unused_result));

/* Appends what messages call the expression: "jq expression '.a == 1'", shortened. */
void query_engine_append_name(struct text *out, const char *expression);

#endif
