/* SPDX-License-Identifier: Apache-2.0 */
/*
 * template: a line of the specification, compiled to PCRE2.
 *
 * "fatal: class=<runtime_fatal|panic> pid=<...> message=<...> mode=<...>" gives the groups class,
 * pid, message, mode (a placeholder is named by the word before its '='; "<name>" alone names
 * itself; a name met twice gets _2). <a|b> is an alternation, <n> digits, <hex> hex digits, <...>
 * anything up to the next literal, the longest that lets the rest match; text outside placeholders
 * is literal. The whole line must match: the pattern is anchored at line start and line end.
 * A rule that gives a placeholder a grammar has that grammar tried first (rule.c).
 * A line takes time linear in its length where it does not match, at most its square where it does,
 * when all placeholders are <...>.
 *
 * Without a word and '=' before it, <...> is named "text" and <a|b> "choice"; a '-' in a name
 * becomes
 * '_'. A '<' opens a placeholder when a letter, '_', '.', '|' or '>' follows, and must then be
 * closed: a typing error must not become a literal that never matches. Any other '<' stands for
 * itself; a text with a literal "<word>" needs a rule with its own pattern.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

struct template_group {
	const char *name;
	const char *grammar; /* the placeholder's inside: "runtime_fatal|panic", "...", "n" */
};

struct template
{
	const char *pattern; /* PCRE2 text */
	struct template_group *groups;
	size_t group_len;
};

/*
 * The pattern expects RE_MULTILINE and byte mode, with LF as the only line end: a CR belongs to the
 * line. Input error "bad template: problem at column N". All memory from `arena`.
 */
int template_compile(struct template *out, struct slice text, struct arena *arena,
		     struct error *err);
