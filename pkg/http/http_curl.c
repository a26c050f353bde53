#include "http/http_curl.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "text/text.h"

#define LIBRARY "libcurl.so.4"

static void wiping_free(void *memory)
{
    if (memory != NULL) {
        text_wipe(memory, malloc_usable_size(memory));
        free(memory);
    }
}

/* realloc() would leave the old place as it was. */
static void *wiping_realloc(void *memory, size_t size)
{
    if (memory == NULL) {
        return malloc(size);
    }
    size_t usable = malloc_usable_size(memory);
    void *moved = malloc(size);
    if (moved != NULL) {
        memcpy(moved, memory, usable < size ? usable : size);
        wiping_free(memory);
    }
    return moved;
}

static bool resolve(struct http_curl *curl, struct err *e)
{
    const char *missing = NULL;

#define RESOLVE(name)                                            \
    *(void **)&curl->name = dlsym(curl->library, "curl_" #name); \
    if (curl->name == NULL) {                                    \
        missing = "curl_" #name;                                 \
    }
    HTTP_CURL_FUNCTIONS(RESOLVE)
#undef RESOLVE
    if (missing != NULL) {
        return err_set(e, ERR_FAILED, "%s is too old: it lacks %s; version 7.85 or later is needed", LIBRARY, missing);
    }
    return true;
}

bool http_curl_open(struct http_curl *ret, struct err *e)
{
    struct http_curl curl = {0};

    /* NODELETE: OpenSSL below it registers exit handlers, which must not point into an unmapped library. */
    curl.library = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    if (curl.library == NULL) {
        return err_set(e, ERR_FAILED, "cannot load %s (Debian package libcurl4): %s", LIBRARY, dlerror());
    }
    if (!resolve(&curl, e)) {
        dlclose(curl.library);
        return false;
    }
    if (curl.global_init_mem(CURL_GLOBAL_ALL, malloc, wiping_free, wiping_realloc, strdup, calloc) != CURLE_OK) {
        dlclose(curl.library);
        return err_set(e, ERR_FAILED, "cannot start %s", LIBRARY);
    }
    *ret = curl;
    return true;
}

void http_curl_close(struct http_curl *curl)
{
    if (curl->library != NULL) {
        curl->global_cleanup();
        dlclose(curl->library);
        *curl = (struct http_curl){0};
    }
}
