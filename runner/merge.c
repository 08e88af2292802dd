/* SPDX-License-Identifier: Apache-2.0 */
/* merge: from checked parts to one whole. See merge.h; merge_read.c reads the streams. */
#include "runner/merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/mem.h"
#include "runner/run.h"

void merge_done(struct merge *merge)
{
	vec_done(&merge->cases);
	vec_done(&merge->parts);
	vec_done(&merge->rules);
	vec_done(&merge->backends);
	vec_done(&merge->channels);
	map_done(&merge->names);
	arena_done(&merge->arena);
}

/* --- is it one whole? ------------------------------------------------------------------------- */

/* Name the first fact in which two parts differ: that is what has to be mended. */
static int complain_of_facts(const struct merge_part *a, const struct merge_part *b,
			     struct error *err)
{
	CLEANUP(json_freep) struct json_doc *left = NULL;
	CLEANUP(json_freep) struct json_doc *right = NULL;

	if (!json_try(&left, a->facts, JSON_RAW_NUMBERS) ||
	    !json_try(&right, b->facts, JSON_RAW_NUMBERS))
		return error_fault(err, "facts of '%s' cannot be read again", a->path);
	json_each (left->root, member) {
		struct buf one = BUF_INIT(0);
		struct buf other = BUF_INIT(0);
		bool same;

		json_write_canonical(&one, member);
		if (json_get(right->root, json_key(member)))
			json_write_canonical(&other, json_get(right->root, json_key(member)));
		same = slice_eq(buf_slice(&one), buf_slice(&other));
		buf_done(&one);
		buf_done(&other);
		if (!same)
			return error_input(err, "%s: has another %s than '%s'", b->path,
					   json_key(member), a->path);
	}
	return error_input(err, "%s: says more of its run than '%s'", b->path, a->path);
}

static int check_facts(const struct merge *merge, struct error *err)
{
	const struct merge_part *first = merge->parts.items;

	vec_each (&merge->parts, part) {
		if (part->shard.count != first->shard.count)
			return error_input(err, "%s: is one of %lld shards, '%s' one of %lld",
					   part->path, (long long)part->shard.count, first->path,
					   (long long)first->shard.count);
		if (!slice_eq(part->facts, first->facts))
			return complain_of_facts(first, part, err);
	}
	return 0;
}

static int check_shards(const struct merge *merge, struct error *err)
{
	int64_t count = merge->parts.items[0].shard.count;
	CLEANUP(free_p) const char **seen = mem_zeroed((size_t)count + 1, sizeof(*seen));

	if (count == 0)
		return 0;
	vec_each (&merge->parts, part) {
		const char **slot = &seen[part->shard.index];

		if (*slot)
			return error_input(err, "%s: shard %lld/%lld stands in '%s' already",
					   part->path, (long long)part->shard.index,
					   (long long)count, *slot);
		*slot = part->path;
	}
	for (int64_t i = 1; i <= count; i++)
		if (!seen[i])
			return error_input(err, "shard %lld/%lld is missing", (long long)i,
					   (long long)count);
	return 0;
}

/* --- sums ------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	const struct merge_case *left = a;
	const struct merge_case *right = b;
	int order = strcmp(left->name, right->name);

	return order ? order : left->is_error - right->is_error;
}

static int by_path_id(const void *a, const void *b)
{
	return strcmp(((const struct merge_rule *)a)->id, ((const struct merge_rule *)b)->id);
}

static int count_cases(struct merge *merge, bool *not_started, struct error *err)
{
	vec_each (&merge->cases, one) {
		int v = 0;

		*not_started = *not_started || one->is_not_started;
		if (one->is_error) {
			merge->errors++;
			continue;
		}
		while (v < VERDICT_COUNT &&
		       strcmp(verdict_name((enum verdict)v), one->verdict) != 0)
			v++;
		if (v == VERDICT_COUNT)
			return error_input(err, "%s: unknown verdict '%s' of case '%s'", one->from,
					   one->verdict, one->name);
		merge->counts[v]++;
		merge->judged++;
	}
	return 0;
}

static int exit_code(const struct merge *merge, bool not_started)
{
	for (int v = 0; v < VERDICT_COUNT; v++)
		if (merge->counts[v] && !verdict_is_ok((enum verdict)v) &&
		    v != VERDICT_INCONCLUSIVE)
			return RUN_EXIT_DIVERGED;
	if (merge->errors || not_started)
		return RUN_EXIT_FAULT;
	if (merge->counts[VERDICT_INCONCLUSIVE] || !merge->complete)
		return RUN_EXIT_INCOMPLETE;
	return merge->judged ? RUN_EXIT_OK : RUN_EXIT_NOTHING;
}

/* Streams of one uncut selection overlap wholly; what one accounts for, all do. */
static void add_parts(struct merge *merge)
{
	bool is_cut = merge->parts.items[0].shard.count > 0;

	merge->complete = is_cut;
	vec_each (&merge->parts, part) {
		if (is_cut) {
			merge->planned += part->planned;
			merge->skipped += part->skipped;
			merge->complete = merge->complete && part->complete;
		} else {
			merge->planned = part->planned;
			merge->skipped = part->skipped;
			merge->complete = merge->complete || part->complete;
		}
		merge->cached += part->cached;
		merge->aot_not_run += part->aot_not_run;
	}
}

int merge_finish(struct merge *merge, struct error *err)
{
	bool not_started = false;
	int r;

	if (merge->parts.len == 0)
		return error_input(err, "nothing to merge");
	r = check_facts(merge, err);
	if (r == 0)
		r = check_shards(merge, err);
	if (r < 0)
		return r;
	add_parts(merge);
	if (merge->planned + merge->skipped != merge->whole)
		return error_input(err, "the parts account for %lld of %lld selected cases",
				   (long long)(merge->planned + merge->skipped),
				   (long long)merge->whole);
	r = count_cases(merge, &not_started, err);
	if (r < 0)
		return r;
	if ((int64_t)merge->judged == merge->planned && merge->errors == 0)
		merge->complete = true;
	if (merge->complete && (int64_t)merge->judged != merge->planned)
		return error_input(err, "%lld of %lld cases have no result",
				   (long long)(merge->planned - (int64_t)merge->judged),
				   (long long)merge->planned);
	if (merge->cases.len)
		qsort(merge->cases.items, merge->cases.len, sizeof(*merge->cases.items), by_name);
	if (merge->rules.len)
		qsort(merge->rules.items, merge->rules.len, sizeof(*merge->rules.items),
		      by_path_id);
	merge->exit = exit_code(merge, not_started);
	return 0;
}

/* --- the ordered result ----------------------------------------------------------------------- */

static json_node *names_node(const char *const *names, size_t len)
{
	json_node *list = json_array();

	for (size_t i = 0; i < len; i++)
		json_add_string(list, names[i]);
	return list;
}

static json_node *summary_node(const struct merge *merge)
{
	json_node *root = json_object();
	json_node *part = json_object();

	json_put_string(root, "schema", "parity.event/1");
	json_put_string(root, "event", "summary");
	json_put_int(root, "cases", (int64_t)merge->judged);
	for (int v = 0; v < VERDICT_COUNT; v++)
		json_put_int(part, verdict_name((enum verdict)v), (int64_t)merge->counts[v]);
	json_put(root, "verdicts", part);
	json_put(root, "backends", names_node(merge->backends.items, merge->backends.len));
	json_put(root, "channels", names_node(merge->channels.items, merge->channels.len));
	json_put_int(root, "planned", merge->planned);
	json_put_int(root, "skipped", merge->skipped);
	json_put_int(root, "errors", merge->errors);
	part = json_array();
	vec_each (&merge->rules, rule) {
		json_node *node = json_object();

		json_put_string(node, "rule", rule->id);
		json_put_int(node, "hits", rule->hits);
		json_put_int(node, "cases", rule->cases);
		json_put_int(node, "flips", rule->flips);
		json_add(part, node);
	}
	json_put(root, "rules", part);
	json_put_bool(root, "complete", merge->complete);
	json_put_int(root, "exit", merge->exit);
	return root;
}

void merge_write(struct buf *out, const struct merge *merge)
{
	CLEANUP(json_node_freep) json_node *summary = summary_node(merge);

	buf_add_slice(out, merge->parts.items[0].facts);
	buf_addc(out, '\n');
	vec_each (&merge->cases, one) {
		buf_add_slice(out, one->line);
		buf_addc(out, '\n');
	}
	json_write_canonical(out, summary);
	buf_addc(out, '\n');
}
