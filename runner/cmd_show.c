/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_show: 'parity show', a finding with its clause, history and evidence, or the findings of a
 * case. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "runner/cmd.h"

enum { EXCERPT_MAX = 4096, FP_PREFIX_MIN = 6 };

struct options {
	struct context_options inputs;
	const char *what;
	const char *repo;
	bool raw;
};

static const struct opt opts[] = {
	OPT(OPT_ARG_MUST, 0, "FP|CASE", NULL, "a fingerprint (6 digits or more), or a case's name",
	    struct options, what),
	OPT_REPO(struct options),
	OPT_SPEC(struct options),
	OPT(OPT_FLAG, 0, "raw", NULL, "evidence in full, bytes as they were", struct options, raw),
	OPT_END,
};

static bool looks_like_fp(const char *text)
{
	size_t len = strlen(text);

	return len >= FP_PREFIX_MIN && len < DIGEST_HEX_SIZE &&
	       strspn(text, "0123456789abcdef") == len;
}

static void add_field(struct buf *out, const json_node *finding, const char *key, const char *name)
{
	if (*cmd_member(finding, key))
		buf_addf(out, "  %-10s %s\n", name, cmd_member(finding, key));
}

/* The specification may be absent or broken: the finding is shown all the same. */
static void add_clause(struct buf *out, const struct options *o, const char *id)
{
	struct context context = {0};
	const struct clause *clause;

	if (context_load(&context, &o->inputs, CONTEXT_SPEC, NULL) == 0) {
		clause = spec_find(context.spec, id);
		if (clause)
			buf_addf(out, "  %-10s %s:%zu\n", "", clause->path, clause->line);
		else
			buf_addf(out, "  %-10s not in this specification\n", "");
	}
	context_done(&context);
}

static void add_side(struct buf *out, const json_node *finding, const char *side)
{
	char class_key[32], text_key[32];
	const char *text;

	(void)snprintf(class_key, sizeof(class_key), "%s_class", side);
	(void)snprintf(text_key, sizeof(text_key), "%s_text", side);
	if (!*cmd_member(finding, side))
		return;
	text = cmd_member(finding, text_key);
	buf_addf(out, "  %-10s ", cmd_member(finding, side));
	if (*cmd_member(finding, class_key))
		buf_adds(out, cmd_member(finding, class_key));
	/* Of a difference in class the text says nothing more. */
	if (strcmp(text, cmd_member(finding, class_key)) != 0) {
		buf_adds(out, *cmd_member(finding, class_key) ? ": " : "");
		buf_add_escaped(out, slice_of(text));
	}
	buf_addc(out, '\n');
}

static void add_history(struct buf *out, const struct finding_history *history)
{
	buf_adds(out, "\nhistory\n");
	for (size_t i = 0; i < history->event_len; i++) {
		const struct finding_event *event = &history->events[i];
		char at[CLOCK_ISO_SIZE];

		clock_format_iso(at, event->at_ms);
		buf_addf(out, "  %s  %-14s", at, event->type);
		if (event->commit)
			buf_addf(out, " at %.12s", event->commit);
		if (event->run_id && *event->run_id)
			buf_addf(out, ", run %s", event->run_id);
		if (event->actor)
			buf_addf(out, ", by %s", event->actor);
		buf_addc(out, '\n');
	}
}

static void add_bytes(struct buf *out, struct slice bytes)
{
	struct slice line;
	size_t cut = bytes.len > EXCERPT_MAX ? EXCERPT_MAX : bytes.len;
	struct slice rest = slice_make(bytes.ptr, cut);

	while (slice_next_line(&rest, &line)) {
		buf_adds(out, "    ");
		buf_add_escaped(out, line);
		buf_addc(out, '\n');
	}
	if (cut < bytes.len)
		buf_addf(out, "    ... %zu bytes more, see --raw\n", bytes.len - cut);
}

static int add_evidence(struct buf *out, const struct options *o, struct ledger *ledger,
			const char *fp, struct arena *arena, struct error *err)
{
	struct evidence *evidence = NULL;
	size_t len = 0;
	int r = ledger_evidence(&evidence, &len, ledger, fp, arena, err);

	if (r != 0)
		return -1;
	buf_adds(out, len ? "\nevidence\n" : "\nevidence\n  none stored\n");
	for (size_t i = 0; i < len; i++) {
		buf_addf(out, "  %s, %zu bytes\n", evidence[i].name, evidence[i].bytes.len);
		if (o->raw)
			buf_add_slice(out, evidence[i].bytes);
		else
			add_bytes(out, evidence[i].bytes);
	}
	return 0;
}

static int show_finding(struct buf *out, const struct options *o, struct ledger *ledger,
			struct arena *arena, struct error *err)
{
	struct finding_history *history = NULL;
	const json_node *finding;

	if (ledger_find(&history, ledger, o->what, arena, err) != 0)
		return -1;
	finding = history->finding;
	buf_addf(out, "finding %s\n  %-10s %s%s\n", history->fp, "state",
		 finding_state_name(history->state),
		 finding_state_is_blocking(history->state) ? ", blocks" : "");
	if (history->seq > 1)
		buf_addf(out, "  %-10s %u times\n", "reopened", history->seq - 1);
	add_field(out, finding, "case", "case");
	add_field(out, finding, "verdict", "verdict");
	add_field(out, finding, "clause", "clause");
	if (*cmd_member(finding, "clause"))
		add_clause(out, o, cmd_member(finding, "clause"));
	add_field(out, finding, "kind", "kind");
	add_field(out, finding, "locus", "where");
	add_side(out, finding, "left");
	add_side(out, finding, "right");
	add_field(out, finding, "licence", "licence");
	add_history(out, history);
	if (add_evidence(out, o, ledger, history->fp, arena, err) < 0)
		return -1;
	buf_addf(out, "\nnext\n  parity run %s\n", cmd_member(finding, "case"));
	if (finding_state_is_blocking(history->state))
		buf_addf(out,
			 "  parity waive %.12s --owner WHO --reason WHY --issue URL --until "
			 "YYYY-MM-DD\n",
			 history->fp);
	return 0;
}

static int show_case(struct buf *out, const struct options *o, struct ledger *ledger,
		     struct arena *arena, struct error *err)
{
	struct finding_history *all = NULL;
	size_t len = 0;
	size_t shown = 0;

	if (ledger_findings(&all, &len, ledger, arena, err) != 0)
		return -1;
	for (size_t i = 0; i < len; i++) {
		const json_node *finding = all[i].finding;

		if (strcmp(cmd_member(finding, "case"), o->what) != 0)
			continue;
		shown++;
		buf_addf(out, "%.12s  %-14s %s %s  %s\n", all[i].fp,
			 finding_state_name(all[i].state), cmd_member(finding, "kind"),
			 cmd_member(finding, "locus"), cmd_member(finding, "clause"));
	}
	if (shown == 0)
		return error_input(
			err, "no finding '%s' in the ledger, see 'parity findings --all'", o->what);
	return 0;
}

int cmd_show(int argc, char **argv)
{
	CLEANUP(ledger_closep) struct ledger *ledger = NULL;
	struct options o = {0};
	struct error err = ERROR_INIT;
	struct arena arena = ARENA_INIT;
	struct buf out = BUF_INIT(0);
	int r = cmd_options("show",
			    "Shows a finding: where it stands, what was seen on both sides, its "
			    "history and its evidence.",
			    opts, &o, argc, argv);

	if (r != CMD_GO)
		return r;
	r = cmd_open_ledger(&ledger, o.repo, &err);
	if (r == 0 && looks_like_fp(o.what))
		r = show_finding(&out, &o, ledger, &arena, &err);
	else if (r == 0)
		r = show_case(&out, &o, ledger, &arena, &err);
	r = r < 0 ? cmd_fail(&err) : cmd_print(&out);
	arena_done(&arena);
	buf_done(&out);
	return r;
}
