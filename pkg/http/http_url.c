/* Where a URL leads. */
#include "http/http_url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "http/http.h"
#include "mem/mem.h"

/*
 * libcurl itself maps "localhost" to the loopback addresses and writes IPv4 addresses in dotted form, whatever form
 * (0x7f.1, 2130706433) they had. Names below localhost and names with a final dot go to the resolver: not loopback.
 */
static bool is_loopback(const char *host)
{
    struct in_addr address;

    if (strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0) {
        return true;
    }
    return inet_pton(AF_INET, host, &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}

static bool take_part(CURLU *handle, CURLUPart what, char *buffer, size_t size)
{
    char *part = NULL;
    unsigned flags = what == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0;

    if (curl_url_get(handle, what, &part, flags) != CURLUE_OK) {
        return false;
    }
    size_t length = strlen(part);
    if (length < size) {
        memcpy(buffer, part, length + 1);
    }
    curl_free(part);
    return length < size;
}

bool http_url_origin(const char *url, struct http_origin *ret, struct err *e)
{
    struct http_origin origin = {0};
    char scheme[8];
    char port[8];
    long number = 0;

    CURLU *handle = curl_url();
    if (handle == NULL) {
        mem_out_of_memory();
    }
    CURLUcode code = curl_url_set(handle, CURLUPART_URL, url, CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME);
    bool parsed = code == CURLUE_OK && take_part(handle, CURLUPART_SCHEME, scheme, sizeof(scheme)) &&
                  take_part(handle, CURLUPART_HOST, origin.host, sizeof(origin.host)) &&
                  take_part(handle, CURLUPART_PORT, port, sizeof(port)) && text_to_long(port, 1, 65535, &number);
    curl_url_cleanup(handle);
    if (code == CURLUE_USER_NOT_ALLOWED) {
        /* not quoted: what stands before the @ may be a password */
        return err_set(e, ERR_USAGE, "the URL holds a user name; credentials in URLs are not supported");
    }
    if (!parsed) {
        return err_set(e, ERR_USAGE, "'%s' is not a valid http or https URL%s%s", url, code != CURLUE_OK ? ": " : "",
                       code != CURLUE_OK ? curl_url_strerror(code) : "");
    }
    origin.https = strcmp(scheme, "https") == 0;
    if (!origin.https && strcmp(scheme, "http") != 0) {
        return err_set(e, ERR_USAGE, "'%s' is neither an http nor an https URL", url);
    }
    origin.port = (unsigned)number;
    origin.loopback = is_loopback(origin.host);
    origin.metadata =
        strcmp(origin.host, "169.254.169.254") == 0 || strcasecmp(origin.host, "api.metadata.cloud.ibm.com") == 0;
    *ret = origin;
    return true;
}

bool http_check_proxy(const char *name, const char *value, struct err *e)
{
    static const char *const schemes[] = {"http", "https", "socks", "socks4", "socks4a", "socks5", "socks5h"};
    char scheme[8] = "";
    bool known = false;

    CURLU *handle = curl_url();
    if (handle == NULL) {
        mem_out_of_memory();
    }
    CURLUcode code = curl_url_set(handle, CURLUPART_URL, value, CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME);
    bool parsed = code == CURLUE_OK && take_part(handle, CURLUPART_SCHEME, scheme, sizeof(scheme));
    curl_url_cleanup(handle);
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]) && parsed && !known; i++) {
        known = strcasecmp(scheme, schemes[i]) == 0;
    }
    /* not quoted: the value may hold a password */
    return known ||
           err_set(e, ERR_USAGE,
                   "the environment variable %s is no URL of a proxy (%s): write http://HOST:PORT, or unset it", name,
                   code != CURLUE_OK ? curl_url_strerror(code) : "its scheme is unknown");
}

bool http_url_same_origin(const struct http_origin *a, const struct http_origin *b)
{
    return a->https == b->https && a->port == b->port && strcasecmp(a->host, b->host) == 0;
}

size_t http_url_prefix(const char *url)
{
    const char *authority = strstr(url, "://");

    if (authority == NULL) {
        return strlen(url);
    }
    authority += 3;
    return (size_t)(authority - url) + strcspn(authority, "/?#");
}
