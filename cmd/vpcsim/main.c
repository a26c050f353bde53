/*
 * vpcsim: simulates the VPC API for tests, demonstrations and rehearsals.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "term/term.h"
#include "vpcsim/api/asker.h"
#include "vpcsim/dispatch.h"
#include "vpcsim/http/server.h"
#include "vpcsim/sim.h"

static bool write_port(const char *path, unsigned port, struct err *e)
{
    FILE *file = path != NULL ? fopen(path, "we") : NULL;

    if (path == NULL) {
        return true;
    }
    bool written = file != NULL && fprintf(file, "%u\n", port) > 0;
    if (file == NULL || fclose(file) != 0 || !written) {
        return err_set_errno(e, ERR_IO, "cannot write %s", path);
    }
    return true;
}

/* Blocked in all threads, so that sigwait gets them: SIGTERM also comes from POST /_sim/quit. */
static void block_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* What was loaded, on standard error; on a terminal it wraps. */
static void print_report(const char *report)
{
    unsigned columns = isatty(STDERR_FILENO) ? term_columns(STDERR_FILENO, getenv("COLUMNS")) : 0;
    struct text out CLEANUP(text_free) = {0};

    for (const char *line = report; *line != '\0';) {
        struct text words CLEANUP(text_free) = {0};
        size_t size = strcspn(line, "\n");
        text_append_size(&words, line, size);
        text_append_wrapped(&out, text_string(&words), NULL, 0, 2, columns);
        text_append_char(&out, '\n');
        line += size + (line[size] == '\n');
    }
    fputs(text_string(&out), stderr);
}

static bool serve(struct sim *sim, const sigset_t *signals, struct err *e)
{
    CLEANUP(text_free) struct text asker = {0};
    int number;

    asker_describe(sim, &asker);
    struct server *server = server_start(sim, dispatch, e);

    if (server == NULL) {
        return false;
    }
    unsigned port = server_port(server);
    printf("vpcsim listening on %s://127.0.0.1:%u/v1\n", sim->options.tls ? "https" : "http", port);
    fflush(stdout);
    fputs(text_string(&asker), stdout);
    fflush(stdout);
    print_report(text_string(&sim->load_report));
    bool written = write_port(sim->options.port_file, port, e);
    if (written) {
        sigwait(signals, &number);
    }
    server_stop(server);
    return written;
}

int main(int argc, char **argv)
{
    struct err e = ERR_INIT;
    struct sim sim = {0};
    sigset_t signals;

    term_open_missing_streams();
    enum options_verdict verdict = options_read(argc, argv, &sim.options, &e);
    if (verdict == OPTIONS_RUN) {
        block_signals(&signals);
        if (sim_open(&sim, &e)) {
            serve(&sim, &signals, &e);
        }
        sim_close(&sim);
    }
    options_free(&sim.options);
    if (e.code != ERR_NONE) {
        fprintf(stderr, "vpcsim: %s%s%s\n", e.place, e.place[0] != '\0' ? ": " : "", e.message);
    }
    return err_exit_status(&e);
}
