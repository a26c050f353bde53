/*
 * http_curl: libcurl as a table of functions, loaded at run time.
 *
 * Linking libcurl costs every start of the program about 4 ms of dynamic linking, also those that send nothing; so it
 * is opened by the first session instead. The table holds the functions this room uses, typed by curl's own prototypes.
 */
#ifndef HTTP_HTTP_CURL_H
#define HTTP_HTTP_CURL_H

#include <curl/curl.h>

#include "err/err.h"

/* The functions, without their prefix curl_. */
#define HTTP_CURL_FUNCTIONS(X) \
    X(global_init_mem)         \
    X(global_cleanup)          \
    X(version)                 \
    X(getdate)                 \
    X(free)                    \
    X(easy_init)               \
    X(easy_cleanup)            \
    X(easy_setopt)             \
    X(easy_getinfo)            \
    X(easy_strerror)           \
    X(multi_init)              \
    X(multi_cleanup)           \
    X(multi_setopt)            \
    X(multi_add_handle)        \
    X(multi_remove_handle)     \
    X(multi_perform)           \
    X(multi_poll)              \
    X(multi_info_read)         \
    X(multi_strerror)          \
    X(url)                     \
    X(url_cleanup)             \
    X(url_set)                 \
    X(url_get)                 \
    X(url_strerror)

struct http_curl {
    void *library; /* of dlopen */
#define HTTP_CURL_MEMBER(name) __typeof__(curl_##name) *name;
    HTTP_CURL_FUNCTIONS(HTTP_CURL_MEMBER)
#undef HTTP_CURL_MEMBER
};

/*
 * Opens libcurl and starts it up. ERR_FAILED with the package to install when it is missing or too old. libcurl gets an
 * allocator that overwrites what it frees: requests and forms with secrets pass through its buffers.
 */
bool http_curl_open(struct http_curl *ret, struct err *e) __attribute__((warn_unused_result));
void http_curl_close(struct http_curl *curl);

#endif
