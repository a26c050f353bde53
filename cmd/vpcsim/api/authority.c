/* Signs certificate requests with GnuTLS. */
#include "vpcsim/api/authority.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

enum { LIFE_S = 30 * 86400, CLOCK_SKEW_S = 60, SERIAL_SIZE = 16, KEY_ID_SIZE = 64 };

struct authority {
    gnutls_x509_crt_t certificate;
    gnutls_x509_privkey_t key;
    char *pem;
};

static char *to_pem(gnutls_x509_crt_t certificate)
{
    gnutls_datum_t pem = {0};

    if (gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &pem) != 0) {
        return NULL;
    }
    char *copy = mem_alloc(pem.size + 1);
    memcpy(copy, pem.data, pem.size);
    gnutls_free(pem.data);
    return copy;
}

/* What all certificates have: a serial number, times, and the id of their key, which is in them already. */
static int describe(gnutls_x509_crt_t certificate, int64_t now_s, long life_s)
{
    unsigned char serial[SERIAL_SIZE];
    unsigned char id[KEY_ID_SIZE];
    size_t size = sizeof(id);
    int failed = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

    serial[0] = (serial[0] & 0x7f) | 1; /* positive, and of that length */
    failed |= gnutls_x509_crt_set_version(certificate, 3);
    failed |= gnutls_x509_crt_set_serial(certificate, serial, sizeof(serial));
    failed |= gnutls_x509_crt_set_activation_time(certificate, (time_t)(now_s - CLOCK_SKEW_S));
    failed |= gnutls_x509_crt_set_expiration_time(certificate, (time_t)(now_s + life_s));
    failed |= gnutls_x509_crt_get_key_id(certificate, 0, id, &size);
    return failed != 0 ? failed : gnutls_x509_crt_set_subject_key_id(certificate, id, size);
}

static int new_key(gnutls_x509_privkey_t key)
{
    return gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
}

/* A certificate of an authority of that name for the key, not signed yet. */
static int describe_authority(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, const char *name, int64_t now_s)
{
    int failed = new_key(key);

    failed = failed != 0 ? failed : gnutls_x509_crt_set_key(certificate, key);
    failed = failed != 0 ? failed : describe(certificate, now_s, LIFE_S);
    failed |= gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name));
    failed |= gnutls_x509_crt_set_basic_constraints(certificate, 1, -1);
    failed |= gnutls_x509_crt_set_key_usage(certificate, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN);
    return failed;
}

struct authority *authority_create(int64_t now_s)
{
    struct authority *authority = mem_alloc(sizeof(*authority));
    gnutls_x509_crt_t root;
    gnutls_x509_privkey_t root_key;

    gnutls_x509_crt_init(&root);
    gnutls_x509_privkey_init(&root_key);
    gnutls_x509_crt_init(&authority->certificate);
    gnutls_x509_privkey_init(&authority->key);
    int failed = describe_authority(root, root_key, "vpcsim root", now_s);
    failed = failed != 0 ? failed : describe_authority(authority->certificate, authority->key, "vpcsim", now_s);
    failed = failed != 0 ? failed : gnutls_x509_crt_sign2(authority->certificate, root, root_key, GNUTLS_DIG_SHA256, 0);
    gnutls_x509_privkey_deinit(root_key);
    gnutls_x509_crt_deinit(root);
    authority->pem = failed == 0 ? to_pem(authority->certificate) : NULL;
    if (authority->pem == NULL) {
        authority_destroy(authority);
        return NULL;
    }
    return authority;
}

void authority_destroy(struct authority *authority)
{
    if (authority != NULL) {
        gnutls_x509_privkey_deinit(authority->key);
        gnutls_x509_crt_deinit(authority->certificate);
        free(authority->pem);
        free(authority);
    }
}

const char *authority_certificate(const struct authority *authority)
{
    return authority->pem;
}

static bool is_allowed(const char *oid)
{
    static const char *const allowed[] = {GNUTLS_OID_X520_COUNTRY_NAME, GNUTLS_OID_X520_STATE_OR_PROVINCE_NAME,
                                          GNUTLS_OID_X520_LOCALITY_NAME, GNUTLS_OID_X520_ORGANIZATION_NAME,
                                          GNUTLS_OID_X520_ORGANIZATIONAL_UNIT_NAME};

    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
        if (strcmp(allowed[i], oid) == 0) {
            return true;
        }
    }
    return false;
}

/* NULL, or what is wrong with a request that could be read. */
static const char *refusal(gnutls_x509_crq_t request)
{
    char oid[128];
    size_t size = sizeof(oid);

    if (gnutls_x509_crq_verify(request, 0) != 0) {
        return "The csr is not signed with its own key.";
    }
    for (unsigned i = 0;; i++) {
        size = sizeof(oid);
        int failed = gnutls_x509_crq_get_dn_oid(request, i, oid, &size);
        if (failed == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE || failed == GNUTLS_E_ASN1_ELEMENT_NOT_FOUND) {
            break;
        }
        if (failed != 0 || !is_allowed(oid)) {
            return "The subject of the csr must not hold anything but C, ST, L, O and OU.";
        }
    }
    size = sizeof(oid);
    if (gnutls_x509_crq_get_extension_info(request, 0, oid, &size, NULL) == 0) {
        return "The csr must not have extensions.";
    }
    return NULL;
}

static int fill(gnutls_x509_crt_t leaf, const struct authority *authority, gnutls_x509_crq_t request, int64_t now_s,
                long life_s)
{
    unsigned char id[KEY_ID_SIZE];
    size_t size = sizeof(id);
    int failed = gnutls_x509_crt_set_crq(leaf, request);

    failed = failed != 0 ? failed : describe(leaf, now_s, life_s);
    failed |= gnutls_x509_crt_set_basic_constraints(leaf, 0, -1);
    failed |= gnutls_x509_crt_set_key_usage(leaf, GNUTLS_KEY_DIGITAL_SIGNATURE);
    failed |= gnutls_x509_crt_set_key_purpose_oid(leaf, GNUTLS_KP_TLS_WWW_CLIENT, 0);
    failed |= gnutls_x509_crt_get_subject_key_id(authority->certificate, id, &size, NULL);
    failed = failed != 0 ? failed : gnutls_x509_crt_set_authority_key_id(leaf, id, size);
    return failed != 0 ? failed
                       : gnutls_x509_crt_sign2(leaf, authority->certificate, authority->key, GNUTLS_DIG_SHA256, 0);
}

const char *authority_sign(const struct authority *authority, const char *request, int64_t now_s, long life_s,
                           char **ret_certificate)
{
    const gnutls_datum_t pem = {(unsigned char *)request, (unsigned)strlen(request)};
    gnutls_x509_crq_t parsed;
    gnutls_x509_crt_t leaf;

    gnutls_x509_crq_init(&parsed);
    gnutls_x509_crt_init(&leaf);
    const char *reason = gnutls_x509_crq_import(parsed, &pem, GNUTLS_X509_FMT_PEM) != 0
                             ? "The csr must be a certificate request in PEM."
                             : refusal(parsed);
    if (reason == NULL) {
        char *certificate = fill(leaf, authority, parsed, now_s, life_s) == 0 ? to_pem(leaf) : NULL;
        *ret_certificate = certificate;
        reason = certificate == NULL ? "The csr has a key that cannot be certified." : NULL;
    }
    gnutls_x509_crt_deinit(leaf);
    gnutls_x509_crq_deinit(parsed);
    return reason;
}
