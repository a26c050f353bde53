/* Room preflight: what allowed_use permits of a server's settings, in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "preflight/preflight.h"

static const struct resource_hardware plain = {.vcpu_count = 4, .secure_boot = RESOURCE_OFF};
static const struct resource_hardware with_gpu = {.vcpu_count = 24,
                                                  .gpu_count = 2,
                                                  .gpu_memory = 80,
                                                  .gpu_manufacturer = "nvidia",
                                                  .gpu_model = "a100",
                                                  .secure_boot = RESOURCE_ON};
static const struct resource_settings on_https = {
    .given = RESOURCE_METADATA_SETTINGS, .enabled = true, .protocol = "https", .hop_limit = 1};
static const struct resource_settings off_http = {
    .given = RESOURCE_METADATA_SETTINGS, .protocol = "http", .hop_limit = 1};
static const struct resource_settings on_only = {.given = RESOURCE_ENABLED, .enabled = true};

static void expressions_are_decided_with_the_facts_of_the_server(void **state)
{
    static const struct {
        const char *expression;
        const struct resource_settings *settings;
        const struct resource_hardware *hardware;
        enum preflight_verdict use;
        const char *reason; /* whole */
    } rows[] = {
        {"true", &off_http, NULL, PREFLIGHT_ALLOWED, ""},
        {"false", &off_http, &plain, PREFLIGHT_FORBIDDEN, "allows only `false`"},
        {"metadata_service.enabled == true && metadata_service.protocol == 'https'", &on_https, &plain,
         PREFLIGHT_ALLOWED, ""},
        {"metadata_service.enabled == true && metadata_service.protocol == 'https'", &off_http, &plain,
         PREFLIGHT_FORBIDDEN,
         "allows only `metadata_service.enabled == true && metadata_service.protocol == 'https'`: "
         "metadata_service.enabled would be false, metadata_service.protocol would be 'http'"},
        {"!metadata_service.enabled || vcpu.count > 4", &on_https, &plain, PREFLIGHT_FORBIDDEN,
         "allows only `!metadata_service.enabled || vcpu.count > 4`: metadata_service.enabled would be true, "
         "vcpu.count "
         "is 4"},
        {"gpu.count > 1 && gpu.manufacturer == \"nvidia\" && enable_secure_boot && gpu.memory == 80", &off_http,
         &with_gpu, PREFLIGHT_ALLOWED, ""},
        {"gpu.model in ['h100']", &off_http, &with_gpu, PREFLIGHT_FORBIDDEN,
         "allows only `gpu.model in ['h100']`: gpu.model is 'a100'"},
        {"gpu.count == 0", &off_http, &plain, PREFLIGHT_UNDETERMINED,
         "has an allowed_use that cannot be decided here: `gpu.count == 0`, column 1: gpu.count is not known: no "
         "answer "
         "of the API has it"},
        {"gpu.count == 1 && !metadata_service.enabled", &on_https, &plain, PREFLIGHT_FORBIDDEN,
         "allows only `gpu.count == 1 && !metadata_service.enabled`: metadata_service.enabled would be true, gpu.count "
         "is not known"},
        {"metadata_service.protocol == 'http'", &on_only, &plain, PREFLIGHT_UNDETERMINED,
         "has an allowed_use that cannot be decided here: `metadata_service.protocol == 'http'`, column 1: "
         "metadata_service.protocol is not known: no answer of the API has it"},
        {"enable_secure_boot", &on_https, NULL, PREFLIGHT_UNDETERMINED,
         "has an allowed_use that cannot be decided here: `enable_secure_boot`, column 1: enable_secure_boot is not "
         "known: no answer of the API has it"},
        {"metadata_service.response_hop_limit == 1", &on_https, &plain, PREFLIGHT_UNDETERMINED,
         "has an allowed_use that cannot be decided here: `metadata_service.response_hop_limit == 1`, column 1: there "
         "is no variable metadata_service.response_hop_limit"},
        {"true &&", &on_https, &plain, PREFLIGHT_UNDETERMINED,
         "has an allowed_use that cannot be decided here: `true &&`, column 8: a value is missing at the end"},
        {"false && '\x1b[2J' == ''", &on_https, &plain, PREFLIGHT_FORBIDDEN, "allows only `false && '\\x1b[2J' == ''`"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(text_free) struct text reason = {0};
        enum preflight_verdict use =
            preflight_decide(&resource_instance, rows[i].expression, rows[i].settings, rows[i].hardware, &reason);
        if (use != rows[i].use || strcmp(text_string(&reason), rows[i].reason) != 0) {
            fail_msg("%s: %d, \"%s\"", rows[i].expression, use, text_string(&reason));
        }
    }
}

/* vpc-api.md 4.3: bare metal expressions know secure boot and nothing else. */
static void bare_metal_knows_secure_boot_only(void **state)
{
    CLEANUP(text_free) struct text reason = {0};

    (void)state;
    assert_int_equal(preflight_decide(&resource_bare_metal, "enable_secure_boot", &on_https, &with_gpu, &reason),
                     PREFLIGHT_ALLOWED);
    assert_int_equal(preflight_decide(&resource_bare_metal, "!enable_secure_boot", &on_https, &with_gpu, &reason),
                     PREFLIGHT_FORBIDDEN);
    assert_string_equal(text_string(&reason), "allows only `!enable_secure_boot`: enable_secure_boot is true");
    text_clear(&reason);
    assert_int_equal(preflight_decide(&resource_bare_metal, "metadata_service.enabled", &on_https, &plain, &reason),
                     PREFLIGHT_UNDETERMINED);
    assert_non_null(strstr(text_string(&reason), "there is no variable metadata_service.enabled"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_are_decided_with_the_facts_of_the_server),
        cmocka_unit_test(bare_metal_knows_secure_boot_only),
    };

    return cmocka_run_group_tests_name("preflight_allowed", tests, NULL, NULL);
}
