#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Format: every C file is as clang-format leaves it. Without clang-format the check is skipped (77).

. "$(dirname "$0")/files.sh"

command -v clang-format >/dev/null || exit 77
sources=$(files '*.c' '*.h')
[ -n "$sources" ] || exit 0
# shellcheck disable=SC2086 # names of sources have no blanks
clang-format --dry-run --Werror $sources || {
	echo "format: run './dev fmt'" >&2
	exit 1
}
