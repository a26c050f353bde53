# shellcheck shell=bash
# What a person sees: `load screen` (or `load ../cli/screen`) after `load client`.
#
#   screen SIZE ARGS... << DIALOGUE  runs vpcmeta on a terminal of SIZE (80x24) through pty_dialogue.py: $status, $output,
#                                    and what it showed, line by line, in the file `shown`
#   screen_plain SIZE ARGS...        the same without a dialogue and without a pager
#   shows REGEX                      a line of the last screen has it (grep -E)
#   shows_no REGEX                   no line has it
#   fits COLUMNS [FILE]              no line of the last screen, or of FILE, is wider than the terminal

screen() {
    local size=$1
    shift
    PTY_SIZE=$size run "$BATS_TEST_DIRNAME/../cli/pty_dialogue.py" --transcript shown "$BUILD/vpcmeta" "$@"
}

screen_plain() {
    PAGER=cat screen "$@" <<< end
}

shows() {
    grep -qE -e "$1" shown || {
        echo "no line with: $1"
        cat shown
        return 1
    }
}

shows_no() {
    local found=0
    grep -nE -e "$1" shown || found=$?
    [ "$found" -eq 1 ]
}

# Columns, not bytes: a letter of two bytes takes one.
fits() {
    [ "$(LC_ALL=C.UTF-8 wc -L < "${2:-shown}")" -le "$1" ] || {
        echo "wider than $1:"
        LC_ALL=C.UTF-8 grep -E "^.{$(($1 + 1)),}" "${2:-shown}"
        return 1
    }
}
