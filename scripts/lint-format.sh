#!/bin/sh
# Fails when a tracked C or C++ file is not as .clang-format wants it; `make format` repairs that.
set -eu
cd "$(dirname "$0")/.."
git ls-files -z '*.c' '*.h' '*.cc' | xargs -0 clang-format --dry-run --Werror
