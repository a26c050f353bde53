/* Answers: whatever comes, no crash; what parses prints to text that parses to the same; it agrees with the tree. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "json/json_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* A getter's promise: the value, or an error with a place. */
static void keeps_promise(bool done, struct err *e)
{
    require(done == (e->code == ERR_NONE));
    require(done || (e->code == ERR_BAD_ANSWER && strncmp(e->place, "answer", 6) == 0));
    err_clear(e);
}

/* Every getter on every node, as a client with wrong expectations would do it. */
static void get_all(struct answer_node node, int depth)
{
    struct err e = ERR_INIT;
    struct answer_string text;
    struct answer_node found;
    int64_t number;
    bool flag;

    for (int need = ANSWER_OPTIONAL; need <= ANSWER_REQUIRED; need++) {
        keeps_promise(answer_get_string(node, "", need, &text, &e), &e);
        keeps_promise(answer_get_integer(node, "0", need, &number, &e), &e);
        keeps_promise(answer_get_boolean(node, "a/b", need, &flag, &e), &e);
        keeps_promise(answer_get_array(node, "a", need, &found, &e), &e);
        keeps_promise(answer_get_object(node, "1/a", need, &found, &e), &e);
    }
    for (struct answer_cursor each = answer_each(node); depth < 4 && answer_next(&each) && each.position < 20;) {
        struct err wrong = ERR_INIT;
        answer_error(each.node, &wrong, "wrong");
        require(strlen(wrong.place) > strlen("answer: "));
        get_all(each.node, depth + 1);
    }
}

static void check(struct answer_parser *parser, struct answer_node root)
{
    CLEANUP(text_free) struct text out = {0};
    CLEANUP(text_free) struct text again = {0};
    struct answer_node other;
    struct err e = ERR_INIT;
    JSON_CLEANUP json_t *tree = answer_to_json(root);

    require(tree != NULL);
    get_all(root, 0);
    answer_print(root, &out);
    require(answer_parse(parser, text_string(&out), out.size, &other, &e));
    answer_print(other, &again);
    require(strcmp(text_string(&out), text_string(&again)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(answer_parser_release) struct answer_parser *parser = answer_parser_create();
    CLEANUP(json_document_free) struct json_document document = {0};
    struct answer_node root;
    struct err e = ERR_INIT;
    struct err ignored = ERR_INIT;
    bool parsed = answer_parse(parser, (const char *)data, size, &root, &e);

    /* What the strict reader takes, the tolerant one takes too. */
    require(parsed || !json_parse((const char *)data, size, "fuzz", JSON_READ_STRICT, &document, &ignored));
    if (parsed) {
        check(parser, root);
    } else {
        require(e.code == ERR_BAD_ANSWER && e.message[0] != '\0' && strncmp(e.place, "answer", 6) == 0);
    }
    return 0;
}
