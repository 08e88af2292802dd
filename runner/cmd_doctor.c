/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_doctor: 'parity doctor'. What this host offers for isolation, and what a run will use. */
#include "runner/cmd.h"
#include "runner/probe.h"
#include "runner/run.h"

struct options {
	bool quiet;
};

static const struct opt opts[] = {
	OPT(OPT_FLAG, 'q', "quiet", NULL, "only the level that auto will use", struct options,
	    quiet),
	OPT_END,
};

static void add_row(struct buf *out, const struct probe_mechanism *row)
{
	buf_addf(out, "  %-20s  %s\n", row->name, row->works ? "works" : row->why);
}

static void add_report(struct buf *out, const struct probe *probe)
{
	buf_adds(out, "mechanisms\n");
	for (size_t i = 0; i < probe->mechanism_len; i++)
		add_row(out, &probe->mechanisms[i]);
	buf_adds(out, "\nlevels, each tried with a program\n");
	for (size_t i = 0; i < EXEC_AUTO; i++)
		add_row(out, &probe->levels[i]);
	buf_addf(out, "\n--isolation auto uses %s\n",
		 probe->has_chosen ? exec_isolation_name(probe->chosen)
				   : "nothing: no level works");
	if (probe->has_chosen && probe->chosen < EXEC_L2)
		buf_adds(out, "run corpora you do not trust in a virtual machine, or allow user "
			      "namespaces here\n");
}

int cmd_doctor(int argc, char **argv)
{
	struct options o = {0};
	struct probe probe = {0};
	struct arena arena = {0};
	struct buf out = BUF_INIT(0);
	struct error err = ERROR_INIT;
	int r = cmd_options(
		"doctor",
		"Tells what this host offers for keeping programs in, by trying it, and "
		"the level that\n--isolation auto will use. Exit 3 when no program can be "
		"started at all.",
		opts, &o, argc, argv);

	if (r != CMD_GO)
		return r;
	if (probe_host(&probe, &arena, &err) < 0) {
		r = cmd_fail(&err);
	} else {
		if (o.quiet && probe.has_chosen)
			buf_addf(&out, "%s\n", exec_isolation_name(probe.chosen));
		else if (!o.quiet)
			add_report(&out, &probe);
		r = cmd_print(&out);
		if (r == RUN_EXIT_OK && !probe.has_chosen)
			r = RUN_EXIT_FAULT;
	}
	buf_done(&out);
	arena_done(&arena);
	return r;
}
