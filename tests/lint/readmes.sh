#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# READMEs: every folder that holds sources has one, and every README.md below the root names each file of its
# folder, so that no page goes stale in silence. Build files and the page itself need no mention.

. "$(dirname "$0")/files.sh"

for folder in $(files '*.c' '*.h' '*.def' '*.sh' | sed -n 's,/[^/]*$,,p' | sort -u); do
	[ -f "$folder/README.md" ] || complain "$folder: has sources but no README.md"
done

for page in $(files '*/README.md'); do
	folder=$(dirname "$page")
	for file in $(files "$folder/*" | sed "s,^$folder/,," | grep -v /); do
		case $file in README.md | meson.build | .gitignore) continue ;; esac
		# A module is named by its header, its source or both, or bare: "rule.h", "rule.{c,h}", `rule`.
		case $file in
		*.c | *.h) grep -qE -- "(^|[^a-z0-9_])${file%.*}(\.(c|h|\{|\[)|\`)" "$page" && continue ;;
		*) grep -qF -- "$file" "$page" && continue ;;
		esac
		complain "$page: does not name '$file'"
	done
done

finish
