/* Findings: noting them at the present place. */
#include <string.h>

#include "schema/diagnose/schema_explain.h"

const char *schema_explain_text(struct schema_explanation *x, const char *format, ...)
{
    CLEANUP(text_free) struct text text = {0};
    va_list args;

    va_start(args, format);
    text_vprintf(&text, format, args);
    va_end(args);
    return text_arena_copy(&x->arena, text_string(&text), text.size);
}

void schema_explain_cut(struct text *pointer, size_t size)
{
    pointer->size = size;
    if (pointer->data != NULL) {
        pointer->data[size] = '\0';
    }
}

void schema_findings_add(struct schema_findings *findings, struct schema_finding *finding)
{
    finding->next = NULL;
    if (findings->last != NULL) {
        findings->last->next = finding;
    } else {
        findings->first = finding;
    }
    findings->last = finding;
    findings->count++;
}

static struct schema_finding *note(struct schema_explanation *x, enum schema_fault_kind kind, const char *keyword,
                                   const json_t *value, const char *format, va_list args)
    __attribute__((format(printf, 5, 0)));

static struct schema_finding *note(struct schema_explanation *x, enum schema_fault_kind kind, const char *keyword,
                                   const json_t *value, const char *format, va_list args)
{
    CLEANUP(text_free) struct text text = {0};

    if (x->found.count == SCHEMA_FINDINGS_MAX) {
        x->more++;
        x->dropped = (struct schema_finding){.keyword = keyword};
        return &x->dropped;
    }
    struct schema_finding *finding = text_arena_alloc(&x->arena, sizeof(*finding));
    text_vprintf(&text, format, args);
    finding->kind = kind;
    finding->keyword = keyword;
    finding->value = value;
    finding->schema = x->schema;
    finding->message = text_arena_copy(&x->arena, text_string(&text), text.size);
    finding->fix = "";
    finding->instance = text_arena_copy(&x->arena, text_string(&x->instance), x->instance.size);
    bool named = strcmp(keyword, "false") != 0;
    finding->path = schema_explain_text(x, "%s%s%s", text_string(&x->path), named ? "/" : "", named ? keyword : "");
    schema_findings_add(&x->found, finding);
    return finding;
}

struct schema_finding *schema_note(struct schema_explanation *x, enum schema_fault_kind kind, const char *keyword,
                                   const json_t *value, const char *message, ...)
{
    va_list args;

    va_start(args, message);
    struct schema_finding *finding = note(x, kind, keyword, value, message, args);
    va_end(args);
    return finding;
}

struct schema_finding *schema_note_member(struct schema_explanation *x, enum schema_fault_kind kind,
                                          const char *keyword, const char *name, const json_t *member,
                                          const char *message, ...)
{
    size_t size = x->instance.size;
    va_list args;

    json_pointer_push(&x->instance, name);
    va_start(args, message);
    struct schema_finding *finding = note(x, kind, keyword, member, message, args);
    va_end(args);
    schema_explain_cut(&x->instance, size);
    finding->member = name;
    finding->at_name = true;
    return finding;
}

void schema_note_item(struct schema_explanation *x, enum schema_fault_kind kind, const char *keyword, size_t index,
                      const json_t *item, const char *message, ...)
{
    size_t size = x->instance.size;
    va_list args;

    json_pointer_push_index(&x->instance, index);
    va_start(args, message);
    note(x, kind, keyword, item, message, args);
    va_end(args);
    schema_explain_cut(&x->instance, size);
}
