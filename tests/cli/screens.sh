#!/bin/bash
# Captures what people see: every screen that matters, at a terminal of each size, from simulated fleets.
# usage: BUILD=build tests/cli/screens.sh FOLDER [SIZE...]      (80x24 120x40 200x50)
# Writes FOLDER/SIZE/NAME: lines as the terminal showed them, without colours. A screen that cannot be reached is an error.
set -eu
: "${BUILD:=build}"
BUILD=$(realpath "$BUILD")
export BUILD
tests=$(dirname "$(realpath "$0")")
mkdir -p "$1"
folder=$(realpath "$1")
shift
[ $# -gt 0 ] || set -- 80x24 120x40 200x50
work=$(mktemp -d)
# What bats gives the helpers of its tests.
export BATS_TEST_DIRNAME=$tests TMPDIR=$work
bats_require_minimum_version() { :; }
# shellcheck disable=SC1090 # the names are in client.bash
load() { . "$1.bash"; }
. "$tests/client.bash"
trap 'sim_stop; rm -rf "$work"' EXIT
failed=0

# usage: capture NAME STATUS ARGS... << DIALOGUE: the dialogue may save further screens, named by $out
capture() {
    local name=$1 wanted=$2 status=0
    shift 2
    PTY_SIZE=$size PAGER=cat "$tests/pty_dialogue.py" --transcript "$out/$name" "$BUILD/vpcmeta" "$@" || status=$?
    if [ "$status" -ne "$wanted" ]; then
        echo "$size $name: status $status instead of $wanted: vpcmeta $*" >&2
        failed=1
    fi
}

# usage: plain NAME STATUS ARGS...
plain() {
    capture "$@" <<< end
}

# usage: fleet INSTANCES
fleet() {
    client_start --instances "$1" --templates 40 --bare-metal 12 --groups 5 --region us-south,eu-de --transition-ms 50
}

screens_of_one_size() {
    fleet 5000
    plain list 0 instance list
    plain audit 3 audit
    sim_stop
    fleet 1200
    plain help 0 help
    plain help-set 0 help instance set
    plain list-fleet 0 instance list --name 'web-00*' --region us-south,eu-de
    plain show 0 instance show web-0001
    plain groups 0 group list
    plain doctor 0 doctor
    plain auth-status 0 auth status
    plain set-preview 0 instance set --name 'web-0*' --enabled true --protocol https --hop-limit 2 --dry-run
    capture set-question 1 instance set --name 'api-*' --enabled true --protocol https << 'END'
expect \[y/N\]|type the number
send n
end
END
    capture create-question 1 instance create --template tpl-web-001 --name web-new --enabled true << 'END'
expect \[y/N\]
send n
end
END
    capture restart-question 1 instance restart --name 'web-00*' --always << 'END'
expect \[y/N\]|type the number
send n
end
END
    capture replace-question 1 template replace --all --enabled true --update-groups --roll --delete-old << 'END'
expect \[y/N\]|type the number
send n
end
END
    plain set-summary 0 instance set --name 'web-00*' --enabled true --protocol https -y
    plain runs-list 0 runs list
    plain runs-show 0 runs show
    plain rollback 0 runs rollback last -y
    faults '{"operation": "instances.patch", "after": 3, "action": "status", "status": 429, "retry_after": 30}'
    capture set-interrupted 130 instance set --name 'batch-*' --enabled true --protocol https -y -j 2 << END
expect rate limited
save $out/set-rate-limited
interrupt
expect interrupted
end
END
    sim_stop
}

for size; do
    out=$folder/$size
    export BATS_TEST_TMPDIR=$work/$size
    mkdir -p "$out" "$BATS_TEST_TMPDIR"
    screens_of_one_size
done
exit "$failed"
