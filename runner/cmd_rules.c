/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_rules: 'parity rules', what may differ and why; ratifying after a clause changed; what they
 * hide. */
#include <stdio.h>
#include <string.h>

#include "runner/cmd.h"
#include "runner/run.h"

struct options {
	struct context_options inputs;
	const char *action;
	struct opt_args rest;
	const char *reason;
};

static const struct opt opts[] = {
	OPT(OPT_ARG, 0, "ACTION", NULL, "list (default), ratify ID, or effect [PATTERN...]",
	    struct options, action),
	OPT(OPT_ARGS, 0, "ARG", NULL, "what the action is about", struct options, rest),
	OPT_PROFILE(struct options),
	OPT_TOOLCHAIN(struct options),
	OPT_RULES(struct options),
	OPT_SPEC(struct options),
	OPT_CORPUS(struct options),
	OPT(OPT_TEXT, 0, "reason", "TEXT", "ratify: why the rule still stands", struct options,
	    reason),
	OPT_END,
};

/* Listing needs the rule file, not the toolchain: a missing one must not hide the rules. */
static int load(struct context *context, const struct options *o, struct error *err)
{
	struct context_options inputs = o->inputs;

	inputs.allow_stale = true;
	return context_load(context, &inputs, CONTEXT_SPEC | CONTEXT_RULES, err);
}

static int list_rules(const struct options *o, struct context *context, struct error *err)
{
	struct buf out = BUF_INIT(0);
	int r = load(context, o, err);

	if (r < 0)
		return cmd_fail(err);
	for (size_t i = 0; i < context->rules->len; i++) {
		const struct rule *rule = &context->rules->rules[i];

		buf_addf(&out, "%-28s %-8s %-44s%s\n    %s\n", rule->id,
			 channel_name(rule->channel), rule->clause,
			 rule_is_stale(rule, context->spec) ? " STALE" : "",
			 rule->reason ? rule->reason : "");
	}
	r = cmd_print(&out);
	buf_done(&out);
	return r;
}

static int ratify(const struct options *o, struct context *context, struct error *err)
{
	int r;

	if (o->rest.len != 1)
		return cmd_fail((error_input(err, "name one rule: parity rules ratify ID --reason "
						  "TEXT"),
				 err));
	if (!o->reason)
		return cmd_fail((error_input(err, "ratifying needs a reason: --reason TEXT"), err));
	r = load(context, o, err);
	if (r == 0)
		r = rules_ratify(context->rules_path, o->rest.items[0], context->spec, o->reason,
				 err);
	if (r < 0)
		return cmd_fail(err);
	(void)printf("%s: rule '%s' is ratified, review and commit the file\n", context->rules_path,
		     o->rest.items[0]);
	return RUN_EXIT_OK;
}

static void print_effect(const struct event_summary *summary)
{
	(void)printf("%-28s %8s %8s %8s %8s\n", "rule", "cases", "hits", "bytes", "flips");
	for (size_t i = 0; i < summary->rule_len; i++) {
		const struct rule_total *rule = &summary->rules[i];

		(void)printf("%-28s %8zu %8zu %8zu %8zu%s\n", rule->id, rule->cases, rule->hits,
			     rule->masked_bytes, rule->flips, rule->hits ? "" : "  never fired");
	}
	(void)printf("\nover %zu cases; 'flips' counts verdicts that would be others without the "
		     "rule\n",
		     summary->cases);
}

static void emit_effect(struct sink *sink, const struct event *event)
{
	if (event->kind == EVENT_SUMMARY)
		print_effect(&event->summary);
	else if (event->kind == EVENT_ERROR)
		(void)fprintf(stderr, "parity: %s\n", event->error.error->message);
}

static int effect(const struct options *o, struct error *err)
{
	struct sink sink = {.emit = emit_effect};
	struct sink *sinks[] = {&sink};
	const struct run_options run = {.inputs = o->inputs,
					.patterns = o->rest.items,
					.pattern_len = o->rest.len,
					.timeout_ms = 10000,
					.repeat = 1,
					.no_file = true};
	int exit = RUN_EXIT_OK;
	int r = run_corpus(&exit, &run, sinks, 1, err);

	if (r == RUN_E_NOTHING)
		return cmd_nothing(err);
	return r < 0 ? cmd_fail(err) : exit;
}

int cmd_rules(int argc, char **argv)
{
	struct options o = {.action = "list"};
	struct context context = {0};
	struct error err = ERROR_INIT;
	int r = cmd_options(
		"rules",
		"Lists the rules and the clauses they rest on; ratifies one whose clause "
		"changed; or runs\nthe corpus without filing and tells what each rule "
		"did to the verdicts.",
		opts, &o, argc, argv);

	if (r != CMD_GO)
		return r;
	if (strcmp(o.action, "ratify") == 0)
		r = ratify(&o, &context, &err);
	else if (strcmp(o.action, "effect") == 0)
		r = effect(&o, &err);
	else if (strcmp(o.action, "list") == 0 && o.rest.len == 0)
		r = list_rules(&o, &context, &err);
	else
		r = cmd_fail((error_input(&err,
					  "unknown action '%s', expected list, ratify ID or "
					  "effect",
					  o.action),
			      &err));
	context_done(&context);
	return r;
}
