/* The data of the HTML report: rows without names of members, words that repeat written once and referred to. */
#include <stdlib.h>
#include <string.h>

#include "render/render_html.h"
#include "render/render_html_page.h"

/* In texts of a finding, for the name and the id of its resource, so that texts repeat and are written once. */
enum { NAME_MARK = 1, ID_MARK = 2, WORTH_A_MARK = 4 };

struct writer {
    const struct report *report;
    struct text *out;
    struct mem_map words; /* their numbers, counted from 1 */
    size_t word_count;
    struct mem_map gone; /* of resources that do not exist any more: numbers, by CRN */
    size_t gone_count;
};

static void append_word_n(struct writer *writer, const char *word, size_t size)
{
    uintptr_t number = (uintptr_t)mem_map_get_n(&writer->words, word, size);

    if (number == 0) {
        number = ++writer->word_count;
        mem_map_add_n(&writer->words, word, size, (void *)number); // NOLINT(performance-no-int-to-ptr): a number
    }
    text_printf(writer->out, ",%zu", (size_t)number - 1);
}

static void append_word(struct writer *writer, const char *word)
{
    if (word == NULL) {
        text_append(writer->out, ",-1");
    } else {
        append_word_n(writer, word, strlen(word));
    }
}

/* A CRN ends with the id nearly always: what stands before it repeats. */
static void append_crn(struct writer *writer, const struct report_resource *resource)
{
    size_t size = resource->crn != NULL ? strlen(resource->crn) : 0;
    size_t id_size = resource->id != NULL ? strlen(resource->id) : 0;

    if (id_size > 0 && size > id_size && strcmp(resource->crn + size - id_size, resource->id) == 0) {
        append_word_n(writer, resource->crn, size - id_size);
    } else if (resource->crn != NULL) {
        text_append_char(writer->out, ',');
        render_html_json_string(writer->out, resource->crn);
    } else {
        text_append(writer->out, ",-1");
    }
}

/* A letter a check: P pass, - not applicable, F for all others, which are findings. */
static void append_results(struct writer *writer, size_t index)
{
    CLEANUP(text_free) struct text letters = {0};
    const struct report *report = writer->report;

    for (size_t i = 0; i < report->check_count; i++) {
        enum report_result result = report->result(report->context, index, i);
        text_append_char(&letters, result == REPORT_PASS ? 'P' : result == REPORT_NOT_APPLICABLE ? '-' : 'F');
    }
    append_word(writer, text_string(&letters));
}

/* `index` SIZE_MAX: it does not exist any more. */
static void append_resource(struct writer *writer, const struct report_resource *resource, size_t index)
{
    struct text *out = writer->out;

    render_html_json_string(out, resource->name);
    text_append_char(out, ',');
    render_html_json_string(out, resource->id);
    append_crn(writer, resource);
    append_word(writer, resource->kind);
    append_word(writer, resource->region);
    append_word(writer, resource->zone);
    append_word(writer, resource->vpc);
    append_word(writer, resource->status);
    append_word(writer, resource->protocol);
    append_word(writer, resource->profile);
    append_word(writer, resource->policy_rule);
    text_printf(out, ",%d,%d", resource->enabled, resource->hop_limit);
    if (index != SIZE_MAX && writer->report->result != NULL) {
        append_results(writer, index);
    } else {
        text_append(out, ",-1");
    }
}

/* The size of `word` where the text begins with it, or 0. */
static size_t begins_with(const char *text, const char *word)
{
    size_t size = word != NULL ? strlen(word) : 0;

    return size >= WORTH_A_MARK && strncmp(text, word, size) == 0 ? size : 0;
}

/* A text of a finding with the marks in it. */
static void append_folded(struct writer *writer, const char *text, const struct report_resource *resource)
{
    CLEANUP(text_free) struct text folded = {0};

    if (text == NULL) {
        text_append(writer->out, ",-1");
        return;
    }
    while (*text != '\0') {
        size_t name_size = begins_with(text, resource->name), id_size = begins_with(text, resource->id);
        if (*text == NAME_MARK || *text == ID_MARK) {
            text_append(&folded, "\xEF\xBF\xBD");
            text++;
        } else if (name_size > 0 || id_size > 0) {
            text_append_char(&folded, name_size >= id_size ? NAME_MARK : ID_MARK);
            text += name_size >= id_size ? name_size : id_size;
        } else {
            text_append_char(&folded, *text++);
        }
    }
    append_word_n(writer, text_string(&folded), folded.size);
}

/* The place of a finding's resource; those that do not exist any more follow the others. */
static size_t place_of(struct writer *writer, const struct report_finding *finding)
{
    const char *crn = finding->gone.crn != NULL ? finding->gone.crn : finding->gone.id;

    if (finding->resource < writer->report->resource_count) {
        return finding->resource;
    }
    if (crn == NULL || mem_map_get(&writer->gone, crn) == NULL) {
        writer->gone_count++;
        if (crn != NULL) {
            mem_map_put(&writer->gone, crn,
                        (void *)(uintptr_t)writer->gone_count); // NOLINT(performance-no-int-to-ptr): a number
        }
        return writer->report->resource_count + writer->gone_count - 1;
    }
    return writer->report->resource_count + (uintptr_t)mem_map_get(&writer->gone, crn) - 1;
}

static void append_finding(struct writer *writer, const struct report_finding *finding)
{
    struct report_resource resource = finding->gone;
    size_t place = place_of(writer, finding);

    if (finding->resource < writer->report->resource_count) {
        resource = (struct report_resource){.enabled = -1};
        writer->report->resource(writer->report->context, finding->resource, &resource);
    }
    text_printf(writer->out, "%zu,%zu,%d,%d", place, finding->check, (int)finding->result, (int)finding->baseline);
    append_word(writer, finding->severity);
    append_folded(writer, finding->message, &resource);
    append_folded(writer, finding->fix, &resource);
    append_word(writer, finding->exception_reason);
    append_word(writer, finding->exception_owner);
    append_word(writer, finding->exception_expires);
    append_word(writer, finding->exception_ticket);
    text_printf(writer->out, ",%d", finding->exception_expired ? 1 : 0);
}

static bool write_resources(struct writer *writer, struct report_output *output, struct err *e)
{
    const struct report *report = writer->report;

    text_append(writer->out, ",\n\"resources\":[");
    for (size_t i = 0; i < report->resource_count; i++) {
        struct report_resource resource = {.enabled = -1};
        report->resource(report->context, i, &resource);
        text_append(writer->out, i > 0 ? ",\n" : "\n");
        append_resource(writer, &resource, i);
        if (!render_report_flush(output, false, e)) {
            return false;
        }
    }
    return true;
}

static bool write_findings(struct writer *writer, struct report_output *output, struct err *e)
{
    const struct report *report = writer->report;

    text_append(writer->out, "],\n\"findings\":[");
    for (size_t i = 0; i < report->finding_count; i++) {
        struct report_finding finding = {0};
        report->finding(report->context, i, &finding);
        text_append(writer->out, i > 0 ? ",\n" : "\n");
        append_finding(writer, &finding);
        if (!render_report_flush(output, false, e)) {
            return false;
        }
    }
    return true;
}

/* In the order in which their findings came, once each. */
static void append_gone(struct writer *writer)
{
    const struct report *report = writer->report;
    size_t written = 0;

    text_append(writer->out, "],\n\"gone\":[");
    writer->gone_count = 0;
    mem_map_free(&writer->gone);
    for (size_t i = 0; i < report->finding_count; i++) {
        struct report_finding finding = {0};
        report->finding(report->context, i, &finding);
        (void)place_of(writer, &finding);
        if (writer->gone_count > written) {
            finding.gone.enabled = -1;
            finding.gone.hop_limit = 0;
            text_append(writer->out, written > 0 ? ",\n" : "\n");
            append_resource(writer, &finding.gone, SIZE_MAX);
            written = writer->gone_count;
        }
    }
}

static bool write_words(struct writer *writer, struct report_output *output, struct err *e)
{
    const struct mem_map_entry *first = mem_map_first(&writer->words);

    text_append(writer->out, "],\n\"words\":[");
    for (const struct mem_map_entry *entry = first; entry != NULL; entry = mem_map_next(entry)) {
        text_append(writer->out, entry != first ? ",\n" : "\n");
        render_html_json_string(writer->out, entry->key);
        if (!render_report_flush(output, false, e)) {
            return false;
        }
    }
    text_append(writer->out, "]}\n</script>\n");
    return true;
}

static void append_checks(const struct report *report, struct text *out)
{
    text_printf(out, "<script id=\"data\" type=\"application/json\">\n{\"baseline\":%s,\n\"checks\":[",
                report->baseline != NULL ? "true" : "false");
    for (size_t i = 0; i < report->check_count; i++) {
        text_append(out, i > 0 ? ",\n{\"id\":" : "\n{\"id\":");
        render_html_json_string(out, report->checks[i].id);
        text_append(out, ",\"title\":");
        render_html_json_string(out, report->checks[i].title);
        text_append(out, ",\"meaning\":");
        render_html_json_string(out, report->checks[i].meaning);
        text_append_char(out, '}');
    }
    text_append(out,
                "],\n\"row\":[\"name\",\"id\",\"crn\",\"kind\",\"region\",\"zone\",\"vpc\",\"status\",\"protocol\","
                "\"profile\",\"policy_rule\",\"enabled\",\"hop_limit\",\"results\"],\n"
                "\"mark\":[\"resource\",\"check\",\"result\",\"baseline\",\"severity\",\"message\",\"fix\","
                "\"reason\",\"owner\",\"expires\",\"ticket\",\"expired\"]");
}

bool render_html_data(const struct report *report, struct report_output *output, struct err *e)
{
    struct writer writer = {.report = report, .out = &output->text};

    append_checks(report, writer.out);
    bool good = write_resources(&writer, output, e) && write_findings(&writer, output, e);
    if (good) {
        append_gone(&writer);
        good = write_words(&writer, output, e);
    }
    mem_map_free(&writer.words);
    mem_map_free(&writer.gone);
    return good;
}
