/*
 * query_child: what the child process of a query does: limits itself, compiles, evaluates, answers.
 */
#ifndef QUERY_QUERY_CHILD_H
#define QUERY_QUERY_CHILD_H

#include <stdlib.h>
#include <sys/types.h>

/* How the child ends when memory was lacking, which is also how mem_out_of_memory ends a process. */
enum { QUERY_CHILD_NO_MEMORY = EXIT_FAILURE };

/* What a value of `size` bytes may cost; a size of 0 stands for compiling. */
unsigned query_child_cpu_seconds(size_t size);
size_t query_child_memory_mb(size_t size);

/* What the child of `parent` does; all signals are blocked, and `fd` is the child's end of the socket. */
void query_child_run(const char *expression, int fd, pid_t parent) __attribute__((noreturn));

#endif
