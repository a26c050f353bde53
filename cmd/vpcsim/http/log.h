/*
 * log: what was received and what was answered: one JSON line a request, counters an operation.
 *
 * A line is on its way to the file before the answer leaves, so that a client that has its answer finds the line.
 * Tokens, API keys and the bodies of IAM are never in it.
 */
#ifndef VPCSIM_LOG_H
#define VPCSIM_LOG_H

#include "err/err.h"
#include "vpcsim/http/reply.h"
#include "vpcsim/http/request.h"

enum { LOG_KEPT_LINES = 20000, LOG_BODY_MAX = 64 * 1024 };

struct request_log *log_create(void);
void log_destroy(struct request_log *log);

/* Also writes to a file, emptied first; NULL: only in memory. */
bool log_open(struct request_log *log, const char *path, struct err *e) __attribute__((warn_unused_result));

/* Microseconds of the monotonic clock. */
int64_t log_microseconds(void);

void log_request(const struct request *request, const struct reply *reply, int64_t began_us);

/* Counts connections and requests in flight; called from any thread. */
void log_connection(struct request_log *log, bool opened);
void log_in_flight(struct request_log *log, bool began);
unsigned long log_requests_in_flight(const struct request_log *log);

/* Appends {"requests":[...]}: the last LOG_KEPT_LINES; and the counters as an object. */
void log_append_requests(const struct request_log *log, struct text *out);
void log_append_counters(struct request_log *log, struct text *out);

/* Empties lines and counters (not the file). */
void log_clear(struct request_log *log);

#endif
