/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_list: 'parity list', the cases of a corpus as a run would select them. */
#include <stdio.h>

#include "base/json.h"
#include "runner/cmd.h"
#include "runner/run.h"
#include "runner/select.h"

struct options {
	struct context_options inputs;
	struct opt_args patterns;
	const char *filter;
	bool names;
	bool json;
};

static const struct opt opts[] = {
	OPT(OPT_ARGS, 0, "PATTERN", NULL, "cases by name, glob or path (default: all)",
	    struct options, patterns),
	OPT_CORPUS(struct options),
	OPT_PROFILE(struct options),
	OPT_SPEC(struct options),
	OPT(OPT_TEXT, 'f', "filter", "EXPR",
	    "only cases that match, as in: clause:fls#* and not name:loops", struct options,
	    filter),
	OPT(OPT_FLAG, 0, "names", NULL, "nothing but the names", struct options, names),
	OPT(OPT_FLAG, 0, "json", NULL, "one JSON object a line", struct options, json),
	OPT_END,
};

static const char *const expectations[] = {"ok", "error", "reject"};

static void add_json(struct buf *out, const struct test_case *test)
{
	json_node *root = json_object();
	json_node *clauses = json_array();

	json_put_string(root, "schema", "parity.case/1");
	json_put_string(root, "case", test->name);
	json_put_string(root, "path", test->path);
	json_put_string(root, "expect", expectations[test->expect]);
	json_put_string(root, "class", test->expect_class);
	for (size_t i = 0; i < test->clause_len; i++)
		json_add_string(clauses, test->clauses[i]);
	json_put(root, "clauses", clauses);
	json_put_bool(root, "golden", test->has_golden);
	json_write(out, root);
	buf_addc(out, '\n');
	json_node_free(root);
}

static void add_line(struct buf *out, const struct options *o, const struct test_case *test)
{
	if (o->json) {
		add_json(out, test);
		return;
	}
	if (o->names) {
		buf_addf(out, "%s\n", test->name);
		return;
	}
	buf_addf(out, "%-44s %-7s", test->name, expectations[test->expect]);
	for (size_t i = 0; i < test->clause_len; i++)
		buf_addf(out, "%s%s", i ? ", " : " ", test->clauses[i]);
	buf_addc(out, '\n');
}

static int list(struct buf *out, const struct options *o, struct arena *arena,
		struct context *context, struct error *err)
{
	struct selection selection = {0};
	struct filter *filter = NULL;
	int r = context_load(context, &o->inputs, CONTEXT_SPEC | CONTEXT_SUITE, err);

	if (r == 0 && o->filter)
		r = filter_parse(&filter, o->filter, arena, err);
	if (r == 0)
		r = select_cases(&selection, context->suite, o->patterns.items, o->patterns.len,
				 filter, arena, err);
	if (r != 0)
		return r;
	for (size_t i = 0; i < selection.len; i++)
		add_line(out, o, selection.cases[i]);
	return 0;
}

int cmd_list(int argc, char **argv)
{
	struct options o = {0};
	struct context context = {0};
	struct error err = ERROR_INIT;
	struct arena arena = ARENA_INIT;
	struct buf out = BUF_INIT(0);
	int r = cmd_options("list",
			    "Lists the cases with what they expect and the clauses they cite.",
			    opts, &o, argc, argv);

	if (r != CMD_GO)
		return r;
	r = list(&out, &o, &arena, &context, &err);
	if (r < 0)
		r = cmd_fail(&err);
	else if (r == SELECT_E_NONE)
		r = cmd_nothing(&err);
	else
		r = cmd_print(&out);
	context_done(&context);
	arena_done(&arena);
	buf_done(&out);
	return r;
}
