/* URIs: checking, resolving and decoding them with liburiparser. */
#include "schema/engine/schema_uri.h"

#include <string.h>
#include <uriparser/Uri.h>

#include "mem/mem.h"

/* What uriparser returned was a success; a lack of memory ends the process. */
static bool succeeded(int result)
{
    if (result == URI_ERROR_MALLOC) {
        mem_out_of_memory();
    }
    return result == URI_SUCCESS;
}

static bool parse(UriUriA *ret_uri, const char *bytes, size_t size)
{
    const char *error;

    return succeeded(uriParseSingleUriExA(ret_uri, bytes, bytes + size, &error));
}

bool schema_uri_is_valid_reference(const char *bytes, size_t size)
{
    CLEANUP(uriFreeUriMembersA) UriUriA uri = {0};

    return parse(&uri, bytes, size);
}

bool schema_uri_is_valid(const char *bytes, size_t size)
{
    CLEANUP(uriFreeUriMembersA) UriUriA uri = {0};

    return parse(&uri, bytes, size) && uri.scheme.first != NULL;
}

bool schema_uri_resolve(const char *base, const char *reference, struct text *ret_uri)
{
    CLEANUP(uriFreeUriMembersA) UriUriA base_uri = {0}, uri = {0}, resolved = {0};
    size_t size = strcspn(reference, "#");
    int length;

    if (!parse(&base_uri, base, strcspn(base, "#")) || !parse(&uri, reference, size) ||
        !succeeded(uriAddBaseUriA(&resolved, &uri, &base_uri)) ||
        !succeeded(uriToStringCharsRequiredA(&resolved, &length)) ||
        !succeeded(uriToStringA(text_reserve(ret_uri, (size_t)length), &resolved, length + 1, &length))) {
        return false;
    }
    ret_uri->size += (size_t)length - 1; /* without the NUL */
    text_append(ret_uri, reference + size);
    return true;
}

bool schema_uri_decode(const char *bytes, size_t size, struct text *ret_text)
{
    size_t start = ret_text->size;

    return text_percent_decode(ret_text, bytes, size) &&
           memchr(text_string(ret_text) + start, '\0', ret_text->size - start) == NULL;
}
