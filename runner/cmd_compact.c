/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_compact: 'parity compact', for repositories that received runs by fetch. */
#include <stdio.h>

#include "base/cleanup.h"
#include "runner/cmd.h"
#include "runner/run.h"

struct options {
	const char *repo;
};

static const struct opt opts[] = {
	OPT_REPO(struct options),
	OPT_END,
};

int cmd_compact(int argc, char **argv)
{
	CLEANUP(ledger_closep) struct ledger *ledger = NULL;
	struct options o = {0};
	struct error err = ERROR_INIT;
	int r = cmd_options(
		"compact",
		"Gathers every run of refs/parity/inbox into refs/parity/ledger. Filing "
		"does this by itself.",
		opts, &o, argc, argv);

	if (r != CMD_GO)
		return r;
	r = cmd_open_ledger(&ledger, o.repo, &err);
	if (r == 0)
		r = ledger_compact(ledger, &err);
	if (r < 0)
		return cmd_fail(&err);
	(void)printf("refs/parity/ledger holds every filed run\n");
	return RUN_EXIT_OK;
}
