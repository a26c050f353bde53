#!/bin/sh
# Installs the Debian packages that the project needs: the one list of them, by what needs them.
# usage: scripts/deps.sh [build] [test] [dev]     (default: build)
# Packages that are already there cost one dpkg-query; works as root and with sudo.
set -eu

build='gcc g++ make pkg-config libcurl4-openssl-dev libjansson-dev libsimdjson-dev libedit-dev libjq-dev
       libonig-dev libyaml-dev libpcre2-dev libmicrohttpd-dev libgnutls28-dev'
test='libcmocka-dev bats jq curl python3 procps'
dev='clang clang-format clang-tidy cppcheck valgrind libclang-rt-14-dev hyperfine nodejs npm nghttp2-proxy'

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

missing=
for package in $wanted; do
    state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] && continue
    # A tool that was installed by other means (a vendor's node, say) is as good as the package.
    case $package in
    nodejs) command -v node >/dev/null && continue ;;
    npm | make | gcc | g++ | jq | curl | python3 | clang) command -v "$package" >/dev/null && continue ;;
    esac
    missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "deps.sh: need root or sudo to install:$missing" >&2; exit 1; }
    as_root=sudo
fi
echo "installing:$missing" >&2
# shellcheck disable=SC2086 # a list of package names is meant to be split
install_missing() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2; }
install_missing || { $as_root apt-get update -qq >&2 && install_missing; }
