/*
 * The floor of a run: the requests of a log, sent again by a bare libcurl loop that ignores the answers; or, with "retry", by
 * a plain client that sends each refused request again by itself after its Retry-After or a second.
 * usage: TOKEN=... bench_replay BASE WINDOW [ALONE [retry]] < REQUESTS
 *
 * One request a line: METHOD, path with query, If-Match and body, separated by tabs; the last two may be empty. The first
 * ALONE of them go one after the other (a list knows its next page only then), all others WINDOW at a time.
 */
#include "bare_loop.h"
#include "mem/mem.h"

struct replay {
    struct bare_request *requests;
    size_t count, capacity;
};

static char *field(char **rest)
{
    char *word = strsep(rest, "\t");

    return word != NULL && word[0] != '\0' ? word : NULL;
}

static void read_request(struct replay *replay, const char *base, char *line)
{
    struct text url = {0};

    if (replay->count == replay->capacity) {
        replay->capacity = 2 * replay->capacity + 1024;
        replay->requests = mem_grow(replay->requests, replay->capacity, sizeof(*replay->requests));
    }
    char *rest = mem_copy(line);
    struct bare_request *request = &replay->requests[replay->count++];
    request->method = field(&rest);
    const char *path = field(&rest);
    text_printf(&url, "%s%s", base, path != NULL ? path : "");
    request->url = text_take(&url);
    request->if_match = field(&rest);
    request->body = field(&rest);
}

static struct replay read_requests(const char *base)
{
    struct replay replay = {0};
    char *line = NULL;
    size_t room = 0;

    while (getline(&line, &room, stdin) > 0) {
        line[strcspn(line, "\n")] = '\0';
        read_request(&replay, base, line);
    }
    free(line);
    return replay;
}

int main(int argc, char **argv)
{
    const char *token = getenv("TOKEN");

    if (argc < 3 || token == NULL) {
        fprintf(stderr, "usage: TOKEN=... bench_replay BASE WINDOW [ALONE [retry]] < REQUESTS\n");
        return 2;
    }
    struct replay replay = read_requests(argv[1]);
    size_t alone = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
    alone = alone < replay.count ? alone : replay.count;
    curl_global_init(CURL_GLOBAL_ALL);
    bool retry = argc > 4 && strcmp(argv[4], "retry") == 0;
    size_t refused = bare_run(replay.requests, alone, 1, token, retry) +
                     bare_run(replay.requests + alone, replay.count - alone, (unsigned)atoi(argv[2]), token, retry);
    if (refused > 0) {
        fprintf(stderr, "bench_replay: %zu of %zu requests were refused\n", refused, replay.count);
    }
    return refused > 0;
}
