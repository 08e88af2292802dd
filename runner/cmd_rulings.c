/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_rulings: 'parity rulings', who is right by the text where only a witness differs. */
#include <string.h>

#include "base/cleanup.h"
#include "base/path.h"
#include "runner/cmd.h"
#include "runner/rulings.h"
#include "runner/run.h"

struct options {
	struct context_options inputs;
	bool markdown;
};

static const struct opt opts[] = {
	OPT_CORPUS(struct options),
	OPT_PROFILE(struct options),
	OPT_SPEC(struct options),
	OPT(OPT_FLAG, 0, "markdown", NULL, "as the page docs/questions.md", struct options,
	    markdown),
	OPT_END,
};

static void add_agree(struct buf *out, const json_node *agree)
{
	size_t i = 0;

	json_each (agree, name)
		buf_addf(out, "%s%s", i++ ? ", " : "", json_string(name));
}

/* A cell of a Markdown table. */
static void add_cell(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '|')
			buf_addc(out, '\\');
		buf_addc(out, *text == '\n' ? ' ' : *text);
	}
}

static const char *right_words(const struct ruling *ruling)
{
	static const char *const words[RIGHT_COUNT] = {
		[RIGHT_TOOLCHAIN] = "the toolchain",
		[RIGHT_WITNESS] = "the witness",
		[RIGHT_SILENT] = "the text is silent",
	};
	return ruling->stale ? "stale: the clause changed" : words[ruling->right];
}

static void add_markdown(struct buf *out, const struct rulings *rulings)
{
	size_t counts[RIGHT_COUNT] = {0};

	vec_each (&rulings->items, ruling)
		counts[ruling->right]++;
	buf_addf(out,
		 "# Questions to the specification\n\n"
		 "Written by `parity rulings --markdown` from `corpus/rulings.json`.\n\n"
		 "Programs on which the backends of profile `%s` agree and the witness `%s` alone "
		 "differs, and who is right by\nthe text of the clause. Of %zu, the toolchain is "
		 "right "
		 "in %zu, the witness in %zu, and the text is silent in %zu.\n\n"
		 "| case | clause | agree | at | toolchain | witness | right | why |\n"
		 "|---|---|---|---|---|---|---|---|\n",
		 rulings->profile ? rulings->profile : "-",
		 rulings->witness ? rulings->witness : "-", rulings->items.len,
		 counts[RIGHT_TOOLCHAIN], counts[RIGHT_WITNESS], counts[RIGHT_SILENT]);
	vec_each (&rulings->items, ruling) {
		buf_addf(out, "| %s | `%s` | ", ruling->case_name, ruling->clause);
		add_agree(out, ruling->agree);
		buf_addf(out, " | `%s` | %s | %s | %s | ", ruling->at, ruling->toolchain,
			 ruling->witness, right_words(ruling));
		add_cell(out, ruling->why);
		buf_adds(out, " |\n");
	}
}

static void add_text(struct buf *out, const struct rulings *rulings)
{
	vec_each (&rulings->items, ruling) {
		buf_addf(out, "%-9s  %s  %s  %s: %s against %s\n           %s\n",
			 ruling->stale ? "stale" : ruling_right_name(ruling->right),
			 ruling->case_name, ruling->clause, ruling->at, ruling->toolchain,
			 ruling->witness, ruling->why);
	}
}

static int print_rulings(struct buf *out, const struct options *o, struct context *context,
			 struct error *err)
{
	CLEANUP(free_p) char *path = NULL;
	struct rulings rulings = {0};
	int r = context_load(context, &o->inputs, CONTEXT_SPEC | CONTEXT_SUITE, err);

	if (r < 0)
		return r;
	path = path_join(context->corpus_dir, "rulings.json");
	r = rulings_load(&rulings, path, context->spec, context->suite, err);
	if (r == 0 && o->markdown)
		add_markdown(out, &rulings);
	else if (r == 0)
		add_text(out, &rulings);
	rulings_done(&rulings);
	return r;
}

int cmd_rulings(int argc, char **argv)
{
	struct options o = {0};
	struct context context = {0};
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT(0);
	int r = cmd_options("rulings",
			    "Lists the rulings: where the backends of a toolchain agree and a "
			    "witness alone differs,\nwho is right by the clause's text, and why.",
			    opts, &o, argc, argv);

	if (r != CMD_GO)
		return r;
	r = print_rulings(&out, &o, &context, &err) < 0 ? cmd_fail(&err) : cmd_print(&out);
	context_done(&context);
	buf_done(&out);
	return r;
}
