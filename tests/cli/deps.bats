#!/usr/bin/env bats
# scripts/deps.sh: what is missing is named by the words of the system it runs on.

setup() {
    deps=$BATS_TEST_DIRNAME/../../scripts/deps.sh
    # a system of these programs and no others
    path=$BATS_TEST_TMPDIR/bin
    mkdir "$path"
}

# usage: give PROGRAM...: the system has them
give() {
    local program
    for program; do ln -s "$(command -v "$program")" "$path/$program"; done
}

@test "everything that the tests need is listed: nothing is missing where they run" {
    run "$deps" --check build test
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "a system without dpkg gets the names of the missing programs and libraries, and no complaint once it has them" {
    give sh env cc c++ as ld
    PATH=$path run "$deps" build test
    [ "$status" -eq 1 ]
    [[ $output == *"no dpkg; install these programs and libraries"*": make bats jq curl python3 openssl nghttpx" ]]
    give make bats jq curl python3 openssl nghttpx
    PATH=$path run "$deps" --check build test
    [ "$status" -eq 0 ]
    printf '#!/bin/sh\ncat > /dev/null; exit 1\n' > "$BATS_TEST_TMPDIR/c++"
    chmod +x "$BATS_TEST_TMPDIR/c++"
    rm "$path/c++"
    mv "$BATS_TEST_TMPDIR/c++" "$path/c++"
    give cat
    PATH=$path run "$deps" build
    [ "$status" -eq 1 ]
    [[ $output == *": libcurl OpenSSL jansson simdjson libedit libjq uriparser libyaml pcre2 SQLite libmicrohttpd GnuTLS uthash nettle" ]]
}

@test "on Debian and Ubuntu the missing packages are named, with the command that installs them" {
    give sh env sed tr id
    printf '#!/bin/sh\necho "installed make"\n' > "$path/dpkg-query"
    chmod +x "$path/dpkg-query"
    PATH=$path run "$deps" --check build
    [ "$status" -eq 1 ]
    [[ $output == *"missing packages: gcc g++ pkg-config libcurl4-openssl-dev "*"make deps"* ]]
}

@test "packages that the system does not have are an error that names it" {
    give sh env sed tr id
    printf '#!/bin/sh\nexit 1\n' > "$path/dpkg-query"
    printf '#!/bin/sh\nexit 100\n' > "$path/apt-get"
    printf '#!/bin/sh\nexec "$@"\n' > "$path/sudo"
    chmod +x "$path"/*
    PATH=$path run "$deps" build
    [ "$status" -eq 1 ]
    [[ $output == *"not all of these could be installed on "*" (made for Debian 12 and 13 and Ubuntu 24.04): gcc "* ]]
}

@test "where chromium is only a snap nothing waits for it, elsewhere it is installed" {
    give sh env sed tr id
    printf '#!/bin/sh\nfor word; do [ "$word" = chromium ] || echo "installed $word"; done\n' > "$path/dpkg-query"
    printf '#!/bin/sh\nexit 0\n' > "$path/ls"
    printf '#!/bin/sh\nexit 100\n' > "$path/apt-cache"
    printf '#!/bin/sh\nexit 1\n' > "$path/apt-get"
    chmod +x "$path"/*
    PATH=$path run "$deps" test
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    printf '#!/bin/sh\nexit 0\n' > "$path/apt-cache"
    PATH=$path run "$deps" --check test
    [ "$status" -eq 1 ]
    [[ $output == *"missing packages: chromium"* ]]
}

@test "a group that does not exist is refused" {
    run "$deps" tests
    [ "$status" -eq 2 ]
    [[ $output == *"unknown group 'tests' (build, test, dev)"* ]]
}
