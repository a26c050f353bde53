/* selection: which resources a command is about, from its selector options, its arguments and --from. */
#ifndef VPCMETA_SELECTION_H
#define VPCMETA_SELECTION_H

#include "app.h"

/*
 * A selector from options, arguments and --from (a file or "-", one name, id or CRN a line, # comments). Free it with
 * selection_free. ERR_USAGE for a bad --where, a status that there is not, or a file that cannot be read.
 */
struct selection {
    struct inventory_selector selector;
    struct inventory_effect effect; /* of selection_find */
    struct text_arena memory;
};
bool selection_read(const struct app *app, const struct selector_opts *opts, const struct cli_call *call,
                    struct selection *ret, struct err *e) __attribute__((warn_unused_result));
/*
 * inventory_select, and warnings about selectors without effect: a selection that is empty says why, and a glob that
 * matches nothing is named. An empty region is no slip: without a selector that is a note, unless the command writes.
 */
bool selection_find(const struct app *app, const struct cli_call *call, const struct inventory_scope *scope,
                    const struct resource_kind *const kinds[], size_t kind_count, struct selection *selection,
                    struct resource_list *into, struct text *ret_missing, struct err *e)
    __attribute__((warn_unused_result));
/* A file of names ("-": standard input): lines, trimmed and without comments; or items that NUL bytes end, as is. */
struct selection_file {
    const char *from;
    bool null;
};
/* The items of the file but for empty ones, at least one. ERR_USAGE. */
bool selection_items(const struct app *app, const struct selection_file *file, struct text_arena *memory,
                     struct inventory_words *ret, struct err *e) __attribute__((warn_unused_result));
/* Refuses a selector that says nothing, unless all are meant; `example` is an option that says something. ERR_USAGE. */
bool selection_check_given(const struct inventory_selector *selector, const struct resource_kind *kind, bool all,
                           const char *example, struct err *e) __attribute__((warn_unused_result));
bool selection_check_targets(const struct inventory_words *targets, struct err *e) __attribute__((warn_unused_result));
void selection_free(struct selection *selector);

/* The selectors that a kind has nothing for. */
extern const struct cmd_refusal selection_template_refusals[], selection_group_refusals[];

#endif
