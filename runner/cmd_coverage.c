/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_coverage: 'parity coverage', clause by clause what the corpus shows, and the floor. */
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/path.h"
#include "runner/cmd.h"
#include "runner/coverage.h"
#include "runner/run.h"

struct options {
	struct context_options inputs;
	const char *gaps;
	const char *base;
	bool missing;
	bool json;
};

static const struct opt opts[] = {
	OPT_CORPUS(struct options),
	OPT_PROFILE(struct options),
	OPT_SPEC(struct options),
	OPT(OPT_TEXT, 0, "gaps", "FILE", "listed gaps and floor (default: the corpus's gaps.json)",
	    struct options, gaps),
	OPT(OPT_TEXT, 0, "base", "REV",
	    "revision whose history the floor must not fall below (default: HEAD)", struct options,
	    base),
	OPT(OPT_FLAG, 0, "missing", NULL, "only clauses with neither a case nor a reason",
	    struct options, missing),
	OPT(OPT_FLAG, 0, "json", NULL, "one JSON object a line, the summary last", struct options,
	    json),
	OPT_END,
};

static const char *state_of(const struct coverage_row *row)
{
	if (row->cases)
		return "covered";
	return row->reason ? "gap" : "missing";
}

static void add_json_row(struct buf *out, const struct coverage_row *row)
{
	json_node *root = json_object();

	json_put_string(root, "schema", "parity.coverage/1");
	json_put_string(root, "event", "clause");
	json_put_string(root, "clause", row->clause->id);
	json_put_string(root, "path", row->clause->path);
	json_put_int(root, "line", (int64_t)row->clause->line);
	json_put_int(root, "cases", (int64_t)row->cases);
	json_put_string(root, "state", state_of(row));
	json_put_string(root, "reason", row->reason);
	json_write(out, root);
	buf_addc(out, '\n');
	json_node_free(root);
}

static json_node *history_json(const struct floor_past *past)
{
	json_node *root = json_object();

	json_put_int(root, "commits", (int64_t)past->commits);
	json_put_bool(root, "shallow", past->shallow);
	json_put_string(root, "why_none", *past->why ? past->why : NULL);
	if (past->known)
		json_put_double(root, "floor", past->floor);
	json_put_string(root, "commit", past->known ? past->commit : NULL);
	return root;
}

static void add_json_summary(struct buf *out, const struct coverage *coverage)
{
	json_node *root = json_object();

	json_put_string(root, "schema", "parity.coverage/1");
	json_put_string(root, "event", "summary");
	json_put_int(root, "clauses", (int64_t)coverage->len);
	json_put_int(root, "covered", (int64_t)coverage->covered);
	json_put_int(root, "gaps", (int64_t)coverage->gaps);
	json_put_int(root, "missing", (int64_t)coverage->missing);
	json_put_double(root, "share", coverage_share(coverage));
	json_put_double(root, "floor", coverage->floor);
	json_put(root, "history", history_json(&coverage->past));
	json_put_int(root, "exit", coverage_holds(coverage) ? RUN_EXIT_OK : RUN_EXIT_DIVERGED);
	json_write(out, root);
	buf_addc(out, '\n');
	json_node_free(root);
}

static void add_row(struct buf *out, const struct coverage_row *row)
{
	buf_addf(out, "%-52s ", row->clause->id);
	if (row->cases)
		buf_addf(out, "%4zu case%s\n", row->cases, row->cases == 1 ? "" : "s");
	else if (row->reason)
		buf_addf(out, " gap: %s\n", row->reason);
	else
		buf_addf(out, " MISSING, %s:%zu\n", path_base(row->clause->path),
			 row->clause->line);
}

static void add_summary(struct buf *out, const struct coverage *coverage)
{
	const struct floor_past *past = &coverage->past;

	buf_addf(out,
		 "\n%zu clauses: %zu covered, %zu listed gaps, %zu missing\n"
		 "share %.3f, floor %.3f\n",
		 coverage->len, coverage->covered, coverage->gaps, coverage->missing,
		 coverage_share(coverage), coverage->floor);
	if (*past->why)
		buf_addf(out, "history none: %s\n", past->why);
	else if (past->known)
		buf_addf(out, "history %zu commit%s%s, highest floor %.3f at %.12s\n",
			 past->commits, past->commits == 1 ? "" : "s",
			 past->shallow ? " (cut: older ones cannot be seen)" : "", past->floor,
			 past->commit);
	else
		buf_addf(out, "history %zu commit%s, none has a floor\n", past->commits,
			 past->commits == 1 ? "" : "s");
}

/* Why the exit code is 1, one line for each reason. */
static void complain(const struct coverage *coverage)
{
	if (coverage_share(coverage) < coverage->floor && coverage->missing == 0)
		(void)fprintf(stderr,
			      "parity: %zu of %zu clauses have a case, fewer than the floor asks "
			      "for: write cases for listed gaps\n",
			      coverage->covered, coverage->len);
	if (coverage_floor_fell(coverage))
		(void)fprintf(stderr,
			      "parity: floor %.3f is lower than the %.3f of commit '%.12s': floors "
			      "only rise, write cases for what lost them\n",
			      coverage->floor, coverage->past.floor, coverage->past.commit);
	for (size_t i = 0; i < coverage->len; i++) {
		const struct coverage_row *row = &coverage->rows[i];

		if (!row->cases && !row->reason)
			(void)fprintf(stderr,
				      "parity: %s:%zu: clause '%s' has no case: write one, or list "
				      "it in gaps.json with a reason\n",
				      row->clause->path, row->clause->line, row->clause->id);
	}
}

static int load(struct coverage *coverage, const struct options *o, struct context *context,
		struct error *err)
{
	CLEANUP(free_p) char *beside = NULL;
	int r = context_load(context, &o->inputs, CONTEXT_SPEC | CONTEXT_SUITE, err);

	if (r < 0)
		return r;
	if (o->gaps && !path_exists(o->gaps))
		return error_input(err, "no file of gaps '%s'", o->gaps);
	beside = path_join(context->corpus_dir, "gaps.json");
	return coverage_load(coverage, context->spec, context->suite, o->gaps ? o->gaps : beside,
			     o->base, err);
}

static int print_coverage(struct buf *out, const struct options *o, const struct coverage *coverage)
{
	int r;

	for (size_t i = 0; i < coverage->len; i++) {
		const struct coverage_row *row = &coverage->rows[i];

		if (o->missing && (row->cases || row->reason))
			continue;
		if (o->json)
			add_json_row(out, row);
		else
			add_row(out, row);
	}
	if (o->json)
		add_json_summary(out, coverage);
	else
		add_summary(out, coverage);
	r = cmd_print(out);
	if (r != RUN_EXIT_OK || coverage_holds(coverage))
		return r;
	complain(coverage);
	return RUN_EXIT_DIVERGED;
}

int cmd_coverage(int argc, char **argv)
{
	struct options o = {0};
	struct context context = {0};
	struct coverage coverage = {0};
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT(0);
	int r = cmd_options("coverage",
			    "Tells clause by clause how many cases cite it or why none does; exit "
			    "1 when a clause is\nmissing, the share has fallen below the floor, "
			    "or the floor below one that was committed.",
			    opts, &o, argc, argv);

	if (r != CMD_GO)
		return r;
	if (load(&coverage, &o, &context, &err) < 0)
		r = cmd_fail(&err);
	else
		r = print_coverage(&out, &o, &coverage);
	coverage_done(&coverage);
	context_done(&context);
	buf_done(&out);
	return r;
}
