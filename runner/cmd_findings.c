/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_findings: 'parity findings', what the ledger holds open. */
#include <stdio.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "runner/cmd.h"

struct options {
	const char *repo;
	bool all;
	bool json;
};

static const struct opt opts[] = {
	OPT_REPO(struct options),
	OPT(OPT_FLAG, 'a', "all", NULL, "closed and waived ones too", struct options, all),
	OPT(OPT_FLAG, 0, "json", NULL, "one JSON object a line", struct options, json),
	OPT_END,
};

static void add_json(struct buf *out, const struct finding_history *history)
{
	json_node *root = json_object();

	json_put_string(root, "schema", "parity.state/1");
	json_put_string(root, "fp", history->fp);
	json_put_string(root, "state", finding_state_name(history->state));
	json_put_bool(root, "blocking", finding_state_is_blocking(history->state));
	json_put_int(root, "seq", history->seq);
	json_put(root, "finding", json_copy(history->finding));
	json_write(out, root);
	buf_addc(out, '\n');
	json_node_free(root);
}

static void add_line(struct buf *out, const struct finding_history *history)
{
	const json_node *finding = history->finding;

	buf_addf(out, "%.12s  %-14s %s", history->fp, finding_state_name(history->state),
		 cmd_member(finding, "case"));
	if (*cmd_member(finding, "clause"))
		buf_addf(out, "  %s", cmd_member(finding, "clause"));
	buf_addf(out, "  %s", cmd_member(finding, "kind"));
	if (*cmd_member(finding, "locus"))
		buf_addf(out, " at %s", cmd_member(finding, "locus"));
	if (*cmd_member(finding, "left"))
		buf_addf(out, " (%s, %s)", cmd_member(finding, "left"),
			 cmd_member(finding, "right"));
	buf_addc(out, '\n');
}

static int print_findings(struct buf *out, const struct options *o, struct arena *arena,
			  struct error *err)
{
	CLEANUP(ledger_closep) struct ledger *ledger = NULL;
	struct finding_history *all = NULL;
	size_t len = 0;
	size_t shown = 0;
	int r = cmd_open_ledger(&ledger, o->repo, err);

	if (r == 0)
		r = ledger_findings(&all, &len, ledger, arena, err);
	if (r != 0)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (!o->all && !finding_state_is_blocking(all[i].state))
			continue;
		shown++;
		if (o->json)
			add_json(out, &all[i]);
		else
			add_line(out, &all[i]);
	}
	if (shown == 0 && !o->json)
		buf_addf(out, "nothing open, %zu finding%s closed or waived\n", len,
			 len == 1 ? "" : "s");
	return 0;
}

int cmd_findings(int argc, char **argv)
{
	struct options o = {0};
	struct error err = ERROR_INIT;
	struct arena arena = ARENA_INIT;
	struct buf out = BUF_INIT(0);
	int r = cmd_options("findings", "Lists the findings that block, as the ledger has them.",
			    opts, &o, argc, argv);

	if (r != CMD_GO)
		return r;
	r = print_findings(&out, &o, &arena, &err) < 0 ? cmd_fail(&err) : cmd_print(&out);
	arena_done(&arena);
	buf_done(&out);
	return r;
}
