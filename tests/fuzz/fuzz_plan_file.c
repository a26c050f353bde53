/* A plan file with any content: read or refused with a message; what was read is written again byte by byte. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plan/plan_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* Reads it, writes what was read, and reads that. */
static void use(const char *text, size_t size)
{
    CLEANUP(resource_list_release) struct resource_list *list = resource_list_create();
    CLEANUP(plan_free) struct plan plan = {0};
    CLEANUP(plan_free) struct plan again = {0};
    CLEANUP(text_free) struct text written = {0};
    struct plan_file file = {0};
    struct err e = ERR_INIT;

    if (!plan_file_decode(text, size, "fuzz", list, &plan, &file, &e)) {
        must(e.code == ERR_INVALID && e.message[0] != '\0');
        return;
    }
    must(plan_file_encode(&file, &written, &e));
    must(plan_file_decode(text_string(&written), written.size, "fuzz", list, &again, &file, &e));
    must(plan.count == again.count);
}

/* Also with the digest that goes with the text: behind it stands everything that is worth a try. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char beginning[] = "{\"vpcmeta_plan\":1,\"digest\":\"";
    const char *text = (const char *)data;
    const size_t digest = PLAN_FILE_DIGEST_SIZE - 1, begin = strlen(beginning);
    CLEANUP(text_free) struct text canonical = {0};
    CLEANUP(text_free) struct text forged = {0};

    use(text, size);
    if (size < begin + digest) {
        return 0;
    }
    text_append(&canonical, beginning);
    text_append_size(&canonical, text + begin + digest, size - begin - digest);
    text_append(&forged, beginning);
    text_append(&forged, "sha256:");
    text_append_sha256(&forged, text_string(&canonical), canonical.size);
    text_append_size(&forged, text + begin + digest, size - begin - digest);
    use(text_string(&forged), forged.size);
    return 0;
}
