/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_waive: 'parity waive', one finding tolerated until a day. */
#include <stdio.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "runner/cmd.h"
#include "runner/run.h"
#include "triage/waiver.h"

struct options {
	const char *fp;
	const char *owner;
	const char *reason;
	const char *issue;
	const char *until;
	const char *repo;
};

static const struct opt opts[] = {
	OPT(OPT_ARG_MUST, 0, "FP", NULL, "the finding's fingerprint (6 digits or more)",
	    struct options, fp),
	OPT(OPT_TEXT, 0, "owner", "WHO", "who answers for it", struct options, owner),
	OPT(OPT_TEXT, 0, "reason", "TEXT", "why it may stay for now", struct options, reason),
	OPT(OPT_TEXT, 0, "issue", "URL", "where the repair is tracked", struct options, issue),
	OPT(OPT_TEXT, 0, "until", "YYYY-MM-DD", "the last day it holds", struct options, until),
	OPT_REPO(struct options),
	OPT_END,
};

static int check(const struct options *o, struct error *err)
{
	if (!o->owner)
		return error_input(err, "a waiver needs an owner: --owner WHO");
	if (!o->reason)
		return error_input(err, "a waiver needs a reason: --reason TEXT");
	if (!o->until)
		return error_input(err, "a waiver needs an end: --until YYYY-MM-DD");
	return 0;
}

static int waive(const struct options *o, struct arena *arena, struct error *err)
{
	CLEANUP(ledger_closep) struct ledger *ledger = NULL;
	struct finding_history *history = NULL;
	int64_t now = clock_wall_ms();
	char id[CLOCK_ULID_SIZE];
	struct waiver waiver = {.id = id,
				.owner = o->owner,
				.reason = o->reason,
				.issue = o->issue,
				.until = o->until};
	int r = check(o, err);

	if (r == 0)
		r = cmd_open_ledger(&ledger, o->repo, err);
	if (r == 0)
		r = ledger_find(&history, ledger, o->fp, arena, err);
	if (r != 0)
		return -1;
	clock_ulid(id, now);
	waiver.fp = history->fp;
	r = waiver_add(ledger, &waiver, now, err);
	if (r == 0)
		(void)printf("waived %.12s until %s, waiver %s\n", history->fp, o->until, id);
	return r;
}

int cmd_waive(int argc, char **argv)
{
	struct options o = {0};
	struct error err = ERROR_INIT;
	struct arena arena = ARENA_INIT;
	int r = cmd_options("waive",
			    "Tolerates one finding, in exactly its shape, until a day. Crashes, "
			    "timeouts and failing builds\ncannot be waived.",
			    opts, &o, argc, argv);

	if (r != CMD_GO)
		return r;
	r = waive(&o, &arena, &err) < 0 ? cmd_fail(&err) : RUN_EXIT_OK;
	arena_done(&arena);
	return r;
}
