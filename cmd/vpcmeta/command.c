/* The limits of a command and the signals that end it. */
#include "command.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>

#include "clock/clock.h"
#include "options.h"

/* What a signal handler can reach: the one exception to "no mutable file-level variables". */
static struct {
    struct session *volatile session;      /* to stop, or NULL */
    volatile sig_atomic_t received, count; /* the last one, and how many */
    bool reader_lost;                      /* standard output takes nothing, and is waited for no longer */
    volatile sig_atomic_t drains;          /* changes are sent: requests in flight are waited for at the first signal */
} signals;

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/*
 * A second signal abandons what is in flight, but never SIGHUP: a terminal that closes sends it more than once (from
 * the kernel and from the shell), and no person has decided anything then.
 */
static void on_signal(int number)
{
    struct session *session = signals.session;
    bool first = signals.received == 0;

    signals.count++;
    if (session != NULL && first && signals.drains) {
        session_cancel(session);
    } else if (session != NULL && (first || number != SIGHUP)) {
        session_abort(session);
    }
    if (first || number != SIGHUP) {
        signals.received = number;
    }
}

void command_catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal}, inherited;
    /* nohup has chosen that the command outlives its terminal */
    bool outlives = sigaction(SIGHUP, NULL, &inherited) == 0 && inherited.sa_handler == SIG_IGN;

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(ending_signals) / sizeof(ending_signals[0]); i++) {
        if (ending_signals[i] != SIGHUP || !outlives) {
            sigaction(ending_signals[i], &action, NULL);
        }
    }
    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
}

void command_ending_signals(sigset_t *ret_signals)
{
    sigemptyset(ret_signals);
    for (size_t i = 0; i < sizeof(ending_signals) / sizeof(ending_signals[0]); i++) {
        sigaddset(ret_signals, ending_signals[i]);
    }
}

void command_drain(bool drains)
{
    signals.drains = drains;
}

int command_signal(void)
{
    return signals.received;
}

void command_forget_signal(void)
{
    signals.received = 0;
}

/* -1: there is no deadline. */
static int64_t left_ms(const struct command *command)
{
    int64_t left = command->deadline_ms - clock_monotonic_ms(clock_system());

    return command->deadline_ms == 0 ? -1 : left > 0 ? left : 0;
}

struct command command_begin(const struct cli_call *call, struct session *session)
{
    const struct global_opts *globals = call->globals;
    const struct write_opts *write = cli_group(call, &write_group);
    struct command command = {.outage_ms = globals->outage_timeout.ms};

    if (globals->deadline.given) {
        command.deadline_ms = clock_monotonic_ms(clock_system()) + globals->deadline.ms;
    }
    if (write != NULL) {
        command.max_per_second = (unsigned)write->tps.value;
        command.window = 2 * options_concurrency(write); /* as many reads as writes */
    }
    signals.drains = false;
    signals.reader_lost = false;
    /* a file that may grow no further is an error of the command, not the end of the process */
    sigaction(SIGXFSZ, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    command_watch(&command, session);
    return command;
}

void command_watch(const struct command *command, struct session *session)
{
    signals.session = session;
    if (session == NULL) {
        return;
    }
    int64_t left = left_ms(command);
    session_begin(session, &(struct session_limits){.deadline_ms = left == 0  ? 1
                                                                   : left > 0 ? left
                                                                              : 0,
                                                    .max_per_second = command->max_per_second,
                                                    .window = command->window,
                                                    .outage_ms = command->outage_ms});
    command_catch_signals();
    if (signals.received != 0) {
        session_abort(session);
    }
}

bool command_continues(const struct command *command, struct err *e)
{
    if (command_signal() != 0) {
        err_set(e, ERR_CANCELLED, "interrupted");
        e->signal = command_signal();
        return false;
    }
    return left_ms(command) != 0 || err_set(e, ERR_CANCELLED, "the deadline has passed");
}

/* Signals are delivered during the wait and at no other moment, because one before it would not end the wait. */
static bool wait_for(const void *context, int fd, short events, struct err *e)
{
    const struct command *command = context;
    struct pollfd wanted = {.fd = fd, .events = events};
    sigset_t ending, outside;
    int ready = 0;

    command_ending_signals(&ending);
    sigprocmask(SIG_BLOCK, &ending, &outside);
    while (ready == 0 && command_continues(command, e)) {
        int64_t left = left_ms(command);
        struct timespec time = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000};
        ready = ppoll(&wanted, 1, left >= 0 ? &time : NULL, &outside);
        ready = ready < 0 && errno == EINTR ? 0 : ready;
    }
    sigprocmask(SIG_SETMASK, &outside, NULL);
    return e->code == ERR_NONE;
}

/* --- standard output ----------------------------------------------------------------------------------- */

enum { READER_MS = 2000 }; /* for results that are printed after a signal or the deadline */

bool command_is_writable(int fd)
{
    struct pollfd wanted = {.fd = fd, .events = POLLOUT};

    return poll(&wanted, 1, 0) != 0;
}

bool command_await_reader(const struct command *command, int fd)
{
    const sig_atomic_t count = signals.count;
    int64_t since_ms = clock_monotonic_ms(clock_system());
    int64_t grace_ms = READER_MS;
    struct pollfd wanted = {.fd = fd, .events = POLLOUT};
    sigset_t ending, outside;
    int ready = 0;
    int failure = signals.reader_lost ? EIO : 0;

    command_ending_signals(&ending);
    sigprocmask(SIG_BLOCK, &ending, &outside);
    while (ready == 0 && failure == 0) {
        int64_t deadline_ms = left_ms(command);
        bool patient = grace_ms > 0;
        int64_t wait_ms = patient && (signals.received != 0 || deadline_ms == 0) ? grace_ms : deadline_ms;
        struct timespec time = {.tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000};
        failure = signals.count != count              ? EINTR
                  : signals.received != 0 && !patient ? EINTR
                  : deadline_ms == 0 && !patient      ? ETIMEDOUT
                                                      : 0;
        if (failure == 0) {
            ready = ppoll(&wanted, 1, wait_ms >= 0 ? &time : NULL, &outside);
            ready = ready < 0 && errno == EINTR ? 0 : ready;
        }
        grace_ms = READER_MS - (clock_monotonic_ms(clock_system()) - since_ms);
    }
    sigprocmask(SIG_SETMASK, &outside, NULL);
    signals.reader_lost = failure != 0;
    errno = failure;
    return failure == 0;
}

static bool wait_for_input(const void *context, int fd, struct err *e)
{
    return wait_for(context, fd, POLLIN, e);
}

struct fsio_wait command_input(const struct command *command)
{
    return (struct fsio_wait){.ready = wait_for_input, .context = command};
}

struct query_wait command_query(const struct command *command)
{
    return (struct query_wait){.ready = wait_for, .context = command};
}
