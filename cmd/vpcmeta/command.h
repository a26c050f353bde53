/*
 * command: what holds for one command from its beginning to its end: the stop flag that signals set, the deadline, the
 * rate ceiling and the window. command_begin sets them once; a session that opens later takes them over as they are,
 * and neither connecting, nor another request, nor reading standard input starts them again.
 */
#ifndef VPCMETA_COMMAND_H
#define VPCMETA_COMMAND_H

#include <signal.h>

#include "cli/cli.h"
#include "fsio/fsio.h"
#include "query/query.h"
#include "session/session.h"

struct command {
    int64_t deadline_ms;     /* --deadline, on the monotonic clock; 0: none */
    unsigned max_per_second; /* --tps: requests of every kind; 0: no ceiling */
    unsigned window;         /* requests in flight; 0: found out */
    int64_t outage_ms;       /* --outage-timeout */
};

/* The command starts now. `session` is one that is open already, or NULL. */
struct command command_begin(const struct cli_call *call, struct session *session);

/*
 * Gives the limits to the session, which the signals of command_catch_signals stop from now on. NULL: the session is
 * going to be closed.
 */
void command_watch(const struct command *command, struct session *session);

/* False with ERR_CANCELLED when a signal or the deadline has ended the command: nothing may be sent any more. */
bool command_continues(const struct command *command, struct err *e) __attribute__((warn_unused_result));

/* For fsio: waits for input as long as the command continues. It borrows the command. */
struct fsio_wait command_input(const struct command *command);

/* For query: the same. */
struct query_wait command_query(const struct command *command);

/*
 * Whether changes are being sent: the first signal then lets what is in flight end. A command that only reads ends at
 * once.
 */
void command_drain(bool drains);

/* Whether a descriptor takes bytes now. */
bool command_is_writable(int fd);

/*
 * Waits until it does. False, with errno, and at once from then on until the next command begins: EINTR after a signal
 * that came meanwhile, ETIMEDOUT at the deadline. What ended a command before has results to print: they get some time.
 */
bool command_await_reader(const struct command *command, int fd);

/* The signal that asked to stop, or 0. It holds until command_forget_signal, also for commands that begin later. */
int command_signal(void);

/* Another line of a shell at a terminal begins. */
void command_forget_signal(void);

/*
 * From now on SIGINT, SIGTERM, SIGQUIT and SIGHUP (unless nohup has it ignored) only ask to stop; a session does that
 * by itself.
 */
void command_catch_signals(void);

/* Those four signals, to block them while a wait for input must not miss one. */
void command_ending_signals(sigset_t *ret_signals);

#endif
