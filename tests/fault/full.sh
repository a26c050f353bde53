#!/bin/sh
# The long proofs, which `make test` runs in a small size: every fault against 1,000 servers, a fleet that meets nothing
# but trouble, and 200 runs that are killed at random moments and resumed. Takes about ten minutes.
# usage: BUILD=build [FAULT_SERVERS=1000] [FAULT_REFUSALS=3] [KILLS=200] [SEED=N] tests/fault/full.sh
set -eu
cd "$(dirname "$0")/../.."
BUILD=$(realpath "${BUILD:-build}")
FAULT_SERVERS=${FAULT_SERVERS:-1000}
FAULT_REFUSALS=${FAULT_REFUSALS:-3}
KILLS=${KILLS:-200}
export BUILD FAULT_SERVERS FAULT_REFUSALS KILLS
status=0
bats --timing tests/fault/matrix.bats tests/fault/soak/*.bats || status=1
bats --timing --filter 'kill -9 at random moments' tests/fault/resume.bats || status=1
exit $status
