/* Makes the self-signed certificate of --tls. */
#include "vpcsim/http/certificate.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mem/mem.h"
#include "text/text.h"

enum { LIFE_S = 30 * 86400, CLOCK_SKEW_S = 86400 };

static char *to_pem(const gnutls_datum_t *pem)
{
    char *copy = mem_alloc(pem->size + 1);

    memcpy(copy, pem->data, pem->size);
    return copy;
}

/* Under which servers know the data plane; its address 169.254.169.254 is in no certificate (vpc-api.md 5.1). */
#define METADATA_HOST "api.metadata.cloud.ibm.com"

static int describe(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key)
{
    static const unsigned char ipv4[4] = {127, 0, 0, 1};
    static const unsigned char serial[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    time_t now = time(NULL);
    int failed = 0;

    failed |= gnutls_x509_crt_set_version(certificate, 3);
    failed |= gnutls_x509_crt_set_serial(certificate, serial, sizeof(serial));
    failed |= gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, "localhost", 9);
    failed |= gnutls_x509_crt_set_activation_time(certificate, now - CLOCK_SKEW_S);
    failed |= gnutls_x509_crt_set_expiration_time(certificate, now + LIFE_S);
    failed |= gnutls_x509_crt_set_basic_constraints(certificate, 1, -1);
    failed |= gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, "localhost", 9, GNUTLS_FSAN_SET);
    failed |= gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, METADATA_HOST,
                                                   sizeof(METADATA_HOST) - 1, GNUTLS_FSAN_APPEND);
    failed |=
        gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, ipv4, sizeof(ipv4), GNUTLS_FSAN_APPEND);
    failed |= gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, &in6addr_loopback,
                                                   sizeof(in6addr_loopback), GNUTLS_FSAN_APPEND);
    failed |= gnutls_x509_crt_set_key_usage(certificate, GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_CERT_SIGN);
    failed |= gnutls_x509_crt_set_key(certificate, key);
    return failed != 0 ? failed : gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0);
}

static bool write_file(const char *path, const char *pem, struct err *e)
{
    FILE *file = fopen(path, "we");

    if (file == NULL) {
        return err_set_errno(e, ERR_IO, "cannot write %s", path);
    }
    bool written = fputs(pem, file) >= 0;
    if (fclose(file) != 0 || !written) {
        return err_set_errno(e, ERR_IO, "cannot write %s", path);
    }
    return true;
}

bool certificate_make(struct certificate *ret_certificate, const char *path, struct err *e)
{
    gnutls_x509_crt_t certificate;
    gnutls_x509_privkey_t key;
    gnutls_datum_t certificate_pem = {0};
    gnutls_datum_t key_pem = {0};

    gnutls_x509_crt_init(&certificate);
    gnutls_x509_privkey_init(&key);
    int failed =
        gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    failed = failed != 0 ? failed : describe(certificate, key);
    failed = failed != 0 ? failed : gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &certificate_pem);
    failed = failed != 0 ? failed : gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &key_pem);
    if (failed == 0) {
        ret_certificate->certificate = to_pem(&certificate_pem);
        ret_certificate->key = to_pem(&key_pem);
    }
    gnutls_free(certificate_pem.data);
    gnutls_free(key_pem.data);
    gnutls_x509_privkey_deinit(key);
    gnutls_x509_crt_deinit(certificate);
    if (failed != 0) {
        return err_set(e, ERR_FAILED, "cannot make a certificate: %s", gnutls_strerror(failed));
    }
    return path == NULL || write_file(path, ret_certificate->certificate, e);
}

void certificate_free(struct certificate *certificate)
{
    free(certificate->certificate);
    if (certificate->key != NULL) {
        text_wipe(certificate->key, strlen(certificate->key));
    }
    free(certificate->key);
    *certificate = (struct certificate){0};
}
