#!/bin/sh
# Installs the Debian packages that the project needs: the one list of them, by what needs them.
# usage: scripts/deps.sh [--check] [build] [test] [dev]     (default: build)
# What is there costs one dpkg-query. Works as root and with sudo; --check only names what is missing.
set -eu

build='gcc g++ make pkg-config libcurl4-openssl-dev libjansson-dev libsimdjson-dev libedit-dev libjq-dev
       liburiparser-dev libonig-dev libyaml-dev libpcre2-dev libsqlite3-dev libmicrohttpd-dev libgnutls28-dev
       uthash-dev'
test='libcmocka-dev bats jq curl python3 procps openssl nghttp2-proxy'
dev='clang clang-format clang-tidy cppcheck shellcheck valgrind libclang-rt-14-dev hyperfine nodejs npm time'

check_only=
if [ "${1:-}" = --check ]; then
    check_only=yes
    shift
fi
[ $# -gt 0 ] || set -- build
wanted=
for group in "$@"; do
    case $group in
    build) wanted="$wanted $build" ;;
    test) wanted="$wanted $test" ;;
    dev) wanted="$wanted $dev" ;;
    *) echo "deps.sh: unknown group '$group' (build, test, dev)" >&2; exit 2 ;;
    esac
done

command -v dpkg-query >/dev/null || {
    [ -n "$check_only" ] && exit 0 # not a Debian: the compiler will tell
    echo "deps.sh: this is not a Debian system; install what corresponds to:" $wanted >&2
    exit 1
}
# shellcheck disable=SC2086 # lists of package names are meant to be split, here and below
installed=" $(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
    sed -n 's/^installed //p' | tr '\n' ' ')"
missing=
for package in $wanted; do
    case $installed in *" $package "*) continue ;; esac
    # A tool that was installed by other means (a vendor's node, say) is as good as the package.
    case $package in
    nodejs) command -v node >/dev/null && continue ;;
    npm | make | gcc | g++ | jq | curl | python3 | clang) command -v "$package" >/dev/null && continue ;;
    esac
    missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ -n "$check_only" ]; then
    echo "missing Debian packages:$missing" >&2
    echo "\`make deps\` installs them (as root or with sudo), and so do \`make demo\` and \`make test\`" >&2
    exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "deps.sh: need root or sudo to install:$missing" >&2; exit 1; }
    as_root=sudo
fi
echo "installing:$missing" >&2
# What apt says on standard output is progress; errors come on standard error.
apt_get() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" >/dev/null; }
# shellcheck disable=SC2086
install_missing() { apt_get install -y --no-install-recommends $missing; }
# A fresh system has no package lists yet, which a simulated run shows without noise; stale lists show
# only when a download fails.
# shellcheck disable=SC2086
apt-get -qq --simulate install $missing >/dev/null 2>&1 || apt_get update
install_missing || { apt_get update && install_missing; }
