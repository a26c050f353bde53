/* Room preflight: what is known of a server before it is created, and what is read for it. */
#include "tests/unit/http_fixture.h"

#include "preflight/preflight.h"
#include "preflight/preflight_read.h"
#include "json/json.h"

#define HTTPS_ONLY "metadata_service.enabled == true && metadata_service.protocol == 'https'"

/* What the API has; everything else is 404, "forbidden" 403. */
static const struct {
    const char *path, *body;
} things[] = {
    {"/v1/images/free?", "{\"allowed_use\":{\"instance\":\"true\",\"bare_metal_server\":\"true\"}}"},
    {"/v1/images/https?",
     "{\"allowed_use\":{\"instance\":\"" HTTPS_ONLY "\",\"bare_metal_server\":\"enable_secure_boot\"}}"},
    {"/v1/images/big?", "{\"allowed_use\":{\"instance\":\"vcpu.count >= 8\"}}"},
    {"/v1/images/gpu?", "{\"allowed_use\":{\"instance\":\"gpu.model in ['a100'] && gpu.count == 2\"}}"},
    {"/v1/images/secure?", "{\"allowed_use\":{\"instance\":\"enable_secure_boot\"}}"},
    {"/v1/images/odd?", "{\"allowed_use\":{\"instance\":\"tomorrow == 1\"}}"},
    {"/v1/images/silent?", "{}"},
    {"/v1/volumes/off?", "{\"allowed_use\":{\"instance\":\"metadata_service.enabled == false\"}}"},
    {"/v1/snapshots/off?", "{\"allowed_use\":{\"instance\":\"metadata_service.enabled == false\"}}"},
    {"/v1/instance/profiles/bx2-4x16?",
     "{\"vcpu_architecture\":{\"type\":\"fixed\",\"value\":\"amd64\"},\"vcpu_count\":{\"type\":\"fixed\",\"value\":4},"
     "\"secure_boot_modes\":{\"type\":\"enum\",\"default\":false,\"values\":[false,true]}}"},
    {"/v1/instance/profiles/gx3-24x120x2?",
     "{\"vcpu_architecture\":{\"type\":\"fixed\",\"value\":\"amd64\"},\"vcpu_count\":{\"type\":\"enum\",\"default\":24,"
     "\"values\":[24]},\"gpu_count\":{\"type\":\"fixed\",\"value\":2},\"gpu_model\":{\"type\":\"enum\",\"values\":["
     "\"a100\"]}}"},
    {"/v1/instance/profiles/range?", "{\"vcpu_architecture\":{\"type\":\"dependent\"},\"vcpu_count\":{\"type\":"
                                     "\"range\",\"min\":2,\"max\":16,\"default\":4}}"},
    {"/v1/instance/profiles/bz2-4x16?", "{\"vcpu_architecture\":{\"type\":\"fixed\",\"value\":\"s390x\"}}"},
    {"/v1/bare_metal_server/profiles/metal?", "{\"cpu_architecture\":{\"type\":\"fixed\",\"value\":\"amd64\"}}"},
};

static enum afterwards answer_things(struct loopback *server, const struct heard *heard, struct text *answer)
{
    (void)server;
    for (size_t i = 0; i < sizeof(things) / sizeof(things[0]); i++) {
        if (strncmp(heard->path, things[i].path, strlen(things[i].path)) == 0) {
            loopback_resource(answer, heard->path, things[i].body);
            return KEEP_OPEN;
        }
    }
    int status = strstr(heard->path, "forbidden") != NULL ? 403 : 404;
    loopback_json(answer, status, "", "{\"errors\":[{\"code\":\"no\",\"message\":\"Nothing for you.\"}]}");
    return KEEP_OPEN;
}

struct row {
    const struct resource_kind *kind;
    const char *body; /* with ' for " */
    enum preflight_verdict use, architecture;
    const char *use_reason, *architecture_reason; /* in part */
    unsigned requests;
};

#define ON       "'metadata_service':{'enabled':true,'protocol':'https'}"
#define ON_HTTP  "'metadata_service':{'enabled':true}"
#define AMD64    "'profile':{'name':'bx2-4x16'}"
#define INSTANCE &resource_instance
#define YES      PREFLIGHT_ALLOWED
#define NO       PREFLIGHT_FORBIDDEN
#define UNKNOWN  PREFLIGHT_UNDETERMINED

static const struct row rows[] = {
    {INSTANCE, "{'image':{'id':'free'}," AMD64 "}", YES, YES, "", "", 1},
    {INSTANCE, "{'image':{'id':'free'}," AMD64 "," ON "}", YES, YES, "", "", 2},
    {INSTANCE, "{'image':{'id':'https'}," AMD64 "," ON "}", YES, YES, "", "", 2},
    {INSTANCE, "{'image':{'id':'https'}," AMD64 "," ON_HTTP "}", NO, YES,
     "image https allows only `" HTTPS_ONLY
     "`: metadata_service.enabled would be true, metadata_service.protocol would "
     "be 'http'",
     "", 2},
    {INSTANCE, "{'image':{'id':'https'}," AMD64 "}", NO, YES, "metadata_service.enabled would be false", "", 1},
    {INSTANCE, "{'image':{'crn':'crn:v1:bluemix:public:is:eu-de:a/1::image:https'}}", NO, YES, "image https", "", 1},
    {INSTANCE, "{'image':{'href':'https://eu-de.iaas.cloud.ibm.com/v1/images/https'}}", NO, YES, "image https", "", 1},
    {INSTANCE, "{'image':{'id':'silent'}}", YES, YES, "", "", 1},
    {INSTANCE, "{'image':{'id':'odd'}}", UNKNOWN, YES, "there is no variable tomorrow", "", 1},
    /* facts of the profile, read only when they are needed */
    {INSTANCE, "{'image':{'id':'big'}," AMD64 "}", NO, YES, "allows only `vcpu.count >= 8`: vcpu.count is 4", "", 2},
    {INSTANCE, "{'image':{'id':'big'},'profile':{'href':'https://x/v1/instance/profiles/gx3-24x120x2'}}", YES, YES, "",
     "", 2},
    {INSTANCE, "{'image':{'id':'gpu'},'profile':{'name':'gx3-24x120x2'}}", YES, YES, "", "", 2},
    {INSTANCE, "{'image':{'id':'gpu'}," AMD64 "}", UNKNOWN, YES, "gpu.model is not known", "", 2},
    {INSTANCE, "{'image':{'id':'big'},'profile':{'name':'range'}}", UNKNOWN, YES, "vcpu.count is not known", "", 2},
    {INSTANCE, "{'image':{'id':'big'}}", UNKNOWN, YES, "vcpu.count is not known", "", 1},
    {INSTANCE, "{'image':{'id':'secure'}," AMD64 "}", NO, YES, "enable_secure_boot is false", "", 2},
    {INSTANCE, "{'image':{'id':'secure'},'enable_secure_boot':true}", YES, YES, "", "", 1},
    /* volumes and snapshots */
    {INSTANCE, "{'boot_volume_attachment':{'volume':{'id':'off'}}," AMD64 "," ON "}", NO, YES, "volume off allows only",
     "", 2},
    {INSTANCE, "{'boot_volume_attachment':{'volume':{'name':'v','source_snapshot':{'id':'off'}}}," AMD64 "," ON "}", NO,
     YES, "snapshot off allows only", "", 2},
    {INSTANCE, "{'catalog_offering':{'offering':{'crn':'crn:x'}},'boot_volume_attachment':{'volume':{'name':'v'}}}",
     UNKNOWN, YES, "names no image", "", 0},
    {INSTANCE,
     "{'image':{'id':'free'},'boot_volume_attachment':{'volume':{'name':'v','allowed_use':{'instance':'false'}}}}", NO,
     YES, "the body's boot volume allows only `false`", "", 1},
    {INSTANCE,
     "{'image':{'id':'odd'},'boot_volume_attachment':{'volume':{'allowed_use':{'instance':'vcpu.count == 4'}}}," AMD64
     "}",
     UNKNOWN, YES, "image odd", "", 2},
    /* what cannot be read */
    {INSTANCE, "{'image':{'id':'gone'}," AMD64 "," ON "}", UNKNOWN, YES, "image gone could not be read: 404", "", 2},
    {INSTANCE, "{'image':{'id':'forbidden'}," AMD64 "}", UNKNOWN, YES, "image forbidden could not be read: 403", "", 1},
    {INSTANCE, "{'image':{'id':'free'},'profile':{'name':'forbidden'}," ON "}", YES, UNKNOWN, "",
     "profile forbidden could not be read: 403", 2},
    /* the architecture */
    {INSTANCE, "{'image':{'id':'free'},'profile':{'name':'bz2-4x16'}," ON "}", YES, NO, "",
     "profile bz2-4x16 is s390x, the metadata service is for x86 only", 2},
    {INSTANCE, "{'image':{'id':'free'},'profile':{'name':'bz2-4x16'}}", YES, YES, "", "", 1},
    {INSTANCE, "{'image':{'id':'free'},'profile':{'name':'bz2-4x16'},'metadata_service':{'protocol':'https'}}", YES,
     YES, "", "", 1},
    {INSTANCE, "{'image':{'id':'free'},'profile':{'name':'range'}," ON "}", YES, UNKNOWN, "",
     "profile range does not say its architecture", 2},
    {INSTANCE, "{'image':{'id':'free'}," ON "}", YES, UNKNOWN, "", "names no profile", 1},
    {&resource_template, "{'image':{'id':'https'}," AMD64 "," ON_HTTP "}", NO, YES, "image https", "", 2},
    /* bare metal: secure boot and nothing else; the image is below `initialization` */
    {&resource_bare_metal,
     "{'initialization':{'image':{'id':'https'}},'profile':{'name':'metal'},'enable_secure_boot':true," ON "}", YES,
     YES, "", "", 2},
    {&resource_bare_metal, "{'initialization':{'image':{'id':'https'}},'enable_secure_boot':false}", NO, YES,
     "image https allows only `enable_secure_boot`: enable_secure_boot is false", "", 1},
    {&resource_bare_metal, "{'initialization':{'image':{'id':'https'}},'profile':{'name':'metal'}}", UNKNOWN, YES,
     "enable_secure_boot is not known", "", 2},
};

static json_t *body_of(const char *quoted)
{
    CLEANUP(text_free) struct text text = {0};

    text_append(&text, quoted);
    for (size_t i = 0; i < text.size; i++) {
        text.data[i] = text.data[i] == '\'' ? '"' : text.data[i];
    }
    json_t *body = json_loads(text_string(&text), 0, NULL);
    assert_non_null(body);
    return body;
}

static void creations_are_checked_with_as_little_reading_as_it_takes(void **state)
{
    static struct loopback server;
    CLEANUP(answer_parser_release) struct answer_parser *parser = answer_parser_create();

    (void)state;
    loopback_start(&server, answer_things, NULL);
    struct http *http = open_session(NULL);
    struct vpc *vpc = vpc_create(http, parser, "eu-de", url_of(&server, "/v1"), VPC_API_VERSION);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(preflight_creation_free) struct preflight_creation checked = {0};
        JSON_CLEANUP json_t *body = body_of(rows[i].body);
        JSON_CLEANUP json_t *before = json_deep_copy(body);
        struct err e = ERR_INIT;
        unsigned requests = server.requests;
        assert_true(preflight_check_creation(http, vpc, rows[i].kind, body, &checked, &e));
        const char *use_reason = text_string(&checked.use_reason);
        const char *architecture_reason = text_string(&checked.architecture_reason);
        if (checked.use != rows[i].use || checked.architecture != rows[i].architecture ||
            strstr(use_reason, rows[i].use_reason) == NULL || (checked.use == YES) != (use_reason[0] == '\0') ||
            strstr(architecture_reason, rows[i].architecture_reason) == NULL ||
            (checked.architecture == YES) != (architecture_reason[0] == '\0') ||
            server.requests - requests != rows[i].requests || !json_equal(body, before)) {
            fail_msg("%s: use %d \"%s\", architecture %d \"%s\", %u requests", rows[i].body, checked.use, use_reason,
                     checked.architecture, architecture_reason, server.requests - requests);
        }
    }
    vpc_destroy(vpc);
    http_destroy(http);
    loopback_stop(&server);
}

/* The context is the answer to everything. */
static enum afterwards answer_facts(struct loopback *server, const struct heard *heard, struct text *answer)
{
    loopback_resource(answer, heard->path, server->context);
    return KEEP_OPEN;
}

static void only_certain_facts_of_a_profile_count(void **state)
{
    static const struct {
        const char *json;
        int64_t vcpu_count;
        const char *gpu_model;
        enum resource_switch secure_boot;
    } facts[] = {
        {"{}", 0, NULL, RESOURCE_UNKNOWN},
        {"{\"vcpu_count\":{\"type\":\"fixed\",\"value\":4}}", 4, NULL, RESOURCE_UNKNOWN},
        {"{\"vcpu_count\":{\"type\":\"enum\",\"default\":8,\"values\":[4,8]}}", 8, NULL, RESOURCE_UNKNOWN},
        {"{\"vcpu_count\":{\"type\":\"enum\",\"values\":[4]}}", 4, NULL, RESOURCE_UNKNOWN},
        {"{\"vcpu_count\":{\"type\":\"enum\",\"values\":[4,8]}}", 0, NULL, RESOURCE_UNKNOWN},
        {"{\"vcpu_count\":{\"type\":\"range\",\"default\":4,\"min\":2,\"max\":8}}", 0, NULL, RESOURCE_UNKNOWN},
        {"{\"vcpu_count\":{\"type\":\"dependent\"}}", 0, NULL, RESOURCE_UNKNOWN},
        {"{\"vcpu_count\":{\"value\":4}}", 0, NULL, RESOURCE_UNKNOWN},
        {"{\"vcpu_count\":4,\"gpu_model\":\"a100\"}", 0, NULL, RESOURCE_UNKNOWN},
        {"{\"gpu_model\":{\"type\":\"enum\",\"values\":[\"a100\"]}}", 0, "a100", RESOURCE_UNKNOWN},
        {"{\"gpu_model\":{\"type\":\"enum\",\"values\":[\"a100\",\"h100\"]}}", 0, NULL, RESOURCE_UNKNOWN},
        {"{\"gpu_model\":{\"type\":\"enum\",\"values\":[]}}", 0, NULL, RESOURCE_UNKNOWN},
        {"{\"secure_boot_modes\":{\"type\":\"enum\",\"default\":true,\"values\":[true,false]}}", 0, NULL, RESOURCE_ON},
        {"{\"secure_boot_modes\":{\"type\":\"fixed\",\"value\":false}}", 0, NULL, RESOURCE_OFF},
    };
    static struct loopback server;
    CLEANUP(answer_parser_release) struct answer_parser *parser = answer_parser_create();

    (void)state;
    loopback_start(&server, answer_facts, NULL);
    struct http *http = open_session(NULL);
    struct vpc *vpc = vpc_create(http, parser, "eu-de", url_of(&server, "/v1"), VPC_API_VERSION);
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        CLEANUP(preflight_profile_free) struct preflight_profile profile = {0};
        char json[256];
        struct err e = ERR_INIT;
        snprintf(json, sizeof(json), "%s", facts[i].json);
        server.context = json;
        preflight_profile_read(vpc, &resource_instance, "any", &profile);
        assert_true(http_run(http, &e));
        assert_null(profile.problem);
        assert_int_equal(profile.hardware.vcpu_count, facts[i].vcpu_count);
        assert_int_equal(profile.hardware.secure_boot, facts[i].secure_boot);
        assert_true((profile.hardware.gpu_model == NULL) == (facts[i].gpu_model == NULL));
        if (facts[i].gpu_model != NULL) {
            assert_string_equal(profile.hardware.gpu_model, facts[i].gpu_model);
        }
    }
    vpc_destroy(vpc);
    http_destroy(http);
    loopback_stop(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(creations_are_checked_with_as_little_reading_as_it_takes),
        cmocka_unit_test(only_certain_facts_of_a_profile_count),
    };

    return cmocka_run_group_tests_name("preflight_create", tests, NULL, NULL);
}
