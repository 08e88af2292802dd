/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_merge: 'parity merge'. Joins event streams, prints the sums, exits as one run would. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "runner/cmd.h"
#include "runner/merge.h"

enum { LISTED_MAX = 200, SHORT_FP = 12 };

struct options {
	struct opt_args files;
	const char *ordered;
	bool quiet;
};

static const struct opt opts[] = {
	OPT(OPT_ARGS, 0, "FILE", NULL, "event streams, as 'parity run --json FILE' writes them",
	    struct options, files),
	OPT(OPT_TEXT, 0, "ordered", "FILE|-",
	    "write the ordered result: cases by name, without what differs from run to run",
	    struct options, ordered),
	OPT(OPT_FLAG, 'q', "quiet", NULL, "do not list the cases that are not ok", struct options,
	    quiet),
	OPT_END,
};

static void add_headline(struct buf *out, const struct merge *merge)
{
	size_t bad = 0;

	for (int v = 0; v < VERDICT_COUNT; v++)
		if (!verdict_is_ok((enum verdict)v))
			bad += merge->counts[v];
	if (bad)
		buf_addf(out, "%zu of %zu cases not ok", bad, merge->judged);
	else if (merge->judged == 0)
		buf_adds(out, "no case got a verdict");
	else
		buf_addf(out, "all %zu cases ok", merge->judged);
	if (merge->errors)
		buf_addf(out, ", %lld error%s", (long long)merge->errors,
			 merge->errors == 1 ? "" : "s");
	if (!merge->complete)
		buf_addf(out, ", %lld of %lld not run",
			 (long long)(merge->planned - (int64_t)merge->judged - merge->errors),
			 (long long)merge->planned);
	buf_addf(out, ", from %zu file%s\n\n", merge->parts.len, merge->parts.len == 1 ? "" : "s");
}

static void add_verdicts(struct buf *out, const struct merge *merge)
{
	for (int v = 0; v < VERDICT_COUNT; v++)
		if (merge->counts[v] || v == VERDICT_AGREE || v == VERDICT_DIVERGE)
			buf_addf(out, "  %-13s %zu\n", verdict_name((enum verdict)v),
				 merge->counts[v]);
	if (merge->skipped)
		buf_addf(out, "  %-13s %lld, they require what the profile has not\n", "skipped",
			 (long long)merge->skipped);
	if (merge->aot_not_run)
		buf_addf(out, "  %-13s %lld, compared without AOT\n", "aot-not-run",
			 (long long)merge->aot_not_run);
	if (merge->cached)
		buf_addf(out, "  %-13s %lld of them\n", "cached", (long long)merge->cached);
}

static void add_failures(struct buf *out, const struct merge *merge)
{
	size_t listed = 0;
	size_t more = 0;

	vec_each (&merge->cases, one) {
		const char *verdict = one->is_error ? "error" : one->verdict;

		if (!one->is_error && (strcmp(verdict, verdict_name(VERDICT_AGREE)) == 0 ||
				       strcmp(verdict, verdict_name(VERDICT_LICENSED)) == 0 ||
				       strcmp(verdict, verdict_name(VERDICT_WAIVED)) == 0))
			continue;
		if (listed == LISTED_MAX) {
			more++;
			continue;
		}
		buf_addf(out, "%s  %-14s%s", listed ? "" : "\nnot ok\n", verdict, one->name);
		if (one->clause)
			buf_addf(out, "  %s", one->clause);
		if (one->fp)
			buf_addf(out, "  %.*s", SHORT_FP, one->fp);
		buf_addc(out, '\n');
		listed++;
	}
	if (more)
		buf_addf(out, "  and %zu more\n", more);
}

static int write_ordered(const struct merge *merge, const char *target, struct error *err)
{
	struct buf text = {.max = (size_t)4 << 30};
	int r;

	merge_write(&text, merge);
	if (text.full)
		r = error_input(err, "the ordered result is too big to write");
	else if (strcmp(target, "-") == 0)
		r = cmd_print(&text) == 0 ? 0 : error_fault(err, "the ordered result is not whole");
	else
		r = file_replace(target, buf_slice(&text), err);
	buf_done(&text);
	return r;
}

static int merge_with(struct merge *merge, const struct options *o, struct error *err)
{
	struct buf text = BUF_INIT(0);
	bool prose_only = o->ordered && strcmp(o->ordered, "-") == 0;
	int r = 0;

	for (size_t i = 0; i < o->files.len && r == 0; i++)
		r = merge_add(merge, o->files.items[i], err);
	if (r == 0)
		r = merge_finish(merge, err);
	if (r == 0 && o->ordered)
		r = write_ordered(merge, o->ordered, err);
	if (r < 0)
		return r;
	add_headline(&text, merge);
	add_verdicts(&text, merge);
	if (!o->quiet)
		add_failures(&text, merge);
	if (prose_only)
		(void)fputs(buf_str(&text), stderr);
	else if (cmd_print(&text) != 0)
		r = error_fault(err, "the result is not whole");
	buf_done(&text);
	return r;
}

int cmd_merge(int argc, char **argv)
{
	struct options o = {0};
	struct error err = ERROR_INIT;
	struct merge merge = {0};
	int r = cmd_options("merge",
			    "Joins the event streams of all shards of a run into the result of "
			    "the whole, and exits as one run\nwould. Refuses parts that are "
			    "missing, given twice, or of another run.",
			    opts, &o, argc, argv);

	if (r != CMD_GO)
		return r;
	if (o.files.len == 0)
		r = error_input(&err, "no event stream named, see 'parity merge --help'");
	else
		r = merge_with(&merge, &o, &err);
	r = r < 0 ? cmd_fail(&err) : merge.exit;
	merge_done(&merge);
	return r;
}
