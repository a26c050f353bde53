#!/bin/sh
# Installs the packages that the project needs: the one list of them, by what needs them. Made for Debian 12, Debian 13
# and Ubuntu 24.04; elsewhere it looks for the libraries and tools themselves and names those that are missing.
# usage: scripts/deps.sh [--check] [build] [test] [dev]     (default: build)
# What is there costs one dpkg-query. Works as root and with sudo; --check only names what is missing.
set -eu

build='gcc g++ make pkg-config libcurl4-openssl-dev libssl-dev libjansson-dev libsimdjson-dev libedit-dev libjq-dev
       liburiparser-dev libonig-dev libyaml-dev libpcre2-dev libsqlite3-dev libmicrohttpd-dev libgnutls28-dev
       uthash-dev nettle-dev'
test='libcmocka-dev bats jq curl python3 python3-jsonschema procps openssl nghttp2-proxy less man-db groff
      mandoc zsh fish chromium'
dev='clang clang-format clang-tidy cppcheck shellcheck valgrind libclang-rt-dev hyperfine nodejs npm time
     python3-rich'

# The same without Debian's names: HEADER:LIBRARY, and programs.
build_headers='curl/curl.h:libcurl openssl/x509.h:OpenSSL jansson.h:jansson simdjson.h:simdjson histedit.h:libedit jq.h:libjq
       uriparser/Uri.h:uriparser yaml.h:libyaml pcre2.h:pcre2 sqlite3.h:SQLite microhttpd.h:libmicrohttpd
       gnutls/gnutls.h:GnuTLS uthash.h:uthash nettle/sha2.h:nettle'
build_programs='cc c++ make'
test_headers='cmocka.h:cmocka'
test_programs='bats jq curl python3 openssl nghttpx'
dev_programs='clang clang-format clang-tidy cppcheck shellcheck valgrind hyperfine node npm'

check_only=
if [ "${1:-}" = --check ]; then
    check_only=yes
    shift
fi
[ $# -gt 0 ] || set -- build
packages='' headers='' programs=''
for group in "$@"; do
    case $group in
    build) packages="$packages $build" headers="$headers $build_headers" programs="$programs $build_programs" ;;
    test) packages="$packages $test" headers="$headers $test_headers" programs="$programs $test_programs" ;;
    dev) packages="$packages $dev" programs="$programs $dev_programs" ;;
    *) echo "deps.sh: unknown group '$group' (build, test, dev)" >&2; exit 2 ;;
    esac
done

has_program() { command -v "$1" > /dev/null; }

# usage: has_header FILE: whether the compiler finds it.
has_header() {
    printf '#define PCRE2_CODE_UNIT_WIDTH 8\n#include <%s>\n' "$1" | c++ -x c++ -E - > /dev/null 2>&1
}

# Without dpkg only the libraries themselves can be looked for.
look_for_libraries() {
    missing=
    for program in $programs; do
        has_program "$program" || missing="$missing $program"
    done
    for pair in $headers; do
        has_header "${pair%%:*}" || missing="$missing ${pair#*:}"
    done
    [ -n "$missing" ] || exit 0
    echo "deps.sh: this system has no dpkg; install these programs and libraries (with their headers), then try again:$missing" >&2
    exit 1
}

command -v dpkg-query > /dev/null || look_for_libraries

# Ubuntu has chromium only as a snap, which a container cannot run: the tests that need it are skipped there.
cannot_have_chromium() {
    ls /var/lib/apt/lists/*_Packages* > /dev/null 2>&1 && ! apt-cache show chromium > /dev/null 2>&1
}

# shellcheck disable=SC2086 # lists of package names are meant to be split, here and below
installed=" $(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $packages 2> /dev/null |
    sed -n 's/^installed //p' | tr '\n' ' ')"
missing=
for package in $packages; do
    case $installed in *" $package "*) continue ;; esac
    # A tool that was installed by other means (a vendor's node, say) is as good as the package.
    case $package in
    nodejs) has_program node && continue ;;
    chromium) { has_program chromium || cannot_have_chromium; } && continue ;;
    npm | make | gcc | g++ | jq | curl | python3 | clang) has_program "$package" && continue ;;
    esac
    missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ -n "$check_only" ]; then
    echo "missing packages:$missing" >&2
    echo "\`make deps\` installs them (as root or with sudo), and so do \`make demo\` and \`make test\`" >&2
    exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    has_program sudo || { echo "deps.sh: need root or sudo to install:$missing" >&2; exit 1; }
    as_root=sudo
fi
echo "installing:$missing" >&2
# What apt says on standard output is progress; errors come on standard error.
apt_get() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" > /dev/null; }
# shellcheck disable=SC2086
install_missing() { apt_get install -y --no-install-recommends $missing; }
# A fresh system has no package lists yet, which a simulated run shows without noise; stale lists show
# only when a download fails.
# shellcheck disable=SC2086
apt-get -qq --simulate install $missing > /dev/null 2>&1 || apt_get update || true
case $missing in *" chromium"*) ! cannot_have_chromium || missing=$(echo "$missing" | sed 's/ chromium//') ;; esac
install_missing || { apt_get update && install_missing; } || {
    # shellcheck disable=SC1091
    system=$(. /etc/os-release && echo "$PRETTY_NAME")
    echo "deps.sh: not all of these could be installed on $system (made for Debian 12 and 13 and Ubuntu 24.04):$missing" >&2
    exit 1
}
