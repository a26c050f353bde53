/* The patterns of secrets, and the search for them in a text and in the base64 that it holds. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "userdata/userdata.h"

#include <pcre2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"
#include "userdata/userdata_value.h"

/* --- the table ---------------------------------------------------------------------------------------- */

/* A value: quoted, or up to a blank or what ends a word. One group, whatever it is. */
#define VALUE "(?|\"((?:[^\"\\\\\\n]|\\\\.)*)\"|'([^'\\n]*)'|([^\\s\"'#,;&|\\]}]+))"
/*
 * A name that ends in one of `words`, as in a shell, in YAML, JSON, INI and the like; not in a comment. It is looked at
 * from its first character on only, or else a long line would cost the square of its length.
 */
#define ASSIGNMENT(words)                                                                \
    "(?im)^(?!\\s*(?:#(?!!)|//))[^\\n]*?(?<![a-z0-9_.-])(?:[a-z0-9_.-]*[_.-])?(?:" words \
    ")[\"']?(?:[ \\t]*(?:=>|:=|=)[ \\t]*|[ \\t]*:[ \\t]+|:(?=[\"']))" VALUE "(?<after>[ \\t]+[a-z][^\\n]*)?"
/* The same as an option of a command: --password hunter2. */
#define OPTION(words) "(?im)^(?!\\s*#(?!!))[^\\n]*?\\s--?(?:[a-z0-9-]*-)?(?:" words ")[ =]" VALUE

#define PASSWORD_WORDS "password|passwd|passphrase|pwd"
#define TOKEN_WORDS                                                                                                  \
    "secret|token|api[_-]?key|access[_-]?key|secret[_-]?access[_-]?key|secret[_-]?key|private[_-]?key|auth[_-]?key|" \
    "encryption[_-]?key|client[_-]?secret|credentials?"

static const struct {
    const char *what, *pattern;
    enum userdata_test test; /* of the first group */
} table[] = {
    /* RFC 7468, RFC 4880 6.2, OpenSSH */
    {"a private key",
     "(?m)^(?![^\\n]*\\bgrep\\b)[^\\n]*?-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
     "(?!(?:\\s|\\\\[nr])*(?:<|\\$[A-Za-z_{(]|\\{\\{|xxx|\\.\\.\\.|TO"
     "DO))",
     USERDATA_ANY},
    /* 44 characters of base64url beside a word that says what they are */
    {"an IBM Cloud API key",
     "(?i)(?:ibm|iam|cloud|api|key|token|login|pass|pwd|secret)[^\\n]{0,80}?(?<![a-z0-9_/.+-])"
     "([a-z0-9_-]{44})(?![a-z0-9_/.+=-])",
     USERDATA_RANDOM},
    {"a JSON web token", "(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}",
     USERDATA_ANY},
    {"an AWS access key", "(?<![A-Za-z0-9])((?:AKIA|ASIA)[A-Z0-9]{16})(?![A-Za-z0-9])", USERDATA_ANY},
    {"a GitHub token", "(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})", USERDATA_ANY},
    {"a GitLab token", "(?<![A-Za-z0-9])(glpat-[A-Za-z0-9_-]{20})", USERDATA_PASSWORD},
    {"a Slack token", "(?<![A-Za-z0-9])(xox[abprs]-[0-9]+-[0-9A-Za-z-]{10,})", USERDATA_PASSWORD},
    /* crypt(5) */
    {"a password hash", "(?<![A-Za-z0-9$])\\$(?:1|2[aby]|5|6|y)\\$[A-Za-z0-9./=,$]{20,}", USERDATA_ANY},
    {"a password in a URL", "(?i)[a-z][a-z0-9+.-]*://[^\\s/:@\"'<>]*:([^\\s/@\"'<>]{3,})@[a-z0-9.\\[-]",
     USERDATA_PASSWORD},
    {"a login of an HTTP header",
     "(?i)authorization[\"']?\\s*[:=]\\s*[\"']?(?:bearer|basic|token)\\s+([a-z0-9._~+/=-]{12,})", USERDATA_PASSWORD},
    {"a password of curl", "(?m)\\bcurl\\b[^\\n]*\\s(?:-u|--user)[ =]?[\"']?[^\\s:\"']+:([^\\s\"']+)",
     USERDATA_PASSWORD},
    /* -pSECRET of the clients of MySQL, -p SECRET of sshpass(1) */
    {"a password",
     "(?m)^(?!\\s*#(?!!))[^\\n]*?\\b(?:mysql[a-z]*|mariadb(?:-[a-z]+)?)\\s(?:[^\\n|;&]*?\\s)?"
     "(?|-p\"([^\"\\n]+)\"|-p'([^'\\n]+)'|-p([^\\s\"'|;&]+))",
     USERDATA_PASSWORD},
    {"a password",
     "(?m)^(?!\\s*#(?!!))[^\\n]*?\\bsshpass\\s+(?|-p\\s*\"([^\"\\n]+)\"|-p\\s*'([^'\\n]+)'|-p\\s*([^\\s\"'|;&]+))",
     USERDATA_PASSWORD},
    /* chpasswd(8) and passwd(1), from a pipe or a here document */
    {"a login password",
     "(?im)\\b(?:echo|printf)\\s+(?:-\\w+\\s+)*[\"']?[a-z_][a-z0-9_.-]*:([^\\s\"'|\\\\]+)[^\\n|]*\\|\\s*(?:sudo\\s+)?"
     "chpasswd",
     USERDATA_PASSWORD},
    {"a login password", "(?i)chpasswd\\s*<<<\\s*[\"']?[a-z_][a-z0-9_.-]*:([^\\s\"']+)", USERDATA_PASSWORD},
    {"a login password", "(?i)chpasswd[^\\n]*<<-?\\s*[\"']?\\w+[\"']?\\s*\\n\\s*[a-z_][a-z0-9_.-]*:(\\S+)",
     USERDATA_PASSWORD},
    {"a login password",
     "(?im)\\b(?:echo|printf)\\s+(?:-\\w+\\s+)*[\"']?([^\\s\"'|\\\\]+)[^\\n|]*\\|\\s*(?:sudo\\s+)?passwd\\s+--stdin",
     USERDATA_PASSWORD},
    /* cloud-config: chpasswd: {list: [root:hunter2]} */
    {"a login password", "(?i)chpasswd:\\s*\\{[^}\\n]*list:\\s*\\[?\\s*[\"']?[a-z_][a-z0-9_.-]*:([^\\s\"',\\]}]+)",
     USERDATA_PASSWORD},
    {"a password", ASSIGNMENT(PASSWORD_WORDS), USERDATA_PASSWORD},
    {"a password", OPTION(PASSWORD_WORDS), USERDATA_PASSWORD},
    {"a token or key", ASSIGNMENT(TOKEN_WORDS), USERDATA_TOKEN},
    {"a token or key", OPTION(TOKEN_WORDS), USERDATA_TOKEN},
};
enum { PATTERNS = sizeof(table) / sizeof(table[0]), BASE64_DEPTH = 2 };

struct userdata_scanner {
    pcre2_code *codes[PATTERNS];
    pcre2_match_data *match;
    pcre2_match_context *limits;
};

struct userdata_scanner *userdata_scanner_create(void)
{
    struct userdata_scanner *scanner = mem_alloc(sizeof(*scanner));

    for (size_t i = 0; i < PATTERNS; i++) {
        int error = 0;
        size_t offset = 0;
        scanner->codes[i] =
            pcre2_compile((PCRE2_SPTR)table[i].pattern, PCRE2_ZERO_TERMINATED, 0, &error, &offset, NULL);
        if (scanner->codes[i] == NULL) {
            mem_out_of_memory(); /* the patterns are constants: nothing else is in the way */
        }
        (void)pcre2_jit_compile(scanner->codes[i], PCRE2_JIT_COMPLETE);
    }
    scanner->match = pcre2_match_data_create(8, NULL);
    scanner->limits = pcre2_match_context_create(NULL);
    if (scanner->match == NULL || scanner->limits == NULL) {
        mem_out_of_memory();
    }
    pcre2_set_match_limit(scanner->limits, USERDATA_EFFORT);
    return scanner;
}

void userdata_scanner_destroy(struct userdata_scanner *scanner)
{
    if (scanner == NULL) {
        return;
    }
    for (size_t i = 0; i < PATTERNS; i++) {
        pcre2_code_free(scanner->codes[i]);
    }
    pcre2_match_data_free(scanner->match);
    pcre2_match_context_free(scanner->limits);
    free(scanner);
}

/* --- one text ----------------------------------------------------------------------------------------- */

/* What follows an unquoted value behind a colon is prose: "password: see the wiki". */
static bool is_prose(const struct userdata_scanner *scanner, const char *text, const size_t *group)
{
    size_t size = 0;
    bool quoted = group[0] > 0 && strchr("\"'", text[group[0] - 1]) != NULL;

    if (quoted || pcre2_substring_length_byname(scanner->match, (PCRE2_SPTR) "after", &size) != 0 || size == 0) {
        return false;
    }
    size_t before = group[0];
    while (before > 0 && strchr(" \t", text[before - 1]) != NULL) {
        before--;
    }
    return before > 0 && text[before - 1] == ':';
}

/* *whole becomes false where the search is given up. */
static bool matches(const struct userdata_scanner *scanner, size_t pattern, const char *text, size_t size, bool *whole)
{
    const size_t *groups = pcre2_get_ovector_pointer(scanner->match);

    for (size_t at = 0; at < size;) {
        int count =
            pcre2_match(scanner->codes[pattern], (PCRE2_SPTR)text, size, at, 0, scanner->match, scanner->limits);
        if (count < 0) {
            *whole = *whole && count == PCRE2_ERROR_NOMATCH;
            return false;
        }
        const size_t *value = count > 1 && groups[2] != PCRE2_UNSET ? &groups[2] : groups;
        if (userdata_is_real(table[pattern].test, text + value[0], value[1] - value[0]) &&
            !is_prose(scanner, text, value)) {
            return true;
        }
        at = groups[1] > at ? groups[1] : at + 1;
    }
    return false;
}

/* cloud-config: lines "root:hunter2" below chpasswd; "R" and "RANDOM" have a password made up. */
static bool has_login_list(const char *text)
{
    for (const char *block = text; (block = strstr(block, "chpasswd:")) != NULL; block++) {
        const char *start = block;
        while (start > text && start[-1] != '\n') {
            start--;
        }
        size_t indent = strspn(start, " ");
        if (start + indent != block) {
            continue;
        }
        for (const char *line = block + strcspn(block, "\n"); *line == '\n'; line += strcspn(line, "\n")) {
            line++;
            size_t blanks = strspn(line, " ");
            if (line[blanks] != '\n' && line[blanks] != '\0' && blanks <= indent) {
                break;
            }
            const char *name = line + strspn(line, " -\"'");
            const char *colon = name + strcspn(name, ":\n ");
            const char *value = colon + (*colon == ':');
            size_t size = strcspn(value, "\"'\r\n ");
            if (*colon == ':' && colon > name && size > 0 && strchr("\r\n ", *value) == NULL &&
                userdata_is_real(USERDATA_PASSWORD, value, size)) {
                return true;
            }
        }
    }
    return false;
}

static const char *look(const struct userdata_scanner *scanner, const char *text, size_t size, unsigned depth,
                        bool *whole)
{
    for (size_t i = 0; i < PATTERNS; i++) {
        if (matches(scanner, i, text, size, whole)) {
            return table[i].what;
        }
    }
    if (has_login_list(text)) {
        return "a login password";
    }
    const char *found = NULL;
    struct text decoded = {0};
    size_t at = 0;
    while (depth > 0 && found == NULL && userdata_next_base64(text, size, &at, &decoded)) {
        found = look(scanner, text_string(&decoded), decoded.size, depth - 1, whole);
    }
    text_free_secret(&decoded);
    return found;
}

bool userdata_look(const struct userdata_scanner *scanner, const char *text, size_t size, const char **ret_what)
{
    bool whole = true;

    *ret_what = look(scanner, text, size, BASE64_DEPTH, &whole);
    return whole || *ret_what != NULL;
}
