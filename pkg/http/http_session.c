/* What all files of the room use of a session: queues of calls, the heap of waiting ones, deadline, random numbers. */
#include <stdlib.h>
#include <unistd.h>

#include "http/http_session.h"
#include "mem/mem.h"

void http_queue_init(struct http_queue *queue)
{
    *queue = (struct http_queue){.last = &queue->first};
}

void http_queue_push(struct http_queue *queue, struct http_call *call)
{
    call->next = NULL;
    *queue->last = call;
    queue->last = &call->next;
    queue->count++;
}

void http_queue_push_front(struct http_queue *queue, struct http_call *call)
{
    call->next = queue->first;
    queue->first = call;
    if (call->next == NULL) {
        queue->last = &call->next;
    }
    queue->count++;
}

struct http_call *http_queue_pop(struct http_queue *queue)
{
    struct http_call *call = queue->first;

    if (call != NULL) {
        queue->first = call->next;
        if (queue->first == NULL) {
            queue->last = &queue->first;
        }
        queue->count--;
        call->next = NULL;
    }
    return call;
}

void http_heap_push(struct http_heap *heap, struct http_call *call)
{
    if (heap->count == heap->capacity) {
        heap->capacity = heap->capacity > 0 ? heap->capacity * 2 : 64;
        heap->calls = mem_grow(heap->calls, heap->capacity, sizeof(*heap->calls));
    }
    size_t at = heap->count++;
    while (at > 0 && heap->calls[(at - 1) / 2]->due_ms > call->due_ms) {
        heap->calls[at] = heap->calls[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap->calls[at] = call;
}

struct http_call *http_heap_pop(struct http_heap *heap)
{
    if (heap->count == 0) {
        return NULL;
    }
    struct http_call *top = heap->calls[0];
    struct http_call *last = heap->calls[--heap->count];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < heap->count && heap->calls[child + 1]->due_ms < heap->calls[child]->due_ms) {
            child++;
        }
        if (child >= heap->count || heap->calls[child]->due_ms >= last->due_ms) {
            break;
        }
        heap->calls[at] = heap->calls[child];
        at = child;
    }
    heap->calls[at] = last;
    return top;
}

int64_t http_left_ms(const struct http *http)
{
    if (http->deadline_ms == 0) {
        return -1;
    }
    int64_t left_ms = http->deadline_ms - http_now_ms(http);
    return left_ms > 0 ? left_ms : 0;
}

const char *http_method_name(enum http_method method)
{
    static const char *const names[] = {
        [HTTP_GET] = "GET", [HTTP_POST] = "POST", [HTTP_PUT] = "PUT", [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE",
    };

    return names[method];
}

/* SplitMix64 (Steele, Lea, Flood 2014), seeded by the kernel: ids of requests and jitter are no secrets. */
uint64_t http_random(struct http *http)
{
    uint64_t z = http->random += 0x9e3779b97f4a7c15;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

bool http_stopped_error(const struct http *http, struct err *e)
{
    switch ((enum http_stop)http->stop) {
    case HTTP_GAVE_UP:
        return err_take(e, &http->stop_cause);
    case HTTP_LATE:
        return err_set(e, ERR_CANCELLED, "the deadline has passed");
    case HTTP_BROKEN:
        return err_set(e, ERR_FAILED, "libcurl failed; see --trace");
    default:
        return err_set(e, ERR_CANCELLED, "interrupted");
    }
}

bool http_may_continue(const struct http *http, const struct http_call *call)
{
    bool drains = http->stop == HTTP_DRAIN || (http->stop == HTTP_GAVE_UP && http->drains_elsewhere);
    bool must_finish = (call->request.flags & HTTP_MUST_FINISH) != 0;
    /* a token is fetched as long as another request may need it */
    bool is_needed = (call->request.flags & HTTP_URGENT) != 0 && http->pending > http->urgent_pending;

    return http->stop == HTTP_GO || (drains && (must_finish || is_needed));
}

/* A full counter wakes the reader as well. */
void http_wake(struct http *http)
{
    uint64_t one = 1;
    ssize_t written = write(http->wake_fd, &one, sizeof(one));
    (void)written;
}

void http_give_up(struct http *http, const struct err *cause)
{
    if (http->stop == HTTP_GAVE_UP) {
        http->drains_elsewhere = false; /* a second cause: nothing else is served, either */
    } else if (http->stop < HTTP_GAVE_UP) {
        http->stop_cause = *cause;
        http->stop_cause.code = ERR_CANCELLED;
        http->stop_cause.cause = cause->code;
        http->stop = HTTP_GAVE_UP;
    }
    http_wake(http);
}

const struct err *http_stop_cause(const struct http *http)
{
    return http->stop == HTTP_GAVE_UP ? &http->stop_cause : NULL;
}
