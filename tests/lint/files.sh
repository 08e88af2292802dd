# SPDX-License-Identifier: Apache-2.0
# Sourced by the checks: goes to the root of the tree, lists its files, and collects complaints.
# Files are those git tracks or would track; without git, all but build folders. What tests feed to programs
# (tests/*/data/, tests/fuzz/seeds/) is data, whatever its names end in.

cd "$(dirname "$0")/../.." || exit 3
complaints=0

# files PATTERN...: names that match one of the shell patterns, one a line
files() {
	if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
		git ls-files -co --exclude-standard -- "$@"
	else
		for pattern in "$@"; do
			find . -path './build*' -prune -o -path './.git' -prune -o -type f -path "./$pattern" -print
		done | sed 's,^\./,,'
	fi | grep -vE '^tests/[a-z]+/(data|seeds)/' | sort -u | while IFS= read -r file; do
		if [ -f "$file" ]; then printf '%s\n' "$file"; fi
	done
}

complain() {
	printf '%s\n' "$*" >&2
	complaints=$((complaints + 1))
}

# Complaints printed by a pipeline of its own: count the lines and show them.
complain_lines() {
	[ -n "$1" ] || return 0
	printf '%s\n' "$1" >&2
	complaints=$((complaints + $(printf '%s\n' "$1" | wc -l)))
}

finish() {
	if [ "$complaints" -gt 0 ]; then
		printf '%s: %d complaints\n' "$(basename "$0" .sh)" "$complaints" >&2
		exit 1
	fi
	exit 0
}
