#!/bin/sh
# Runs test programs (cmocka binaries, corpus replays) and .bats files, two a core because most of them wait for
# servers, and sums up. Name the slow ones first: what begins last decides how long it takes.
# usage: BUILD=build scripts/run-tests.sh PROGRAM|FILE.bats ...
# Every program's output is shown when it failed; lines that start with "report:" are always shown.
# VALGRIND=1 runs the binaries, and vpcmeta inside the .bats files, under valgrind.
set -eu
: "${BUILD:=build}"
BUILD=$(realpath "$BUILD")
export BUILD
out=$BUILD/tests/output
rm -rf "$out" && mkdir -p "$out/bin"

# The interpreter itself: where python3 is a script that looks for one, tests would run that script thousands of times.
python=$(python3 -c 'import sys; print(sys.executable)')
ln -s "$python" "$out/bin/python3"
PATH=$out/bin:$PATH
export PATH

cat > "$out/one" <<'ONE'
#!/bin/sh
name=$(echo "$2" | tr '/' '_')
case $2 in
*.bats) command="bats --tap $2" ;;
*) command=$2
   [ -z "${VALGRIND:-}" ] || command="valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect $2" ;;
esac
status=0
began=$(date +%s)
CMOCKA_MESSAGE_OUTPUT=TAP timeout 900 $command > "$1/$name.log" 2>&1 < /dev/null || status=$?
echo "$status" > "$1/$name.status"
seconds=$(($(date +%s) - began))
if [ "$status" -eq 0 ]; then echo "ok      $2 ($seconds s)"; else echo "FAILED  $2 (status $status, $seconds s)"; fi
ONE
chmod +x "$out/one"
printf '%s\n' "$@" | xargs -P "$(($(nproc) * 2))" -I{} "$out/one" "$out" {}

passed=0 failed=0 skipped=0
for status in "$out"/*.status; do
    log=${status%.status}.log
    ok=$(grep -c '^ok ' "$log" || true)
    # bats says "ok 2 NAME # skip", cmocka "not ok 2 # SKIP NAME"
    skip=$(grep -ci '^ok .*# skip' "$log" || true)
    skip_cmocka=$(grep -c '^not ok [0-9]* # SKIP' "$log" || true)
    bad=$(($(grep -c '^not ok ' "$log" || true) - skip_cmocka))
    if [ "$(cat "$status")" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
    passed=$((passed + ok - skip)) failed=$((failed + bad)) skipped=$((skipped + skip + skip_cmocka))
    if [ "$bad" -gt 0 ]; then echo "--- $log" && cat "$log"; fi
    sed -n 's/^\(# \)\{0,1\}report: //p' "$log"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
