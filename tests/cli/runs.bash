# Helpers of the tests about recorded runs: `load runs` after `load client`.
#
#   query SQL          the rows of $HISTORY as JSON arrays, one a line
#   await_writes N     waits until the simulator has seen N requests that could have changed anything

query() {
    python3 -c '
import json, sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]):
    print(json.dumps(row, separators=(",", ":")))' "$HISTORY" "$1"
}

count_writes() {
    writes | wc -l
}

await_writes() {
    await_count "$1" count_writes
}
