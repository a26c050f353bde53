#!/bin/sh
# cppcheck and clang-tidy (.clang-tidy) over pkg and cmd, and every header compiled alone, two at a time.
# usage: LINT_FLAGS='-I... -D...' scripts/lint-static.sh     (`make lint` hands over those of the build)
# A finding is repaired. One that is wrong is silenced where it stands, by rule and with the reason:
# `/* cppcheck-suppress rule ; why */` or `/* NOLINTNEXTLINE(rule): why */` in the line above.
set -eu
cd "$(dirname "$0")/.."
: "${LINT_FLAGS:=-D_GNU_SOURCE -Ipkg -Icmd -I.}"
status=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sources=$(git ls-files 'pkg/*.c' 'pkg/*.cc' 'cmd/*.c')
headers=$(git ls-files 'pkg/*.h' 'cmd/*.h')

# shellcheck disable=SC2016 # expanded by the inner shell
printf '%s\n' $headers | FLAGS="-std=gnu11 $LINT_FLAGS -Wall -Wextra -Werror" xargs -P2 -n8 sh -c '
    for header; do
        echo "#include \"$header\"" | eval "gcc $FLAGS -x c -fsyntax-only -" ||
            { echo "$header: does not compile alone"; exit 1; }
    done' sh || status=1

# The database tells clang-tidy how each file is compiled.
escaped=$(printf '%s' "$LINT_FLAGS" | sed 's/[\\"]/\\&/g')
separator='['
for source in $sources; do
    case $source in *.cc) compiler='clang++ -std=c++17' ;; *) compiler='clang -std=gnu11' ;; esac
    printf '%s{"directory": "%s", "file": "%s", "command": "%s %s -c %s"}\n' \
        "$separator" "$PWD" "$source" "$compiler" "$escaped" "$source"
    separator=,
done > "$work/compile_commands.json"
echo ']' >> "$work/compile_commands.json"

printf '%s\n' $sources | eval "cppcheck --quiet -j2 --std=c11 --enable=warning,performance,portability \
    --inline-suppr --suppress=readdirCalled --suppress=internalAstError --library=posix --library=gnu --error-exitcode=1 --file-list=- $LINT_FLAGS" || status=1

printf '%s\n' $sources | xargs -P2 -n4 clang-tidy -p "$work" --quiet 2> "$work/noise" || status=1
grep -v 'warnings\{0,1\} generated\.$' "$work/noise" || true
exit $status
