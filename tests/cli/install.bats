#!/usr/bin/env bats
# make install and make uninstall, into a folder of the test.
bats_require_minimum_version 1.5.0

# usage: target NAME: the programs are those of the test, whatever they were built with
target() {
    make -s -C "$BATS_TEST_DIRNAME/../.." BUILD="$BUILD" -o "$BUILD/vpcmeta" -o "$BUILD/vpcsim" DESTDIR="$BATS_TEST_TMPDIR/root" PREFIX=/usr "$1"
}

@test "uninstall removes every file that install has written, and nothing else" {
    local root=$BATS_TEST_TMPDIR/root
    case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
    mkdir -p "$root/usr/share/man/man1"
    echo other > "$root/usr/share/man/man1/other.1"
    target install > /dev/null
    [ -x "$root/usr/bin/vpcmeta" ]
    [ -x "$root/usr/bin/vpcsim" ]
    [ -s "$root/usr/share/man/man1/vpcmeta-instance-set.1" ]
    [ -s "$root/usr/share/bash-completion/completions/vpcmeta" ]
    # what is installed does not know where it was built
    run -1 grep -rF "$BUILD" "$root/usr/share"
    [ -s "$root/usr/share/vpcmeta/schemas/instance_patch.json" ]
    target uninstall
    [ "$(cd "$root" && find . -type f)" = ./usr/share/man/man1/other.1 ]
}
