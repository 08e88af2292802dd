#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Licence lines: every source says what licence it is under, in its first lines.

. "$(dirname "$0")/files.sh"

for file in $(files '*.c' '*.h' '*.def'); do
	[ "$(head -n 1 "$file")" = '/* SPDX-License-Identifier: Apache-2.0 */' ] ||
		complain "$file:1: the first line must be '/* SPDX-License-Identifier: Apache-2.0 */'"
done
for file in $(files '*.sh' '*meson.build' 'dev' '.ci/run'); do
	head -n 2 "$file" | grep -q '^# SPDX-License-Identifier: Apache-2.0$' ||
		complain "$file:1: '# SPDX-License-Identifier: Apache-2.0' is missing in the first two lines"
done

finish
