/* A process that gets no random bytes: a sandbox refuses getrandom and, where asked for, /dev/urandom as well. */
#ifndef TESTS_NO_RANDOM_H
#define TESTS_NO_RANDOM_H

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static bool refuse_random(bool files)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getrandom, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, files ? SYS_openat : SYS_getrandom, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof(rules) / sizeof(rules[0]), .filter = rules};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

enum { NO_RANDOM_SANDBOX = 77 };

/* The exit status of `function` in a child in such a sandbox; NO_RANDOM_SANDBOX where the kernel has none. */
static int status_without_random(bool files, int (*function)(void))
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        alarm(20); /* a loop without an end is a failure, not a hang */
        _exit(refuse_random(files) ? function() : NO_RANDOM_SANDBOX);
    }
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif
