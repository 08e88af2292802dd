#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Sizes: no source over 800 lines, no function over 80 lines unless it holds a switch (a dispatch may be as
# long as its table).

. "$(dirname "$0")/files.sh"

for file in $(files '*.c' '*.h' '*.def' '*.sh' 'dev' '*meson.build'); do
	lines=$(wc -l <"$file")
	[ "$lines" -le 800 ] || complain "$file:800: $lines lines, split it (at most 800)"
done

sources=$(files '*.c')
# shellcheck disable=SC2086 # names of sources have no blanks
[ -z "$sources" ] || complain_lines "$(awk '
	/^\{/ { start = FNR; has_switch = 0 }
	/(^|[^a-z_])switch \(/ { has_switch = 1 }
	/^\}/ && start {
		lines = FNR - start + 1
		if (lines > 80 && !has_switch)
			printf "%s:%d: function of %d lines, split it (at most 80)\n", FILENAME, start, lines
		start = 0
	}' $sources)"

finish
