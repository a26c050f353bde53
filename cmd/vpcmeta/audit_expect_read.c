/* Reads expected findings: JSON, JSON lines, CSV, or lines of a rule and a resource. */
#include <string.h>

#include "audit_expect_read.h"

static bool fail_at(const struct audit_expect *expect, size_t line, struct err *e)
{
    return err_at(e, "%s:%zu", expect->path, line);
}

/* `rule` and `word` are copied. */
static bool add(struct audit_expect *expect, const char *rule, const char *word, size_t line, struct err *e)
{
    unsigned checks = 0;

    if (!audit_add_check(rule, &checks, e)) {
        e->code = ERR_USAGE;
        return fail_at(expect, line, e);
    }
    *mem_list_add(expect) = (struct audit_expected){.rule = text_arena_copy(&expect->memory, rule, strlen(rule)),
                                                    .word = text_arena_copy(&expect->memory, word, strlen(word)),
                                                    .line = line};
    return true;
}

static bool malformed(const struct audit_expect *expect, size_t line, const char *what, struct err *e)
{
    err_set(e, ERR_USAGE, "%s: a line is \"RULE NAME\" or \"RULE CRN\", such as \"enabled-over-http web-1\"", what);
    return fail_at(expect, line, e);
}

/* Only what fails is expected: what is excepted or unknown ends no audit with status 3. */
static bool is_failure(const char *result)
{
    return result == NULL || result[0] == '\0' || strcmp(result, audit_result_names[AUDIT_FAIL]) == 0;
}

/* --- JSON --------------------------------------------------------------------------------------------- */

static const char *member(const json_t *finding, const char *name)
{
    const char *value = json_string_value(json_object_get(finding, name));

    return value != NULL && value[0] != '\0' ? value : NULL;
}

static bool add_finding(struct audit_expect *expect, const json_t *finding, size_t line, struct err *e)
{
    const char *const words[] = {member(finding, "crn"), member(finding, "id"), member(finding, "name")};
    const char *rule = member(finding, "rule");
    const char *word = words[0] != NULL ? words[0] : words[1] != NULL ? words[1] : words[2];

    if (rule == NULL || word == NULL) {
        err_set(e, ERR_USAGE, "a finding needs \"rule\", and \"crn\", \"id\" or \"name\"");
        return fail_at(expect, line, e);
    }
    return !is_failure(member(finding, "result")) || add(expect, rule, word, line, e);
}

static size_t line_of(const struct json_document *document, const char *list, size_t index)
{
    CLEANUP(text_free) struct text pointer = {0};
    struct json_place place = {1, 1};

    text_append(&pointer, list);
    json_pointer_push_index(&pointer, index);
    (void)json_locate(document, text_string(&pointer), &place);
    return place.line;
}

static bool add_list(struct audit_expect *expect, const struct json_document *document, const json_t *list,
                     const char *pointer, struct err *e)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (!add_finding(expect, json_array_get(list, i), line_of(document, pointer, i), e)) {
            return false;
        }
    }
    return true;
}

/* The output of -o json, or the list of its findings. */
static bool read_json(struct audit_expect *expect, const struct json_document *document, struct err *e)
{
    const json_t *findings = json_object_get(document->root, "findings");

    if (json_is_array(document->root)) {
        return add_list(expect, document, document->root, "", e);
    }
    if (json_is_array(findings)) {
        return add_list(expect, document, findings, "/findings", e);
    }
    if (member(document->root, "rule") != NULL) { /* one line of -o jsonl */
        return add_finding(expect, document->root, 1, e);
    }
    err_set(e, ERR_USAGE, "it has no \"findings\": give what 'vpcmeta audit -o json' prints");
    return fail_at(expect, 1, e);
}

static bool read_json_line(struct audit_expect *expect, const char *bytes, size_t size, size_t line, struct err *e)
{
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err fault = ERR_INIT;

    if (!json_parse(bytes, size, expect->path, JSON_READ_BIG_NUMBERS, &document, &fault)) {
        err_set(e, ERR_USAGE, "%s", fault.message);
        return fail_at(expect, line, e);
    }
    return add_finding(expect, document.root, line, e);
}

/* --- CSV ---------------------------------------------------------------------------------------------- */

enum { CSV_COLUMNS_MAX = 256 };

/* One record; its fields are in one text, each ended by a NUL. */
struct record {
    struct text bytes;
    size_t starts[CSV_COLUMNS_MAX];
    size_t count;
    size_t line;
};

static void begin_field(struct record *record)
{
    if (record->count < CSV_COLUMNS_MAX) {
        record->starts[record->count++] = record->bytes.size;
    }
}

/* Reads a record (RFC 4180) from `*next` on; false at the end. `*line` counts on. */
static bool read_record(const char **next, size_t *line, struct record *ret)
{
    const char *c = *next;
    bool quoted = false;

    text_clear(&ret->bytes);
    ret->count = 0;
    ret->line = *line;
    if (*c == '\0') {
        return false;
    }
    begin_field(ret);
    for (; *c != '\0' && (quoted || *c != '\n'); c++) {
        *line += *c == '\n';
        if (*c == '"' && quoted && c[1] == '"') {
            text_append_char(&ret->bytes, *c++);
        } else if (*c == '"') {
            quoted = !quoted;
        } else if (*c == ',' && !quoted) {
            text_append_char(&ret->bytes, '\0');
            begin_field(ret);
        } else if (*c != '\r' || quoted) {
            text_append_char(&ret->bytes, *c);
        }
    }
    text_append_char(&ret->bytes, '\0');
    *line += 1;
    *next = *c == '\n' ? c + 1 : c;
    return true;
}

static const char *field(const struct record *record, size_t column)
{
    const char *value = column < record->count ? record->bytes.data + record->starts[column] : "";

    return value[0] == '\'' ? value + 1 : value; /* that the CSV has in front of what a spreadsheet would compute */
}

static size_t find_column(const struct record *heading, const char *name)
{
    size_t i = 0;

    while (i < heading->count && strcmp(field(heading, i), name) != 0) {
        i++;
    }
    return i;
}

/* The first of these columns that has a value. */
static const char *first_value(const struct record *record, const size_t columns[], size_t count)
{
    const char *value = "";

    for (size_t i = 0; i < count && value[0] == '\0'; i++) {
        value = field(record, columns[i]);
    }
    return value;
}

static bool read_csv(struct audit_expect *expect, const char *text, struct err *e)
{
    struct record record = {0};
    size_t line = 1;

    (void)read_record(&text, &line, &record);
    const size_t rule = find_column(&record, "rule"), result = find_column(&record, "result");
    const size_t words[] = {find_column(&record, "crn"), find_column(&record, "id"), find_column(&record, "name")};
    bool fine = true;
    while (fine && read_record(&text, &line, &record)) {
        const char *word = first_value(&record, words, sizeof(words) / sizeof(words[0]));
        if (record.count == 1 && field(&record, 0)[0] == '\0') {
            continue;
        }
        if (field(&record, rule)[0] == '\0' || word[0] == '\0') {
            err_set(e, ERR_USAGE, "a finding needs the columns rule, and crn, id or name");
            fine = fail_at(expect, record.line, e);
        } else if (is_failure(field(&record, result))) {
            fine = add(expect, field(&record, rule), word, record.line, e);
        }
    }
    text_free(&record.bytes);
    return fine;
}

/* --- lines -------------------------------------------------------------------------------------------- */

/* The next word of the line, copied; NULL at its end or at a comment. */
static const char *next_word(struct text_arena *memory, const char **rest, const char *end)
{
    while (*rest < end && strchr(" \t\r", **rest) != NULL) {
        ++*rest;
    }
    const char *start = *rest;
    while (*rest < end && strchr(" \t\r", **rest) == NULL) {
        ++*rest;
    }
    return *rest == start || *start == '#' ? NULL : text_arena_copy(memory, start, (size_t)(*rest - start));
}

static bool read_line(struct audit_expect *expect, const char *start, const char *end, size_t line, struct err *e)
{
    const char *rule = next_word(&expect->memory, &start, end);
    const char *word = rule != NULL ? next_word(&expect->memory, &start, end) : NULL;
    const char *more = word != NULL ? next_word(&expect->memory, &start, end) : NULL;

    if (rule == NULL) {
        return true;
    }
    if (word == NULL || more != NULL) {
        return malformed(expect, line, word == NULL ? "the resource is missing" : "there are too many words", e);
    }
    return add(expect, rule, word, line, e);
}

static bool read_lines(struct audit_expect *expect, const char *text, struct err *e)
{
    size_t line = 1;

    for (const char *start = text; *start != '\0'; line++) {
        const char *end = start + strcspn(start, "\n");
        bool json = start[strspn(start, " \t")] == '{';
        if (!(json ? read_json_line(expect, start, (size_t)(end - start), line, e)
                   : read_line(expect, start, end, line, e))) {
            return false;
        }
        start = *end == '\n' ? end + 1 : end;
    }
    return true;
}

/* --- which of them ------------------------------------------------------------------------------------ */

/* Whether the first line is a heading of CSV: names with commas, "rule" among them. */
static bool is_csv(const char *text)
{
    struct record heading = {0};
    size_t line = 1;
    bool found =
        read_record(&text, &line, &heading) && heading.count > 1 && find_column(&heading, "rule") < heading.count;

    text_free(&heading.bytes);
    return found;
}

bool audit_expect_read(struct audit_expect *expect, const struct text *content, struct err *e)
{
    const char *text = text_string(content);
    const char first = text[strspn(text, " \t\r\n")];
    CLEANUP(json_document_free) struct json_document document = {0};
    struct err fault = ERR_INIT;

    if (is_csv(text)) {
        return read_csv(expect, text, e);
    }
    if (first != '{' && first != '[') {
        return read_lines(expect, text, e);
    }
    if (json_parse(text, content->size, expect->path, JSON_READ_BIG_NUMBERS, &document, &fault)) {
        return read_json(expect, &document, e);
    }
    /* several lines that are objects; a document that breaks off has a line that is none */
    if (first == '{' && memchr(text, '\n', content->size) != NULL && strstr(text, "}\n{") != NULL) {
        return read_lines(expect, text, e);
    }
    *e = fault;
    e->code = ERR_USAGE;
    return false;
}
