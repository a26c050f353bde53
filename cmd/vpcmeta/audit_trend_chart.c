/* The chart of the audits of one scope: a row each, with a bar of its findings by severity. */
#include <string.h>

#include "audit_scope.h"
#include "audit_trend.h"
#include "clock/clock.h"
#include "render/render_chart.h"
#include "when.h"

enum { PIPE_COLUMNS = 80 };

enum {
    CELL_STARTED,
    CELL_FINDINGS,
    CELL_SEVERITIES,
    CELL_NEW = CELL_SEVERITIES + POLICY_SEVERITIES,
    CELL_FIXED,
    CELLS
};

/* The worst first, as the parts of a bar. */
static const struct render_chart_part parts[POLICY_SEVERITIES] = {
    {'C', TABLE_BAD}, {'H', TABLE_BAD}, {'M', TABLE_WARN}, {'L', TABLE_PLAIN}, {'i', TABLE_DIM}};

static const struct render_chart_column all_cells[CELLS] = {
    [CELL_STARTED] = {"STARTED", false, false},     [CELL_FINDINGS] = {"FINDINGS", true, false},
    [CELL_SEVERITIES] = {"CRITICAL", true, true},   [CELL_SEVERITIES + 1] = {"HIGH", true, true},
    [CELL_SEVERITIES + 2] = {"MEDIUM", true, true}, [CELL_SEVERITIES + 3] = {"LOW", true, true},
    [CELL_SEVERITIES + 4] = {"INFO", true, true},   [CELL_NEW] = {"NEW", true, false},
    [CELL_FIXED] = {"FIXED", true, false},
};

/* The chart of one scope under construction. */
struct drawing {
    struct text_arena memory;
    struct render_chart_column columns[CELLS];
    size_t used[CELLS]; /* cells that are columns: severities that no audit found are none */
    size_t used_count;
    size_t by_part[POLICY_SEVERITIES]; /* sums over the audits */
    bool incomplete;                   /* some of them are */
};

static const char *format(struct drawing *drawing, int64_t count)
{
    CLEANUP(text_free) struct text cell = {0};

    if (count == HISTORY_NO_COUNT) {
        return "-";
    }
    text_printf(&cell, "%lld", (long long)count);
    return text_arena_copy(&drawing->memory, text_string(&cell), cell.size);
}

/* Local time on a terminal; an incomplete audit has a mark. */
static const char *format_start(struct drawing *drawing, const struct history_audit *audit, bool local)
{
    CLEANUP(text_free) struct text cell = {0};

    if (local) {
        when_append_local(&cell, clock_stamp_read(audit->started_at), false);
    } else {
        text_append(&cell, audit->started_at);
    }
    text_append(&cell, audit->complete ? "" : "!");
    drawing->incomplete = drawing->incomplete || !audit->complete;
    return text_arena_copy(&drawing->memory, text_string(&cell), cell.size);
}

static const char *describe_policy(struct drawing *drawing, const struct history_audit *audit,
                                   const struct history_audit *before)
{
    CLEANUP(text_free) struct text line = {0};

    if (before == NULL || strcmp(before->policy_digest, audit->policy_digest) == 0) {
        return NULL;
    }
    text_append(&line, strcmp(before->policy, audit->policy) == 0 ? "-- new version of policy " : "-- policy ");
    text_append_safe(&line, audit->policy, strlen(audit->policy));
    return text_arena_copy(&drawing->memory, text_string(&line), line.size);
}

static void fill_row(struct drawing *drawing, const struct history_audit *audit, const struct history_audit *before,
                     bool local, struct render_chart_row *ret)
{
    const char **cells = text_arena_alloc(&drawing->memory, CELLS * sizeof(*cells));
    const char **used = text_arena_alloc(&drawing->memory, CELLS * sizeof(*used));
    size_t *counts = text_arena_alloc(&drawing->memory, POLICY_SEVERITIES * sizeof(*counts));
    struct audit_trend_counts read;

    audit_trend_read(audit, &read);
    cells[CELL_STARTED] = format_start(drawing, audit, local);
    cells[CELL_FINDINGS] = format(drawing, (int64_t)read.findings);
    for (size_t i = 0; i < POLICY_SEVERITIES; i++) {
        counts[i] = read.by_severity[POLICY_SEVERITIES - 1 - i];
        cells[CELL_SEVERITIES + i] = format(drawing, (int64_t)counts[i]);
    }
    cells[CELL_NEW] = format(drawing, audit->new_findings);
    cells[CELL_FIXED] = format(drawing, audit->fixed_findings);
    for (size_t i = 0; i < drawing->used_count; i++) {
        used[i] = cells[drawing->used[i]];
    }
    *ret = (struct render_chart_row){.cells = used, .counts = counts, .above = describe_policy(drawing, audit, before)};
}

/* Columns without severities that no audit of the scope found. */
static void use_columns(struct drawing *drawing, const struct history_audit *const audits[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct audit_trend_counts read;
        audit_trend_read(audits[i], &read);
        for (size_t part = 0; part < POLICY_SEVERITIES; part++) {
            drawing->by_part[part] += read.by_severity[POLICY_SEVERITIES - 1 - part];
        }
    }
    for (size_t cell = 0; cell < CELLS; cell++) {
        bool severity = cell >= CELL_SEVERITIES && cell < CELL_NEW;
        if (!severity || drawing->by_part[cell - CELL_SEVERITIES] > 0) {
            drawing->columns[drawing->used_count] = all_cells[cell];
            drawing->used[drawing->used_count++] = cell;
        }
    }
}

/* "H high, M medium; ! incomplete": what the letters mean. */
static void append_legend(const struct drawing *drawing, size_t width, struct text *out)
{
    CLEANUP(text_free) struct text line = {0};

    for (size_t part = 0; part < POLICY_SEVERITIES; part++) {
        if (drawing->by_part[part] > 0) {
            text_printf(&line, "%s%c %s", line.size > 0 ? ", " : "", parts[part].letter,
                        policy_severity_names[POLICY_SEVERITIES - 1 - part]);
        }
    }
    if (drawing->incomplete) {
        text_printf(&line, "%s! incomplete: a part could not be read", line.size > 0 ? "; " : "");
    }
    if (line.size > 0) {
        text_append_wrapped(out, text_string(&line), NULL, 0, 0, width);
        text_append_char(out, '\n');
    }
}

/* Of the newest audit that knew them: one that could read nothing names none. New reference. */
static json_t *known_regions(const struct history_audit *const audits[], size_t count)
{
    for (size_t i = count; i > 0; i--) {
        json_t *regions = audit_trend_regions(audits[i - 1]);
        if (json_array_size(regions) > 0) {
            return regions;
        }
        json_release(&regions);
    }
    return json_array();
}

void audit_trend_draw(const struct history_audit *const audits[], size_t count, const struct render_options *options,
                      struct text *out)
{
    struct drawing drawing = {0};
    size_t width = options->columns > 0 ? options->columns : PIPE_COLUMNS;
    CLEANUP(text_free) struct text heading = {0};
    struct render_chart_row *rows = text_arena_alloc(&drawing.memory, count * sizeof(*rows));
    const struct history_audit *newest = audits[count - 1];
    JSON_CLEANUP json_t *regions = known_regions(audits, count);

    audit_scope_describe(&newest->scope, regions, &heading);
    text_append(&heading, "; policy ");
    text_append_safe(&heading, audits[0]->policy, strlen(audits[0]->policy));
    text_append_wrapped(out, text_string(&heading), NULL, 0, 2, width);
    text_append_char(out, '\n');
    use_columns(&drawing, audits, count);
    for (size_t i = 0; i < count; i++) {
        fill_row(&drawing, audits[i], i > 0 ? audits[i - 1] : NULL, options->columns > 0, &rows[i]);
    }
    render_append_chart(out,
                        &(struct render_chart){.columns = drawing.columns,
                                               .column_count = drawing.used_count,
                                               .parts = parts,
                                               .part_count = POLICY_SEVERITIES,
                                               .rows = rows,
                                               .row_count = count},
                        width, options->color);
    append_legend(&drawing, width, out);
    text_arena_free(&drawing.memory);
}
