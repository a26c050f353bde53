/*
 * query_process: the child process that evaluates one expression, and what it may use.
 *
 * It is a fork of this process without an exec: it has no other descriptor than its end of the socket, ignores the
 * signals that a terminal sends to all processes of a job, and is killed when it ends, when the caller closes it, and
 * when the caller's process ends in whatever way. Its memory is a copy of the caller's, which is therefore closed to
 * other processes (PR_SET_DUMPABLE, RLIMIT_CORE).
 */
#ifndef QUERY_QUERY_PROCESS_H
#define QUERY_QUERY_PROCESS_H

#include <sys/types.h>

#include "err/err.h"
#include "text/text.h"

struct query_process {
    pid_t pid; /* 0: there is none */
    int fd;    /* the caller's end of the socket */
};

/* Starts the child, which compiles the expression and answers DONE or FAILED. ERR_FAILED when it cannot. */
bool query_process_start(const char *expression, struct query_process *ret, struct err *e)
    __attribute__((warn_unused_result));

/* Kills the child, if there is one. */
void query_process_stop(struct query_process *process);

/*
 * Waits for the end of a child that has closed its socket, and appends why it ended: "did not end within 2 s of
 * CPU time: ...". `size` is that of the value it worked on.
 */
void query_process_explain(struct query_process *process, size_t size, struct text *out);

#endif
