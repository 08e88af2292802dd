#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Usage: prelink.sh OUTPUT LIBRARY CC...
# Joins start-up code, the runtime library and the parts of libc it needs into one relocatable object.
set -eu
output=$1 library=$2
shift 2
part() { part=$1; shift; "$@" "-print-file-name=$part"; }
exec ld -r -u rt_aot_main -u main -o "$output" \
	"$(part crt1.o "$@")" "$(part crti.o "$@")" "$(part crtbeginT.o "$@")" \
	--whole-archive "$library" --no-whole-archive \
	--start-group "$(part libgcc_eh.a "$@")" "$(part libc.a "$@")" "$(part libgcc.a "$@")" --end-group \
	"$(part crtend.o "$@")" "$(part crtn.o "$@")"
