/* The child process of a query: its limits, and the loop that answers requests. */
#include "query/query_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "query/query_channel.h"
#include "query/query_engine.h"

enum {
    COMPILE_CPU_SECONDS = 5, /* some 35 ms are usual */
    MEGABYTE = 1000 * 1000,
    BYTES_PER_CPU_SECOND = 4 * MEGABYTE, /* of big values, on top: reading them costs 0.1 s */
    MEMORY_PER_BYTE = 20,                /* of values, on top: parsed they take some 7 */
    CHANNEL_FD = STDERR_FILENO + 1,
    ALTERNATE_STACK = 64 * 1024,
};

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SHADOW_MEMORY 1 /* of many TiB, which RLIMIT_AS counts */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SHADOW_MEMORY 1
#endif
#endif
#ifndef HAS_SHADOW_MEMORY
#define HAS_SHADOW_MEMORY 0
#endif

unsigned query_child_cpu_seconds(size_t size)
{
    return size == 0 ? COMPILE_CPU_SECONDS : QUERY_CPU_SECONDS + (unsigned)(size / BYTES_PER_CPU_SECOND);
}

size_t query_child_memory_mb(size_t size)
{
    return QUERY_MEMORY_MB + size * MEMORY_PER_BYTE / MEGABYTE;
}

/* --- what the process may do ------------------------------------------------------------------------ */

/* Only the socket stays, as the first descriptor behind the standard streams. */
static void close_descriptors(int fd)
{
    int null = open("/dev/null", O_RDWR);

    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++) {
        dup2(null, stream);
    }
    if (fd != CHANNEL_FD) {
        dup2(fd, CHANNEL_FD);
    }
    if (close_range(CHANNEL_FD + 1, ~0U, 0) != 0) {
        /* a kernel before 5.9, or a sandbox */
        for (long other = sysconf(_SC_OPEN_MAX) - 1; other > CHANNEL_FD; other--) {
            close((int)other);
        }
    }
}

/*
 * libjq calls abort or a wrong address where an allocation has failed; errno says that one has. Any other fault ends
 * the process by the signal.
 */
static void on_fault(int number)
{
    if (errno == ENOMEM) {
        _exit(QUERY_CHILD_NO_MEMORY);
    }
    signal(number, SIG_DFL);
    raise(number);
}

static void set_signals(void)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
    static const int faults[] = {SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE};
    static char stack[ALTERNATE_STACK]; /* a recursion may have used up the other one */
    sigset_t none;

    sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof(stack)}, NULL);
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++) {
        signal(ignored[i], SIG_IGN);
    }
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        sigaction(faults[i], &(struct sigaction){.sa_handler = on_fault, .sa_flags = SA_ONSTACK | SA_NODEFER}, NULL);
    }
    signal(SIGPROF, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Bytes of address space in use: the first number of statm, in pages. */
static size_t address_space(void)
{
    char line[64] = "";
    int fd = open("/proc/self/statm", O_RDONLY);
    ssize_t size = read(fd, line, sizeof(line) - 1);

    close(fd);
    return size > 0 ? strtoul(line, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE) : 0;
}

/* The process at work on a value; `before` is its size without one. */
static void limit(size_t before, size_t size)
{
    struct itimerval cpu = {.it_value = {.tv_sec = query_child_cpu_seconds(size)}};
    struct rlimit memory;

    if (!HAS_SHADOW_MEMORY && before > 0 && getrlimit(RLIMIT_AS, &memory) == 0) {
        rlim_t wanted = before + query_child_memory_mb(size) * MEGABYTE;
        memory.rlim_cur = wanted < memory.rlim_max ? wanted : memory.rlim_max;
        setrlimit(RLIMIT_AS, &memory);
    }
    /* ends the process with SIGPROF */
    setitimer(ITIMER_PROF, &cpu, NULL);
    errno = 0;
}

/* --- answers ---------------------------------------------------------------------------------------- */

/* At once, because a limit may end the process before the next output. */
static bool send_output(void *context, const struct query_output *output, struct err *e)
{
    return query_channel_send(
        context,
        &(struct query_message){
            .kind = QUERY_MESSAGE_OUTPUT, .number = output->is_string, .bytes = output->bytes, .size = output->size},
        e);
}

/* Ends the answer: done with this result, or failed where `error` is set. */
static bool send_end(struct query_channel *channel, bool result, const struct err *error, struct err *e)
{
    struct query_message end = {.kind = QUERY_MESSAGE_DONE, .number = result, .bytes = ""};

    if (error->code != ERR_NONE) {
        end =
            (struct query_message){.kind = QUERY_MESSAGE_FAILED, .bytes = (const char *)error, .size = sizeof(*error)};
    }
    return query_channel_send(channel, &end, e);
}

static bool answer(struct query_channel *channel, struct query_engine *engine, const struct query_message *request,
                   struct err *e)
{
    struct err error = ERR_INIT;
    bool result = false;
    bool good = request->kind == QUERY_MESSAGE_TEST
                    ? query_engine_test(engine, request->bytes, request->size, &result, &error)
                    : query_engine_run(engine, request->bytes, request->size, send_output, channel, &error);

    return send_end(channel, good && result, &error, e);
}

void query_child_run(const char *expression, int fd, pid_t parent)
{
    struct query_channel channel = {.fd = CHANNEL_FD};
    struct query_message request;
    struct err e = ERR_INIT;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(EXIT_SUCCESS); /* it ended before it could be watched */
    }
    close_descriptors(fd);
    set_signals();
    setrlimit(RLIMIT_CORE, &(struct rlimit){0});
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_NAME, "vpcmeta-jq");
    size_t before = address_space();
    limit(before, 0);
    struct err refusal = ERR_INIT;
    struct query_engine *engine = query_engine_compile(expression, &refusal);
    bool serves = send_end(&channel, true, &refusal, &e);
    while (serves && engine != NULL) {
        limit(before, QUERY_VALUE_MAX); /* what is received is not jq's work */
        if (!query_channel_take(&channel, &request, &e)) {
            break;
        }
        limit(before, request.size);
        serves = answer(&channel, engine, &request, &e);
    }
    _exit(EXIT_SUCCESS);
}
