/*
 * resource_reference: the one place that knows how the API refers to a resource: {"id"}, {"crn"}, {"href"} or {"name"}
 * (vpc-api.md 2.5), any of them alone in a body, in a template and in what echoes a body, all of them in an answer.
 */
#ifndef RESOURCE_RESOURCE_REFERENCE_H
#define RESOURCE_RESOURCE_REFERENCE_H

#include "json/json.h"
#include "json/json_answer.h"

/* The id in the reference, whichever of id, crn and href holds it. Borrowed; NULL when none does. */
const char *resource_reference_id(const json_t *reference);

/* The same or, where there is none, the name: what names the resource in a path of the API. Borrowed; NULL: nothing. */
const char *resource_reference_word(const json_t *reference);

/*
 * Reads one member of a reference in an answer: `path` ends with "id" or, for what the API knows by name (zones,
 * profiles), with "name"; where that member is absent, what the other forms hold is taken. `ret` is the answer's own.
 * An absent one is an error only when it is needed, as of answer_get_string.
 */
bool resource_reference_read(struct answer_node node, const char *path, enum answer_need need,
                             struct answer_string *ret, struct err *e) __attribute__((warn_unused_result));

#endif
