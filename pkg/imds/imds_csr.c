/* What the service wants of a certificate signing request: the only includer of OpenSSL, which libcurl brings along. */
#include <openssl/bio.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "imds/imds.h"
#include "mem/mem.h"

#define TAKES "the service takes C, ST, L, O and OU only, and no extensions"

static void free_csr(X509_REQ **csr)
{
    X509_REQ_free(*csr);
}

static bool is_taken(int nid)
{
    static const int taken[] = {NID_countryName, NID_stateOrProvinceName, NID_localityName, NID_organizationName,
                                NID_organizationalUnitName};

    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        if (taken[i] == nid) {
            return true;
        }
    }
    return false;
}

/* "CN", or its number where it has no name. */
static void append_name(const ASN1_OBJECT *object, struct text *out)
{
    char name[80];
    int nid = OBJ_obj2nid(object);

    OBJ_obj2txt(name, sizeof(name), object, 1);
    text_append(out, nid != NID_undef ? OBJ_nid2sn(nid) : name);
}

static void append_refused(X509_NAME *subject, struct text *out)
{
    for (int i = 0; i < X509_NAME_entry_count(subject); i++) {
        const ASN1_OBJECT *object = X509_NAME_ENTRY_get_object(X509_NAME_get_entry(subject, i));
        if (!is_taken(OBJ_obj2nid(object))) {
            text_append(out, out->size > 0 ? ", " : "");
            append_name(object, out);
        }
    }
}

static void append_extensions(X509_REQ *csr, struct text *out)
{
    STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(csr);

    for (int i = 0; i < sk_X509_EXTENSION_num(extensions); i++) {
        text_append(out, out->size > 0 ? ", " : "");
        append_name(X509_EXTENSION_get_object(sk_X509_EXTENSION_value(extensions, i)), out);
    }
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

static X509_REQ *read_csr(const char *pem, size_t size)
{
    BIO *bio = BIO_new_mem_buf(pem, (int)size);

    if (bio == NULL) {
        mem_out_of_memory();
    }
    X509_REQ *csr = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return csr;
}

bool imds_check_csr(const char *source, const char *pem, size_t size, struct err *e)
{
    CLEANUP(text_free) struct text members = {0}, extensions = {0};
    CLEANUP(free_csr) X509_REQ *csr = read_csr(pem, size);

    if (csr == NULL) {
        bool is_key = memmem(pem, size, "PRIVATE KEY-----", strlen("PRIVATE KEY-----")) != NULL;
        bool is_certificate = memmem(pem, size, "BEGIN CERTIFICATE-----", strlen("BEGIN CERTIFICATE-----")) != NULL;
        return err_set(e, ERR_INVALID,
                       "%s %s: write one with 'openssl req -new -newkey rsa:2048 -nodes -keyout key.pem "
                       "-subj /O=ORGANIZATION -out request.pem'",
                       source,
                       is_key           ? "is a private key, not a certificate signing request, and was not sent"
                       : is_certificate ? "is a certificate, not a certificate signing request"
                                        : "is not a certificate signing request in PEM");
    }
    append_refused(X509_REQ_get_subject_name(csr), &members);
    append_extensions(csr, &extensions);
    if (members.size > 0) {
        return err_set(e, ERR_INVALID, "%s: the subject has %s, but " TAKES, source, text_string(&members));
    }
    if (extensions.size > 0) {
        return err_set(e, ERR_INVALID, "%s: the request has extensions (%s), but " TAKES, source,
                       text_string(&extensions));
    }
    EVP_PKEY *key = X509_REQ_get0_pubkey(csr);
    return (key != NULL && X509_REQ_verify(csr, key) == 1) ||
           err_set(e, ERR_INVALID, "%s: its signature does not fit its key", source);
}
