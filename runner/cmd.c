/* SPDX-License-Identifier: Apache-2.0 */
/* cmd: what the verbs share. */
#include "runner/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "runner/run.h"

int cmd_fail(const struct error *err)
{
	(void)fprintf(stderr, "parity: %s\n", err->message);
	return run_exit_of(err);
}

int cmd_nothing(const struct error *err)
{
	(void)cmd_fail(err);
	return RUN_EXIT_NOTHING;
}

int cmd_print(const struct buf *out)
{
	if (out->len == 0 || file_write_all(STDOUT_FILENO, out->data, out->len) == 0)
		return RUN_EXIT_OK;
	(void)fprintf(stderr, "parity: cannot write to the standard output: %s\n", strerror(errno));
	return RUN_EXIT_FAULT;
}

int cmd_options(const char *verb, const char *about, const struct opt *opts, void *target, int argc,
		char **argv)
{
	struct error err = ERROR_INIT;
	struct buf text = BUF_INIT(0);
	int r = opt_parse(opts, target, argc, argv, &err);

	if (r == 0)
		return CMD_GO;
	if (r == OPT_HELP) {
		opt_help(&text, verb, about, opts);
		r = cmd_print(&text);
		buf_done(&text);
		return r;
	}
	(void)fprintf(stderr, "parity: %s, see 'parity %s --help'\n", err.message, verb);
	return RUN_EXIT_INPUT;
}

int cmd_open_ledger(struct ledger **out, const char *repo, struct error *err)
{
	return ledger_open(out, repo ? repo : ".", err) == 0 ? 0 : -1;
}

const char *cmd_member(const json_node *object, const char *key)
{
	const char *text = json_string(json_get(object, key));

	return text ? text : "";
}
