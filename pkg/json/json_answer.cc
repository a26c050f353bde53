/*
 * All of C++ that reads answers: simdjson's parser and its tape. The tape is an array of 64-bit words, a type in
 * the top byte of each (simdjson's doc/tape.md); a node is the index of its word. No exception can start here:
 * simdjson reports codes, and a lack of memory ends the process.
 */
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include "mem/mem.h"
#include "json/json_answer.h"
#include "json/json_answer_fault.h"

#include <new>

using simdjson::internal::tape_ref;
using simdjson::internal::tape_type;

static_assert(ANSWER_PADDING >= simdjson::SIMDJSON_PADDING, "simdjson reads further than the header says");
static_assert(ANSWER_DEPTH_MAX == simdjson::DEFAULT_MAX_DEPTH, "the header names simdjson's depth");

struct answer_parser {
    simdjson::dom::parser parser{ANSWER_SIZE_MAX};
};

static tape_ref tape(struct answer_node node) noexcept
{
    return tape_ref(static_cast<const simdjson::dom::document *>(node.document), node.index);
}

struct answer_parser *answer_parser_create(void)
{
    /* Behind every operator new, simdjson's own too, which would throw and so abort with a core. */
    std::set_new_handler(mem_out_of_memory);
    return new answer_parser;
}

void answer_parser_destroy(struct answer_parser *parser)
{
    delete parser;
}

void answer_parser_release(struct answer_parser **parser)
{
    answer_parser_destroy(*parser);
    *parser = nullptr;
}

/* Powers of two, so that pages which differ by a few bytes do not each allocate anew. */
static void reserve(simdjson::dom::parser &parser, size_t size) noexcept
{
    size_t capacity = 65536;

    if (size <= parser.capacity() || size > ANSWER_SIZE_MAX) {
        return;
    }
    while (capacity < size) {
        capacity *= 2;
    }
    if (parser.doc.allocate(capacity) != simdjson::SUCCESS || parser.allocate(capacity) != simdjson::SUCCESS) {
        mem_out_of_memory();
    }
}

static bool parse(struct answer_parser *parser, const char *bytes, size_t size, bool copy, struct answer_node *ret_root,
                  struct err *e) noexcept
{
    simdjson::dom::element root;

    reserve(parser->parser, size);
    auto code = parser->parser.parse(bytes, size, copy).get(root);
    if (code == simdjson::MEMALLOC) {
        mem_out_of_memory();
    }
    if (code == simdjson::STRING_ERROR) {
        CLEANUP(text_free) struct text repaired = {nullptr, 0, 0};
        if (answer_repair(bytes, size, &repaired)) {
            code = parser->parser.parse(text_string(&repaired), repaired.size, true).get(root);
        }
    }
    if (code == simdjson::NUMBER_ERROR) {
        CLEANUP(text_free) struct text repaired = {nullptr, 0, 0};
        if (answer_repair_numbers(bytes, size, &repaired)) {
            code = parser->parser.parse(text_string(&repaired), repaired.size, true).get(root);
        }
    }
    if (code != simdjson::SUCCESS) {
        return answer_fault(bytes, size, simdjson::error_message(code), e);
    }
    ret_root->document = &parser->parser.doc;
    ret_root->index = 1; /* word 0 is the root's own */
    return true;
}

bool answer_parse(struct answer_parser *parser, const char *bytes, size_t size, struct answer_node *ret_root,
                  struct err *e)
{
    return parse(parser, bytes, size, true, ret_root, e);
}

bool answer_parse_padded(struct answer_parser *parser, const char *bytes, size_t size, struct answer_node *ret_root,
                         struct err *e)
{
    return parse(parser, bytes, size, false, ret_root, e);
}

enum answer_kind answer_kind(struct answer_node node)
{
    if (node.document == nullptr) {
        return ANSWER_ABSENT;
    }
    switch (tape(node).tape_ref_type()) {
    case tape_type::START_ARRAY:
        return ANSWER_ARRAY;
    case tape_type::START_OBJECT:
        return ANSWER_OBJECT;
    case tape_type::STRING:
        return ANSWER_STRING;
    case tape_type::INT64:
        return ANSWER_INTEGER;
    case tape_type::UINT64:
    case tape_type::DOUBLE:
        return ANSWER_REAL;
    case tape_type::TRUE_VALUE:
    case tape_type::FALSE_VALUE:
        return ANSWER_BOOLEAN;
    default:
        return ANSWER_NULL;
    }
}

static struct answer_string string_at(tape_ref ref) noexcept
{
    return {ref.get_c_str(), ref.get_string_length()};
}

struct answer_scalar answer_value(struct answer_node node)
{
    struct answer_scalar value = {};
    tape_ref ref = tape(node);

    value.kind = answer_kind(node);
    if (value.kind == ANSWER_STRING) {
        value.string = string_at(ref);
    } else if (value.kind == ANSWER_BOOLEAN) {
        value.boolean = ref.is_true();
    } else if (value.kind == ANSWER_INTEGER) {
        value.integer = ref.next_tape_value<int64_t>();
        value.real = static_cast<double>(value.integer);
    } else if (value.kind == ANSWER_REAL) {
        value.real =
            ref.is_double() ? ref.next_tape_value<double>() : static_cast<double>(ref.next_tape_value<uint64_t>());
    }
    return value;
}

struct answer_cursor answer_each(struct answer_node node)
{
    struct answer_cursor each = {};
    enum answer_kind kind = answer_kind(node);

    if (kind == ANSWER_ARRAY || kind == ANSWER_OBJECT) {
        each.document = node.document;
        each.position = SIZE_MAX; /* so that the first step makes it 0 */
        each.next = node.index + 1;
        each.end = tape(node).after_element() - 1;
        each.members = kind == ANSWER_OBJECT;
    }
    return each;
}

bool answer_next(struct answer_cursor *each)
{
    if (each->next >= each->end) {
        return false;
    }
    each->node = {each->document, each->next};
    if (each->members) {
        each->name = string_at(tape(each->node)); /* a name is one word, its value follows */
        each->node.index++;
    }
    each->next = tape(each->node).after_element();
    each->position++;
    return true;
}

size_t answer_count(struct answer_node node)
{
    size_t count = 0;

    /* The tape counts too, but saturates at 2^24-1. */
    for (struct answer_cursor each = answer_each(node); answer_next(&each);) {
        count++;
    }
    return count;
}

struct answer_node answer_member(struct answer_node node, const char *name, size_t size)
{
    if (answer_kind(node) == ANSWER_OBJECT) {
        for (struct answer_cursor each = answer_each(node); answer_next(&each);) {
            if (each.name.size == size && std::memcmp(each.name.data, name, size) == 0) {
                return each.node;
            }
        }
    }
    return {nullptr, 0};
}

/* simdjson's macro is bare digits and dots */
#define QUOTE(text)        #text
#define QUOTE_VALUE(macro) QUOTE(macro)

const char *answer_built_with(void)
{
    return QUOTE_VALUE(SIMDJSON_VERSION);
}
