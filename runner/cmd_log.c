/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_log: 'parity log', the runs filed for a commit. */
#include <stdio.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "runner/cmd.h"
#include "runner/run.h"

struct options {
	const char *revision;
	const char *repo;
	bool json;
};

static const struct opt opts[] = {
	OPT(OPT_ARG, 0, "COMMIT", NULL, "a revision of the repository (default: HEAD)",
	    struct options, revision),
	OPT_REPO(struct options),
	OPT(OPT_FLAG, 0, "json", NULL, "one run.json a line, as filed", struct options, json),
	OPT_END,
};

static void add_counts(struct buf *out, const json_node *counts)
{
	const char *sep = ": ";

	json_each (counts, count) {
		int64_t number = 0;

		if (!json_to_int(count, &number) || number == 0)
			continue;
		buf_addf(out, "%s%lld %s", sep, (long long)number, json_key(count));
		sep = ", ";
	}
}

static void add_findings(struct buf *out, const struct run_entry *entry)
{
	struct slice rest = slice_make(entry->fail_ndjson, entry->fail_len);
	struct slice line;

	while (slice_next_line(&rest, &line)) {
		CLEANUP(json_freep) struct json_doc *doc = NULL;

		if (!json_try(&doc, line, 0))
			continue;
		buf_addf(out, "  %.12s  %-14s %s", cmd_member(doc->root, "fp"),
			 cmd_member(doc->root, "verdict"), cmd_member(doc->root, "case"));
		if (*cmd_member(doc->root, "clause"))
			buf_addf(out, "  %s", cmd_member(doc->root, "clause"));
		if (*cmd_member(doc->root, "locus"))
			buf_addf(out, "  at %s", cmd_member(doc->root, "locus"));
		buf_addc(out, '\n');
	}
}

static void add_run(struct buf *out, const struct run_entry *entry)
{
	const json_node *run = entry->run;
	int64_t ran = 0;
	int64_t planned = 0;
	int64_t without_aot = 0;

	(void)json_to_int(json_get(run, "ran"), &ran);
	(void)json_to_int(json_get(run, "planned"), &planned);
	buf_addf(out, "run %s\n  %s by %s\n  profile %s%s%s\n  %lld of %lld cases", entry->run_id,
		 cmd_member(run, "started"), cmd_member(run, "writer"), cmd_member(run, "profile"),
		 *cmd_member(run, "version") ? ", " : "", cmd_member(run, "version"),
		 (long long)ran, (long long)planned);
	add_counts(out, json_get(run, "counts"));
	(void)json_to_int(json_get(run, "aot_not_run"), &without_aot);
	if (without_aot)
		buf_addf(out, ", %lld aot-not-run", (long long)without_aot);
	buf_adds(out, json_true(json_get(run, "complete")) ? "\n" : " (incomplete)\n");
	add_findings(out, entry);
}

static int log_commit(struct buf *out, const struct options *o, struct arena *arena,
		      struct error *err)
{
	CLEANUP(ledger_closep) struct ledger *ledger = NULL;
	struct run_entry *runs = NULL;
	struct subject subject;
	size_t len = 0;
	int r = cmd_open_ledger(&ledger, o->repo, err);

	if (r == 0)
		r = ledger_subject(&subject, ledger, o->revision, err);
	if (r == 0)
		r = ledger_runs(&runs, &len, ledger, subject.commit, arena, err);
	if (r != 0)
		return -1;
	if (!o->json)
		buf_addf(out, "commit %s, %zu run%s filed\n", subject.commit, len,
			 len == 1 ? "" : "s");
	for (size_t i = 0; i < len; i++) {
		if (o->json) {
			json_write(out, runs[i].run);
			buf_addc(out, '\n');
		} else {
			buf_addc(out, '\n');
			add_run(out, &runs[i]);
		}
	}
	return 0;
}

int cmd_log(int argc, char **argv)
{
	struct options o = {.revision = "HEAD"};
	struct error err = ERROR_INIT;
	struct arena arena = ARENA_INIT;
	struct buf out = BUF_INIT(0);
	int r = cmd_options("log", "Shows the runs filed for a commit, oldest first.", opts, &o,
			    argc, argv);

	if (r != CMD_GO)
		return r;
	r = log_commit(&out, &o, &arena, &err) < 0 ? cmd_fail(&err) : cmd_print(&out);
	arena_done(&arena);
	buf_done(&out);
	return r;
}
