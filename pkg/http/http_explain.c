/* Words for connections that fail: names, proxies, certificates, TLS where there is none. */
#include "http/http_explain.h"

#include <curl/curl.h>
#include <string.h>

/* libcurl names the machine that it could not connect to: another one than the server is a proxy. */
static bool is_proxy_problem(const struct http_failure *failure)
{
    static const char failed[] = "Failed to connect to ";
    const char *host = strstr(failure->words, failed);
    size_t size = strlen(failure->origin->host);

    if (failure->direct) {
        return false;
    }
    if (failure->curl_code == CURLE_COULDNT_RESOLVE_PROXY || failure->curl_code == CURLE_PROXY ||
        strstr(failure->words, "CONNECT") != NULL || strstr(failure->words, "from proxy") != NULL) {
        return true;
    }
    if (failure->curl_code != CURLE_COULDNT_CONNECT || host == NULL) {
        return false;
    }
    host += strlen(failed);
    return strncmp(host, failure->origin->host, size) != 0 || host[size] != ' ';
}

/* Whether TLS was spoken to a port that does not speak it, as OpenSSL and GnuTLS say it. */
static bool is_plain_port(const struct http_failure *failure)
{
    return failure->curl_code == CURLE_SSL_CONNECT_ERROR &&
           (strstr(failure->words, "wrong version number") != NULL || strstr(failure->words, "http request") != NULL ||
            strstr(failure->words, "packet length too long") != NULL ||
            strstr(failure->words, "unexpected TLS packet") != NULL);
}

/* Whether the handshake was cut off on this machine: some servers for plain http close the connection. */
static bool is_cut_handshake(const struct http_failure *failure)
{
    return failure->curl_code == CURLE_SSL_CONNECT_ERROR && failure->origin->loopback &&
           (strstr(failure->words, "SYSCALL") != NULL || strstr(failure->words, "eof") != NULL ||
            strstr(failure->words, "reset") != NULL);
}

/* Whether the port closes, or answers something else, where http is spoken to it: as ports for TLS do. */
static bool is_tls_port(const struct http_failure *failure)
{
    return !failure->origin->https &&
           (failure->curl_code == CURLE_GOT_NOTHING || failure->curl_code == CURLE_UNSUPPORTED_PROTOCOL ||
            failure->curl_code == CURLE_WEIRD_SERVER_REPLY || failure->curl_code == CURLE_RECV_ERROR);
}

static void append_certificate_remedy(const char *words, struct text *out)
{
    if (strstr(words, "expired") != NULL || strstr(words, "not yet valid") != NULL) {
        text_append(out, "Check the clock of this machine (date -u), then the certificate of the server");
    } else if (strstr(words, "subject name") != NULL || strstr(words, "hostname") != NULL ||
               strstr(words, "host name") != NULL) {
        text_append(out, "Write the host name that the certificate is for, or check the endpoint");
    } else {
        text_append(out, "If a proxy or a server of your own has signed it, give its certificate: --ca-file FILE");
    }
}

static void append_remedy(const struct http_failure *failure, struct text *out)
{
    const struct http_origin *origin = failure->origin;

    if (failure->direct &&
        (failure->curl_code == CURLE_COULDNT_RESOLVE_HOST || failure->curl_code == CURLE_COULDNT_CONNECT ||
         failure->curl_code == CURLE_OPERATION_TIMEDOUT)) {
        return;
    }

    if (is_proxy_problem(failure)) {
        text_append(out, strstr(failure->words, "407") != NULL
                             ? "The proxy wants a login: write http://USER:PASSWORD@HOST:PORT in https_proxy"
                             : "It is a proxy: check https_proxy and all_proxy, or name the host in no_proxy");
    } else if (failure->curl_code == CURLE_COULDNT_RESOLVE_HOST) {
        text_append(out, "Check the name, the network and the proxy (https_proxy)");
    } else if (is_plain_port(failure)) {
        text_printf(out,
                    origin->loopback ? "Write http://%s:%u in place of https://%s:%u"
                                     : "Check the port: https://%s (443) is usual",
                    origin->host, origin->port, origin->host, origin->port);
    } else if (is_cut_handshake(failure)) {
        text_printf(out, "If the port speaks plain http, write http://%s:%u", origin->host, origin->port);
    } else if (is_tls_port(failure)) {
        text_printf(out, "If the port speaks TLS, write https://%s:%u", origin->host, origin->port);
    } else if (failure->curl_code == CURLE_PEER_FAILED_VERIFICATION) {
        append_certificate_remedy(failure->words, out);
    } else if (failure->curl_code == CURLE_COULDNT_CONNECT && origin->loopback) {
        text_append(out, "Check that the program is running there, and its port");
    } else if (failure->curl_code == CURLE_OPERATION_TIMEDOUT && failure->fault == HTTP_FAULT_UNANSWERED) {
        text_append(out, "--timeout gives a request more time");
    } else if (failure->curl_code == CURLE_COULDNT_CONNECT || failure->curl_code == CURLE_OPERATION_TIMEDOUT) {
        text_append(out, "Check the network, the firewall and the proxy (https_proxy)");
    }
}

/* The last part of "OpenSSL/3.0.19: error:0A00010B:SSL routines::wrong version number". */
static const char *plain_words(const char *words)
{
    const char *last = strstr(words, "SSL routines:");

    last = last != NULL ? strrchr(words, ':') : NULL;
    return last != NULL && last[1] != '\0' ? last + 1 : words;
}

static void append_cause(const struct http_failure *failure, struct text *out)
{
    const struct http_origin *origin = failure->origin;
    const char *words = plain_words(failure->words);

    if (is_plain_port(failure)) {
        text_printf(out, "%s port %u speaks plain http, not TLS", origin->host, origin->port);
        return;
    }
    switch (failure->fault) {
    case HTTP_FAULT_UNREACHED:
        if (failure->curl_code == CURLE_COULDNT_RESOLVE_HOST) {
            text_printf(out, "no connection to %s: host not found", origin->host);
            break;
        }
        text_printf(out, "no connection to %s port %u", origin->host, origin->port);
        /* of a server's own port libcurl only says again where it could not connect */
        if (failure->curl_code != CURLE_COULDNT_CONNECT || is_proxy_problem(failure)) {
            text_printf(out, ": %s", words);
        }
        break;
    case HTTP_FAULT_UNTRUSTED:
        text_printf(out,
                    failure->curl_code == CURLE_PEER_FAILED_VERIFICATION ? "%s port %u is not trusted: %s"
                                                                         : "no TLS connection to %s port %u: %s",
                    origin->host, origin->port, words);
        break;
    case HTTP_FAULT_BROKEN:
        text_printf(out, "broken answer of %s: %s", origin->host,
                    failure->curl_code == CURLE_OK ? "its status is that of no answer" : words);
        break;
    default:
        text_printf(out, "no answer from %s port %u: %s", origin->host, origin->port,
                    failure->reopened ? "the connection was closed after the request was sent" : words);
        break;
    }
}

void http_explain(const struct http_failure *failure, struct err *e)
{
    CLEANUP(text_free) struct text line = {0};
    CLEANUP(text_free) struct text remedy = {0};
    bool broken = failure->fault == HTTP_FAULT_BROKEN;

    if (failure->too_large > 0) {
        err_set(e, ERR_BAD_ANSWER, "the answer of %s is larger than the limit of %zu bytes", failure->origin->host,
                failure->too_large);
        return;
    }
    append_cause(failure, &line);
    if (failure->attempts > 1) {
        text_printf(&line, " (%u attempts)", failure->attempts);
    }
    append_remedy(failure, &remedy);
    if (err_take(e, NULL)) {
        err_set(e, broken ? ERR_BAD_ANSWER : ERR_NETWORK, "%s", text_string(&line));
        if (remedy.size > 0) {
            err_advise(e, "%s", text_string(&remedy));
        }
    }
}
