/* The child process of a query, seen from its parent: starting it, ending it, and why it ended. */
#include "query/query_process.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "query/query_child.h"

/* Signals are blocked around the fork, because the handlers of the parent must not run in the child. */
bool query_process_start(const char *expression, struct query_process *ret, struct err *e)
{
    int ends[2];
    sigset_t all, before;
    pid_t parent = getpid();

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return err_set_errno(e, ERR_FAILED, "cannot start a process for jq");
    }
    /* where it is ignored, a child leaves no status */
    signal(SIGCHLD, SIG_DFL);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    pid_t pid = fork();
    if (pid == 0) {
        query_child_run(expression, ends[1], parent);
    }
    int reason = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        errno = reason;
        return err_set_errno(e, ERR_FAILED, "cannot start a process for jq");
    }
    *ret = (struct query_process){.pid = pid, .fd = ends[0]};
    return true;
}

/* Waits for the end; the status as of wait, or -1. */
static int collect(struct query_process *process)
{
    int status = -1;

    while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR) {
    }
    close(process->fd);
    *process = (struct query_process){0};
    return status;
}

void query_process_stop(struct query_process *process)
{
    if (process->pid > 0) {
        kill(process->pid, SIGKILL);
        collect(process);
    }
}

void query_process_explain(struct query_process *process, size_t size, struct text *out)
{
    int status = collect(process);
    int number = status != -1 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;

    if (number == SIGPROF) {
        text_printf(out,
                    "did not end within %us of CPU time. Give it an end: it may have a recursion, repeat, while, "
                    "until or range without one",
                    query_child_cpu_seconds(size));
    } else if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == QUERY_CHILD_NO_MEMORY) {
        text_printf(out, "takes more than %zu MB of memory. Have it collect less, or pipe -o json into jq",
                    query_child_memory_mb(size));
    } else if (number == SIGKILL) {
        text_append(out, "was ended from outside (signal 9), perhaps because the machine has too little memory");
    } else if (number != 0) {
        text_printf(out, "made libjq crash (signal %d, %s). Write it in another way, or pipe -o json into jq", number,
                    sigdescr_np(number) != NULL ? sigdescr_np(number) : "unknown");
    } else {
        text_append(out, "made libjq end. Write it in another way, or pipe -o json into jq");
    }
}
