#!/bin/sh
# Checks the walls of the house: who includes whom (pkg/LAYERS), which room owns which library, and what
# only cmd/ may do. Comments and strings are not looked at where a rule is about code.
set -eu
cd "$(dirname "$0")/.."
git ls-files 'pkg/*.[ch]' 'pkg/*.cc' 'cmd/*.[ch]' | LC_ALL=C sort | xargs awk '
function fail(why) { printf "%s:%d: %s\n", FILENAME, FNR, why; failures++ }

# The code of a line: without comments and without what stands between quotes.
function code_of(line,    out, i, c) {
    out = ""
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (in_comment) {
            if (substr(line, i, 2) == "*/") { in_comment = 0; i++ }
        } else if (substr(line, i, 2) == "/*") {
            in_comment = 1; i++
        } else if (substr(line, i, 2) == "//") {
            break
        } else if (c == "\"" || c == "\047") {
            for (i++; i <= length(line) && substr(line, i, 1) != c; i++)
                if (substr(line, i, 1) == "\\") i++
            out = out c c
        } else {
            out = out c
        }
    }
    return out
}

# The order of the folders of a room.
function check_folder(header, wanted) {
    if (!((room, wanted) in rank))
        fail("pkg/LAYERS names no folder " wanted " of room " room)
    else if (folder != "" && rank[room, wanted] > rank[room, folder])
        fail("folder " folder " of room " room " may not include " header)
}

function check_own_include(header,    parts, count, target) {
    count = split(header, parts, "/")
    target = parts[1]
    if (count == 3 && target in floor && target != room)
        fail(header " is private to room " target)
    else if (count == 3 && target == room)
        check_folder(header, parts[2])
    if (index(header, "/") == 0 || target == "cmd")
        { if (room != "cmd" && room != "vpcsim") fail("a room includes by \"room/file.h\": " header) }
    else if (target == "vpcsim" && room == "vpcsim")
        return
    else if (!(target in floor))
        fail("no room " target " in pkg/LAYERS")
    else if (room == "vpcsim") {
        # The command line is none of what it simulates.
        if (floor[target] >= 1 && target != "json" && target != "cli") fail("vpcsim includes only floor 0, json and cli, not " header)
    } else if (index(pure[room], " " target " "))
        fail("room " room " is pure and may not include " header)
    else if (target != room && floor[target] >= floor[room])
        fail("room " room " (floor " floor[room] ") may not include " header " (floor " floor[target] ")")
}

# Rooms that the floors alone would let in.
function check_apart(header,    target) {
    target = header
    sub(/\/.*/, "", target)
    if ((room == "plan" || (room == "cmd" && FILENAME ~ /^cmd\/vpcmeta\//)) && (target == "http" || target == "vpc"))
        fail(room " leaves requests to the rooms below: " header)
    if (room == "fleet" && target == "history") fail("fleet writes to a journal that its caller hands over, not to " header)
}

BEGIN {
    while ((getline line < "pkg/LAYERS") > 0) {
        if (line ~ /^#/) continue
        n = split(line, word, " ")
        ordered = sub(/:$/, "", word[1])
        for (i = 2; i <= n; i++)
            if (ordered) rank[word[1], word[i]] = i
            else floor[word[i]] = word[1] + (word[1] == 0 ? i / 100 : 0)
    }
    pure["plan"] = " http vpc fsio iam history clock term "
    owner["jansson.h"] = owner["simdjson.h"] = "^pkg/json/"
    owner["curl/"] = "^pkg/http/"
    owner["jq.h"] = owner["jv.h"] = "^pkg/query/"
    owner["uriparser/"] = "^pkg/schema/"
    owner["pcre2.h"] = "^pkg/(schema|userdata)/"
    owner["yaml.h"] = "^pkg/(render|json)/"
    owner["sqlite3.h"] = "^pkg/history/"
    owner["histedit.h"] = owner["editline/"] = "^cmd/vpcmeta/shell[a-z_]*[.]c$"
    owner["uthash.h"] = "^pkg/mem/"
    owner["nettle/"] = "^pkg/text/"
    owner["microhttpd.h"] = owner["gnutls/"] = "^cmd/vpcsim/"
}

FNR == 1 {
    in_comment = 0
    depth = split(FILENAME, path, "/")
    folder = depth > 3 ? path[3] : ""
    room = path[1] == "pkg" ? path[2] : path[2] == "vpcsim" ? "vpcsim" : "cmd"
    if (path[1] == "pkg" && !(room in floor)) fail("room " room " is not in pkg/LAYERS")
    if (path[1] == "pkg" && FILENAME ~ /[.]h$/ && path[depth] != room ".h" && index(path[depth], room "_") != 1)
        fail("a header is called as its room: " room ".h or " room "_....h")
    if (folder != "" && !((room, folder) in rank)) fail("pkg/LAYERS names no folder " folder " of room " room)
}

/^#[ ]*include[ ]*"/ { split($0, quoted, "\""); check_own_include(quoted[2]); check_apart(quoted[2]) }
/^#[ ]*include[ ]*</ {
    for (library in owner)
        if (index($0, "<" library) && FILENAME !~ owner[library]) fail("<" library "> belongs to " owner[library])
}

# A kind of resource is a row of the table in pkg/resource; its name elsewhere is a copy that will drift. The
# declarations of its commands name it, and the list of commands names those.
/bare_metal/ && room != "resource" && room != "vpcsim" && !/\.subject = &resource_bare_metal,/ {
    line = $0
    gsub(/cmd_bare_metal[a-z_]*|POST \/bare_metal_servers/, "", line)
    if (line ~ /bare_metal/) fail("bare_metal outside pkg/resource")
}

{ code = code_of($0) }
# query_child.c is a process of its own.
path[1] == "pkg" && room != "mem" && FILENAME != "pkg/query/query_child.c" && code ~ /(^|[^A-Za-z0-9_])((secure_)?getenv|setenv|putenv|unsetenv|environ|v?printf|puts|putchar|stdout|_?exit|quick_exit)([^A-Za-z0-9_]|$)/ &&
code !~ /format\(v?printf,/ {
    fail("only cmd/ reads the environment, prints and exits: " $0)
}

room != "mem" && code ~ /(^|[^A-Za-z0-9_>.])(malloc|calloc|realloc|strdup|strndup|reallocarray)[ ]*\(/ {
    fail("memory comes from room mem: " $0)
}
room != "json" && code ~ /(^|[^A-Za-z0-9_])json_v?pack(_ex)?[ ]*\(/ {
    fail("room json has constructors that cannot fail: " $0)
}

END { exit failures > 0 }
'
