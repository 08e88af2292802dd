#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Usage: prelink.sh OUTPUT LIBRARY... -- CC...
# Joins start-up code, the runtime libraries and the parts of libc they need into one relocatable object. A
# library without a '/' is looked for where the compiler looks, and only what is needed of it is taken.
set -eu
output=$1
shift
whole= needed=
while [ "$1" != -- ]; do
	case $1 in
	*/*) whole="$whole $1" ;;
	*) needed="$needed $1" ;;
	esac
	shift
done
shift
part() { part=$1; shift; "$@" "-print-file-name=$part"; }
archives=
for name in $needed; do
	archives="$archives $(part "$name" "$@")"
done
# shellcheck disable=SC2086 # lists of names without blanks
exec ld -r -u rt_aot_main -u main -o "$output" \
	"$(part crt1.o "$@")" "$(part crti.o "$@")" "$(part crtbeginT.o "$@")" \
	--whole-archive $whole --no-whole-archive \
	--start-group $archives "$(part libgcc_eh.a "$@")" "$(part libc.a "$@")" "$(part libgcc.a "$@")" --end-group \
	"$(part crtend.o "$@")" "$(part crtn.o "$@")"
