/* SPDX-License-Identifier: Apache-2.0 */
/* event: the one writer of the JSON form. See docs/events.md, which names every field. */
#include "runner/event.h"

#include "base/clock.h"
#include "base/json.h"

static json_node *new_event(const char *kind)
{
	json_node *root = json_object();

	json_put_string(root, "schema", "parity.event/1");
	json_put_string(root, "event", kind);
	return root;
}

static void put_ms(json_node *object, const char *key, int64_t ns)
{
	json_put_double(object, key, (double)(ns / 1000) / 1000.0);
}

static json_node *subject_node(const struct subject *subject)
{
	json_node *node = json_object();

	json_put_string(node, "commit", subject->commit);
	json_put_string(node, "tree", subject->tree);
	json_put_bool(node, "dirty", subject->dirty);
	json_put_string(node, "dirty_path", subject->dirty ? subject->dirty_path : NULL);
	return node;
}

static void put_selection(json_node *root, const struct event_start *start)
{
	json_node *selection = json_object();
	json_node *shard = NULL;

	json_put_int(selection, "cases", (int64_t)start->whole);
	json_put_string(selection, "sha256", start->whole_sha256);
	json_put(root, "selection", selection);
	if (start->shard_count) {
		shard = json_object();
		json_put_int(shard, "index", start->shard_index);
		json_put_int(shard, "count", start->shard_count);
	}
	json_put(root, "shard", shard);
}

static json_node *start_node(const struct event_start *start)
{
	json_node *root = new_event("start");
	json_node *part;
	char at[CLOCK_ISO_SIZE];

	clock_format_iso(at, start->at_ms);
	json_put_string(root, "run", start->run_id);
	json_put_string(root, "at", at);
	json_put_string(root, "parity", PARITY_VERSION);
	if (start->subject)
		json_put(root, "subject", subject_node(start->subject));
	else
		json_put_string(root, "subject", NULL);
	json_put_string(root, "not_filed", start->not_filed);
	part = json_object();
	json_put_string(part, "name", start->judge->profile->name);
	json_put_string(part, "path", start->judge->profile->path);
	json_put_string(part, "identity", start->identity);
	json_put_slice(part, "version", slice_of(start->version));
	json_put(root, "profile", part);
	part = json_object();
	json_put_string(part, "path", start->spec_dir);
	json_put_string(part, "sha256", spec_sha256(start->judge->spec));
	json_put(root, "spec", part);
	part = json_object();
	json_put_string(part, "path", start->judge->rules->path);
	json_put_string(part, "sha256", start->judge->rules->sha256);
	json_put_int(part, "count", (int64_t)start->judge->rules->len);
	json_put(root, "rules", part);
	part = json_object();
	json_put_string(part, "path", start->corpus);
	json_put_string(part, "commit", start->corpus_commit);
	json_put_int(part, "found", (int64_t)start->found);
	json_put_int(part, "selected", (int64_t)start->selected);
	json_put_int(part, "skipped", (int64_t)start->skipped);
	json_put(root, "corpus", part);
	part = json_array();
	for (size_t i = 0; i < start->backend_len; i++) {
		json_node *backend = json_object();

		json_put_string(backend, "name", start->backends[i].name);
		json_put_string(backend, "role", role_name(start->backends[i].role));
		json_add(part, backend);
	}
	json_put(root, "backends", part);
	put_selection(root, start);
	json_put_int(root, "jobs", (int64_t)start->jobs);
	json_put_int(root, "repeat", start->repeat);
	json_put_int(root, "timeout_ms", start->timeout_ms);
	json_put_string(root, "isolation", start->isolation);
	json_put_string(root, "isolation_why", start->step_down);
	return root;
}

static json_node *observation_node(const struct observation *obs, const char *work_dir)
{
	json_node *node = json_object();

	json_put_string(node, "backend", obs->backend);
	json_put_string(node, "role", role_name(obs->role));
	json_put_int(node, "attempt", obs->attempt);
	json_put_string(node, "phase", phase_name(obs->phase));
	json_put_string(node, "end", end_name(obs->end));
	json_put_int(node, "code", obs->code);
	json_put_string(node, "meaning", obs->meaning);
	json_put_string(node, "why", obs->why);
	json_put_int(node, "stdout_bytes", (int64_t)obs->out_total);
	json_put_string(node, "stdout_sha256", obs->out_sha256);
	json_put_int(node, "stderr_bytes", (int64_t)obs->err_total);
	json_put_string(node, "stderr_sha256", obs->err_sha256);
	json_put_int(node, "files", (int64_t)obs->file_len);
	put_ms(node, "build_ms", obs->build_ns);
	if (obs->build_is_kept)
		json_put_bool(node, "build_cached", true);
	put_ms(node, "run_ms", obs->run_ns);
	if (work_dir)
		json_put_string(node, "work_dir", work_dir);
	return node;
}

static json_node *divergence_node(const struct divergence *divergence, const struct fingerprint *fp)
{
	json_node *node = json_object();
	json_node *backends = json_array();

	json_put_string(node, "fp", fp->fp);
	json_put_string(node, "fp_cause", fp->cause);
	json_put_string(node, "clause", divergence->clause);
	json_put_bool(node, "spec_gap", divergence->spec_gap);
	json_put_string(node, "channel", channel_name(divergence->diff.channel));
	json_put_string(node, "kind", diff_kind_name(divergence->diff.kind));
	json_add_string(backends, divergence->left);
	json_add_string(backends, divergence->right);
	json_put(node, "backends", backends);
	json_put_string(node, "locus", divergence->diff.locus);
	json_put_slice(node, "left", divergence->diff.left);
	json_put_slice(node, "right", divergence->diff.right);
	json_put_string(node, "left_class", divergence->diff.left_class);
	json_put_string(node, "right_class", divergence->diff.right_class);
	json_put_string(node, "licence", divergence->licence ? divergence->licence->id : NULL);
	json_put_string(node, "rule", divergence->diff.rule ? divergence->diff.rule->id : NULL);
	return node;
}

/* The frontend's check stands apart: it is no backend. */
static void put_observations(json_node *root, const struct event_case *one)
{
	json_node *backends = json_array();

	for (size_t i = 0; i < one->obs_len; i++) {
		const char *work_dir = one->work_dirs ? one->work_dirs[i] : NULL;
		json_node *node = observation_node(&one->obs[i], work_dir);

		if (one->obs[i].role == ROLE_FRONTEND)
			json_put(root, "check", node);
		else
			json_add(backends, node);
	}
	json_put(root, "backends", backends);
}

/* null where nobody has ruled. */
static json_node *ruling_node(const struct ruling *ruling)
{
	json_node *root;

	if (!ruling)
		return NULL;
	root = json_object();
	json_put_string(root, "clause", ruling->clause);
	json_put_string(root, "right", ruling_right_name(ruling->right));
	json_put_string(root, "why", ruling->why);
	json_put_bool(root, "stale", ruling->stale);
	return root;
}

static json_node *case_node(const struct event_case *one)
{
	static const char *const expectations[] = {"ok", "error", "reject"};
	const struct judgement *judgement = one->judgement;
	json_node *root = new_event("case");
	json_node *list = json_array();

	json_put_string(root, "case", one->test->name);
	json_put_string(root, "path", one->test->path);
	json_put_string(root, "verdict", verdict_name(judgement->verdict));
	json_put_string(root, "why", judgement->why);
	json_put_string(root, "expect", expectations[one->test->expect]);
	for (size_t i = 0; i < one->test->clause_len; i++)
		json_add_string(list, one->test->clauses[i]);
	json_put(root, "clauses", list);
	if (judgement->divergence_len == 0 && one->fp_len) {
		json_put_string(root, "fp", one->fps[0].fp);
		json_put_string(root, "fp_cause", one->fps[0].cause);
	}
	list = json_array();
	for (size_t i = 0; i < judgement->divergence_len; i++)
		json_add(list, divergence_node(&judgement->divergences[i], &one->fps[i]));
	json_put(root, "divergences", list);
	if (judgement->witness != WITNESS_NONE) {
		json_node *witness = json_object();

		json_put_string(witness, "view", witness_view_name(judgement->witness));
		json_put_string(witness, "says", judgement->witness_says);
		if (judgement->witness == WITNESS_DIFFERS)
			json_put(witness, "ruling", ruling_node(one->ruling));
		json_put(root, "witness", witness);
	}
	list = json_array();
	for (size_t i = 0; i < judgement->effect_len; i++) {
		json_node *effect = json_object();

		json_put_string(effect, "rule", judgement->effects[i].rule->id);
		json_put_int(effect, "hits", (int64_t)judgement->effects[i].hits);
		json_put_int(effect, "masked_bytes", (int64_t)judgement->effects[i].masked_bytes);
		json_put_bool(effect, "flips", judgement->effects[i].flips);
		json_add(list, effect);
	}
	json_put(root, "effects", list);
	put_observations(root, one);
	list = json_array();
	for (size_t i = 0; i < one->left_out_len; i++)
		json_add_string(list, one->left_out[i]->name);
	json_put(root, "not_run", list);
	json_put_bool(root, "cached", one->cached);
	put_ms(root, "wall_ms", one->wall_ns);
	return root;
}

static json_node *error_node(const struct event_error *error)
{
	json_node *root = new_event("error");

	json_put_string(root, "case", error->case_name);
	json_put_string(root, "blame", error->error->blame == ERROR_INPUT ? "input" : "fault");
	json_put_slice(root, "message", slice_of(error->error->message));
	return root;
}

static json_node *filed_node(const struct event_filed *event)
{
	const struct filed *filed = event->filed;
	json_node *root = new_event("filed");

	json_put_string(root, "run", event->run_id);
	json_put_string(root, "commit", event->commit);
	json_put_string(root, "ref", filed->compacted ? "refs/parity/ledger" : filed->run_ref);
	json_put_string(root, "run_ref", filed->run_ref);
	json_put_bool(root, "compacted", filed->compacted);
	json_put_int(root, "new", (int64_t)filed->new_findings);
	json_put_int(root, "reopened", (int64_t)filed->reopened);
	json_put_int(root, "verified_fixed", (int64_t)filed->verified_fixed);
	json_put_int(root, "still_open", (int64_t)filed->still_open);
	return root;
}

static json_node *rule_totals(const struct event_summary *summary)
{
	json_node *rules = json_array();

	for (size_t i = 0; i < summary->rule_len; i++) {
		const struct rule_total *total = &summary->rules[i];
		json_node *rule = json_object();

		json_put_string(rule, "rule", total->id);
		json_put_int(rule, "hits", (int64_t)total->hits);
		json_put_int(rule, "masked_bytes", (int64_t)total->masked_bytes);
		json_put_int(rule, "cases", (int64_t)total->cases);
		json_put_int(rule, "flips", (int64_t)total->flips);
		json_add(rules, rule);
	}
	return rules;
}

size_t event_unruled(const struct event_summary *summary)
{
	size_t ruled = 0;

	for (int right = 0; right < RIGHT_COUNT; right++)
		ruled += summary->ruled[right];
	return summary->witness_counts[WITNESS_DIFFERS] - ruled;
}

static json_node *cache_node(const struct event_cache *cache)
{
	json_node *node = json_object();

	json_put_string(node, "mode", cache->mode ? cache->mode : "off");
	json_put_string(node, "why", cache->why);
	json_put_int(node, "cached", (int64_t)cache->cached);
	json_put_int(node, "checked", (int64_t)cache->checked);
	json_put_int(node, "mismatched", (int64_t)cache->mismatched);
	json_put_int(node, "stored", (int64_t)cache->stored);
	json_put_int(node, "damaged", (int64_t)cache->damaged);
	return node;
}

/* Of the cases where only the witness differs. */
static void put_rulings(json_node *part, const struct event_summary *summary)
{
	json_node *ruled = json_object();
	json_node *outdated = json_array();

	for (int right = 0; right < RIGHT_COUNT; right++)
		json_put_int(ruled, ruling_right_name((enum ruling_right)right),
			     (int64_t)summary->ruled[right]);
	json_put(part, "ruled", ruled);
	json_put_int(part, "unruled", (int64_t)event_unruled(summary));
	json_put_int(part, "stale_rulings", (int64_t)summary->stale_rulings);
	if (summary->rulings)
		vec_each (&summary->rulings->items, ruling)
			if (ruling->outdated)
				json_add_string(outdated, ruling->case_name);
	json_put(part, "outdated_rulings", outdated);
}

static json_node *artifacts_node(const struct event_artifacts *artifacts)
{
	json_node *node = json_object();

	json_put_string(node, "why", artifacts->why);
	json_put_int(node, "reused", (int64_t)artifacts->reused);
	json_put_int(node, "checked", (int64_t)artifacts->checked);
	json_put_int(node, "mismatched", (int64_t)artifacts->mismatched);
	json_put_int(node, "stored", (int64_t)artifacts->stored);
	json_put_int(node, "unfit", (int64_t)artifacts->unfit);
	json_put_int(node, "damaged", (int64_t)artifacts->damaged);
	json_put_int(node, "evicted", (int64_t)artifacts->evicted);
	return node;
}

static json_node *summary_node(const struct event_summary *summary)
{
	json_node *root = new_event("summary");
	json_node *part = json_object();

	json_put_int(root, "cases", (int64_t)summary->cases);
	for (int v = 0; v < VERDICT_COUNT; v++)
		json_put_int(part, verdict_name((enum verdict)v), (int64_t)summary->counts[v]);
	json_put(root, "verdicts", part);
	part = json_array();
	for (size_t i = 0; i < summary->backend_len; i++)
		json_add_string(part, summary->backends[i].name);
	json_put(root, "backends", part);
	part = json_array();
	for (int channel = 0; channel < EVENT_CHANNELS; channel++)
		json_add_string(part, channel_name((enum channel)channel));
	json_put(root, "channels", part);
	if (summary->witness) {
		part = json_object();
		json_put_string(part, "name", summary->witness);
		for (int view = WITNESS_AGREES; view < WITNESS_COUNT; view++)
			json_put_int(part, witness_view_name((enum witness_view)view),
				     (int64_t)summary->witness_counts[view]);
		put_rulings(part, summary);
		json_put(root, "witness", part);
	}
	json_put_int(root, "planned", (int64_t)summary->planned);
	json_put_int(root, "skipped", (int64_t)summary->skipped);
	json_put_int(root, "errors", (int64_t)summary->errors);
	json_put(root, "rules", rule_totals(summary));
	json_put_int(root, "cached", (int64_t)summary->cache.cached);
	json_put(root, "cache", cache_node(&summary->cache));
	json_put(root, "artifacts", artifacts_node(&summary->artifacts));
	json_put_int(root, "aot_not_run", (int64_t)summary->aot.not_run);
	part = json_object();
	json_put_string(part, "mode", summary->aot.wish ? summary->aot.wish : "all");
	json_put_int(part, "budget_ms", summary->aot.budget_ms);
	json_put(root, "aot", part);
	json_put_bool(root, "complete", summary->complete);
	json_put_string(root, "stopped", summary->stopped);
	json_put_int(root, "signal", summary->signal);
	json_put_int(root, "wall_ms", summary->wall_ms);
	json_put_bool(root, "filed", summary->filed);
	json_put_string(root, "not_filed", summary->not_filed);
	json_put_string(root, "isolation", summary->isolation);
	json_put_string(root, "isolation_why", summary->step_down);
	json_put_int(root, "exit", summary->exit);
	return root;
}

void event_write(struct buf *out, const struct event *event)
{
	json_node *root = NULL;

	switch (event->kind) {
	case EVENT_START:
		root = start_node(&event->start);
		break;
	case EVENT_CASE:
		root = case_node(&event->one);
		break;
	case EVENT_ERROR:
		root = error_node(&event->error);
		break;
	case EVENT_FILED:
		root = filed_node(&event->filed);
		break;
	case EVENT_SUMMARY:
		root = summary_node(&event->summary);
		break;
	}
	json_write(out, root);
	buf_addc(out, '\n');
	json_node_free(root);
}
