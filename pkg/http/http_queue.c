#include <stdlib.h>

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
