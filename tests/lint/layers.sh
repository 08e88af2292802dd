#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layers: a file includes only its own layer and those before it; the embedded FUSE includes only base/ and
# itself, and nobody includes it; no C file outside of it names the language.

. "$(dirname "$0")/files.sh"

layers='base spec oracles diff triage runner'

# Includes written "a/b.h" as "file:line: path".
includes_of() {
	[ -n "$1" ] || return 0
	# shellcheck disable=SC2086 # names of sources have no blanks
	grep -nH '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' $1 |
		sed 's/^\([^:]*:[0-9]*\):[^"]*"\([^"]*\)".*/\1: \2/'
}

allowed=''
for layer in $layers; do
	allowed="$allowed $layer"
	sources=$(files "$layer/*.c" "$layer/*.h" "$layer/*.def" | grep -v '^oracles/reference/')
	complain_lines "$(includes_of "$sources" | awk -v allowed="$allowed" -v layer="$layer" '
		BEGIN { split(allowed, list, " "); for (i in list) ok[list[i]] = 1 }
		{
			split($2, part, "/")
			if ($2 !~ /\//)
				print $1 " include \"" $2 "\" is not rooted, write \"" layer "/" $2 "\""
			else if ($2 ~ /^oracles\/reference\//)
				print $1 " includes the embedded language: \"" $2 "\""
			else if (!(part[1] in ok))
				print $1 " " layer "/ must not include \"" $2 "\""
		}')"
	# Words as people write them and inside identifiers; "refuse" and "confuse" are fine.
	[ -z "$sources" ] || complain_lines "$(
		# shellcheck disable=SC2086
		grep -niHE '(^|[^a-z])fuse([^a-z]|$)' $sources | sed 's/$/ (names the language)/'
	)"
done

reference=$(files 'oracles/reference/*.c' 'oracles/reference/*.h' 'oracles/reference/*.def')
complain_lines "$(includes_of "$reference" | awk '
	$2 !~ /^base\// && $2 !~ /^oracles\/reference\// {
		print $1 " oracles/reference/ must not include \"" $2 "\""
	}')"

finish
