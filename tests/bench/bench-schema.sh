#!/bin/sh
# Validating alone, value already parsed: instance create bodies a second, ours against ajv (npm, compiled), in turns.
# And what one `schema check` costs from a cold start.
set -eu
: "${BUILD:=build}"
work=$BUILD/bench/schema
seconds=${BENCH_SECONDS:-3}
mkdir -p "$work"

if [ ! -d "$work/node_modules/ajv" ]; then
    cp tests/bench/ajv/package.json "$work/"
    (cd "$work" && npm install --silent --no-audit --no-fund --ignore-scripts)
fi
"$BUILD/tests/bench/bench_schema" make "$work/bodies.json" 300

best() { sort -n | tail -n 1; }
ours= theirs=
for round in 1 2 3; do
    ours="$ours$("$BUILD/tests/bench/bench_schema" check "$work/bodies.json" "$seconds")
"
    theirs="$theirs$(node tests/bench/ajv/check.js "$(realpath "$work/node_modules")" schemas "$work/bodies.json" "$seconds")
"
done
set -- $(printf '%s' "$ours" | best) $(printf '%s' "$theirs" | best)
[ "$2" = "$4" ] || { echo "the verdicts differ: $2 valid here, $4 for ajv" >&2; exit 1; }
echo "validating an instance create body: $1 a second, ajv $3; ratio $(echo "$1 $3" | awk '{ printf "%.2f", $1 / $2 }')"

body=tests/data/bodies/instance-prototype-with-everything.json
if command -v hyperfine > /dev/null; then
    hyperfine -N --warmup 20 --runs 300 --export-json "$work/cold.json" \
        "$BUILD/vpcmeta schema check --as instance_create $body" > "$work/hyperfine.log" 2>&1
    echo "cold vpcmeta schema check of one body: median $(jq '.results[0].median * 1000 * 100 | round / 100' "$work/cold.json") ms"
fi
