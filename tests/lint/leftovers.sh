#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Leftovers: no notes to oneself, merge marks, debugging aids or trailing blanks in what we hand over.

. "$(dirname "$0")/files.sh"

# Spelled in two halves, or this file would find itself.
notes='TO''DO|FIX''ME|XX''X|HA''CK|WI''P'

sources=$(files '*.c' '*.h' '*.def' '*.sh' '*.md' '*.json' '*meson.build' 'dev' '.ci/run')
for file in $sources; do
	complain_lines "$(grep -nHwE "$notes" "$file")"
	complain_lines "$(grep -nHE '^(<<<<<<<|>>>>>>>) ' "$file")"
done
for file in $(files '*.c' '*.h' '*.def' '*.sh' '*meson.build' 'dev'); do
	complain_lines "$(grep -nHE '[[:blank:]]+$' "$file" | sed 's/$/ (trailing blanks)/')"
done
for file in $(files '*.c' '*.h'); do
	complain_lines "$(grep -nHE '^[[:space:]]*#[[:space:]]*if 0' "$file")"
done

finish
