/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_clauses: 'parity clauses', the specification as clauses and which of them the corpus cites.
 */
#include <string.h>

#include "base/path.h"
#include "runner/cmd.h"

struct options {
	struct context_options inputs;
	const char *pattern;
	bool uncited;
};

static const struct opt opts[] = {
	OPT(OPT_ARG, 0, "CLAUSE", NULL, "an id to show, or a glob to list", struct options,
	    pattern),
	OPT_SPEC(struct options),
	OPT_CORPUS(struct options),
	OPT_PROFILE(struct options),
	OPT(OPT_FLAG, 0, "uncited", NULL, "only clauses that no case cites", struct options,
	    uncited),
	OPT_END,
};

static size_t count_cases(const struct suite *suite, const char *clause)
{
	size_t count = 0;

	for (size_t i = 0; i < suite->len; i++)
		for (size_t j = 0; j < suite->cases[i].clause_len; j++)
			count += strcmp(suite->cases[i].clauses[j], clause) == 0;
	return count;
}

static void show(struct buf *out, const struct clause *clause, const struct suite *suite)
{
	buf_addf(out, "%s\n%s:%zu\nsha256 %s\n\n%s\n\ncases\n", clause->id, clause->path,
		 clause->line, clause->sha256, clause->text);
	for (size_t i = 0; i < suite->len; i++)
		for (size_t j = 0; j < suite->cases[i].clause_len; j++)
			if (strcmp(suite->cases[i].clauses[j], clause->id) == 0)
				buf_addf(out, "  %s\n", suite->cases[i].name);
}

static int print_clauses(struct buf *out, const struct options *o, struct context *context,
			 struct error *err)
{
	const char *pattern = o->pattern ? o->pattern : "**";
	const struct clause *one;
	size_t listed = 0;
	int r = context_load(context, &o->inputs, CONTEXT_SPEC | CONTEXT_SUITE, err);

	if (r < 0)
		return r;
	one = spec_find(context->spec, pattern);
	if (one) {
		show(out, one, context->suite);
		return 0;
	}
	for (size_t i = 0; i < spec_len(context->spec); i++) {
		const struct clause *clause = spec_at(context->spec, i);
		size_t cases = count_cases(context->suite, clause->id);

		if (!path_matches(pattern, clause->id) || (o->uncited && cases))
			continue;
		listed++;
		buf_addf(out, "%-52s %4zu case%s  %s:%zu\n", clause->id, cases,
			 cases == 1 ? " " : "s", path_base(clause->path), clause->line);
	}
	if (listed || o->uncited)
		return 0;
	if (spec_suggest(context->spec, pattern))
		return error_input(err, "unknown clause '%s', did you mean '%s'", pattern,
				   spec_suggest(context->spec, pattern));
	return error_input(err, "unknown clause '%s', see 'parity clauses'", pattern);
}

int cmd_clauses(int argc, char **argv)
{
	struct options o = {0};
	struct context context = {0};
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT(0);
	int r = cmd_options("clauses",
			    "Lists the clauses of the specification with the number of cases that "
			    "cite them, or shows one.",
			    opts, &o, argc, argv);

	if (r != CMD_GO)
		return r;
	r = print_clauses(&out, &o, &context, &err) < 0 ? cmd_fail(&err) : cmd_print(&out);
	context_done(&context);
	buf_done(&out);
	return r;
}
