/*
 * vpc_identity: whether an answer is about what was asked for. A gateway or a cache may mix up answers, so that no body
 * is taken for a resource but by what it says of itself: its id (of what has none, its name), and where its href and
 * its CRN are given, the id in these. Private to the room.
 *
 * Each check sets e to "answer of another resource: asked for X, got Y" (ERR_BAD_ANSWER) and returns false otherwise.
 */
#ifndef VPC_VPC_IDENTITY_H
#define VPC_VPC_IDENTITY_H

#include "vpc/vpc.h"

/* What an answer has to be. Zero-initialised: anything. */
struct vpc_expected {
    enum vpc_expected_kind {
        VPC_EXPECT_ANYTHING,
        VPC_EXPECT_RESOURCE, /* with the id */
        VPC_EXPECT_NAMED,    /* the resource with the name, of a kind without ids */
        VPC_EXPECT_CREATED,  /* a new resource with the name, if one was asked for, and an id that is valid */
        VPC_EXPECT_EFFECT,   /* of an action or a deletion: what it says of a resource is about the one with the id */
        VPC_EXPECT_ITEMS,    /* a page of a collection: it has one with the name, where one was asked for, or none */
    } kind;
    char *id;          /* owned; of items: that of the resource that they lie below; or NULL */
    char *name;        /* owned; or NULL */
    const char *items; /* member of a page */
};

/* What the answer to a call has to be; `call` may go. */
struct vpc_expected vpc_expect(enum http_method method, const struct resource_kind *kind, const struct vpc_call *call);
void vpc_expected_free(struct vpc_expected *expected);

bool vpc_expected_check(const struct vpc_expected *expected, struct answer_node root, struct err *e)
    __attribute__((warn_unused_result));

#endif
