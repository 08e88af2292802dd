/* SPDX-License-Identifier: Apache-2.0 */
/* merge_read: one event stream, line by line. See merge.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "runner/merge.h"

/* Beyond any run, and sums of it stay numbers. */
enum { COUNT_MAX = 1000000000 };

/* Members that differ between two runs of the same thing, whatever object they stand in. */
static const char *const volatile_keys[] = {
	"run",           "at",           "jobs",          "shard",        "not_filed",
	"path",          "selected",     "skipped",       "wall_ms",      "build_ms",
	"run_ms",        "work_dir",     "cached",        "build_cached", "stdout_bytes",
	"stdout_sha256", "stderr_bytes", "stderr_sha256", "left",         "right",
	"masked_bytes",  "cache",        "history",       "shuffle",      NULL,
};

static bool is_volatile(const char *key)
{
	for (size_t i = 0; volatile_keys[i]; i++)
		if (strcmp(key, volatile_keys[i]) == 0)
			return true;
	return false;
}

json_node *merge_stable(const json_node *event)
{
	json_node *out;

	if (json_is_object(event)) {
		out = json_object();
		json_each (event, member)
			if (!is_volatile(json_key(member)))
				json_put(out, json_key(member), merge_stable(member));
		return out;
	}
	if (json_is_array(event)) {
		out = json_array();
		json_each (event, item)
			json_add(out, merge_stable(item));
		return out;
	}
	return json_copy(event);
}

static struct slice stable_line(struct merge *merge, const json_node *event)
{
	struct buf line = BUF_INIT(0);
	CLEANUP(json_node_freep) json_node *stable = merge_stable(event);
	struct slice kept;

	json_write_canonical(&line, stable);
	kept = arena_slice(&merge->arena, buf_slice(&line));
	buf_done(&line);
	return kept;
}

static const char *keep(struct merge *merge, const json_node *node)
{
	const char *text = json_string(node);

	return text ? arena_strdup(&merge->arena, text) : NULL;
}

static int64_t member_int(const json_node *object, const char *key)
{
	int64_t value = 0;

	if (!json_to_int(json_get(object, key), &value) || value < 0 || value > COUNT_MAX)
		return 0;
	return value;
}

/* --- the events of a stream ------------------------------------------------------------------- */

static int on_start(struct merge *merge, struct merge_part *part, const json_node *event,
		    struct error *err)
{
	const json_node *shard = json_get(event, "shard");

	if (part->facts.len)
		return error_input(err, "holds two runs");
	if (!json_is_object(json_get(event, "selection")))
		return error_input(err, "was written by a version without shards, run it again");
	part->facts = stable_line(merge, event);
	if (json_is_object(shard)) {
		part->shard.index = member_int(shard, "index");
		part->shard.count = member_int(shard, "count");
		if (part->shard.index < 1 || part->shard.count < part->shard.index ||
		    part->shard.count > SHARD_MAX)
			return error_input(err, "has a shard that cannot be");
	}
	merge->whole = member_int(json_get(event, "selection"), "cases");
	return 0;
}

static bool has_not_started(const json_node *event)
{
	json_each (json_get(event, "backends"), process) {
		const char *end = json_string(json_get(process, "end"));

		if (end && strcmp(end, end_name(END_NOT_STARTED)) == 0)
			return true;
	}
	return false;
}

/* Twice the same is once; twice and different is nobody's result. */
static int add_case(struct merge *merge, const struct merge_case *one, struct error *err)
{
	const char *key =
		arena_printf(&merge->arena, "%s%s", one->is_error ? "error:" : "", one->name);
	const size_t *at = map_get(&merge->names, key);

	if (!at) {
		(void)map_put(&merge->names, key,
			      arena_dup(&merge->arena, &merge->cases.len, sizeof(*at)));
		vec_push(&merge->cases, *one);
		return 0;
	}
	const struct merge_case *before = &merge->cases.items[*at];

	if (before->from == one->from)
		return error_input(err, "judges case '%s' twice", one->name);
	if (!slice_eq(before->line, one->line))
		return error_input(err, "judges case '%s' in another way than '%s' does", one->name,
				   before->from);
	return 0;
}

static int on_case(struct merge *merge, struct merge_part *part, const json_node *event,
		   struct error *err)
{
	const json_node *first = json_first(json_get(event, "divergences"));
	struct merge_case one = {.from = part->path};
	const char *fp;

	one.is_error = strcmp(json_string(json_get(event, "event")), "error") == 0;
	one.name = keep(merge, json_get(event, "case"));
	one.verdict = keep(merge, json_get(event, "verdict"));
	if (one.is_error && !one.name)
		one.name = "";
	if (!one.name || (!one.is_error && !one.verdict))
		return error_input(err, "has a case event without name or verdict");
	if (*one.name && !shard_has(&part->shard, one.name))
		return error_input(err, "judges case '%s', which is not of its shard", one.name);
	one.clause = keep(merge, json_get(first, "clause"));
	fp = json_string(json_get(first ? first : event, "fp"));
	one.fp = fp ? arena_strdup(&merge->arena, fp) : NULL;
	one.is_not_started = has_not_started(event);
	one.line = stable_line(merge, event);
	part->len++;
	return add_case(merge, &one, err);
}

static void add_rule(struct merge *merge, const json_node *rule)
{
	const char *id = json_string(json_get(rule, "rule"));
	struct merge_rule *total = NULL;

	if (!id)
		return;
	vec_each (&merge->rules, it)
		if (strcmp(it->id, id) == 0)
			total = it;
	if (!total) {
		vec_push(&merge->rules, (struct merge_rule){.id = arena_strdup(&merge->arena, id)});
		total = vec_last(&merge->rules);
	}
	total->hits += member_int(rule, "hits");
	total->cases += member_int(rule, "cases");
	total->flips += member_int(rule, "flips");
}

static int on_summary(struct merge *merge, struct merge_part *part, const json_node *event,
		      struct error *err)
{
	part->cases = member_int(event, "cases");
	part->planned = member_int(event, "planned");
	part->skipped = member_int(event, "skipped");
	part->errors = member_int(event, "errors");
	part->cached = member_int(event, "cached");
	part->aot_not_run = member_int(event, "aot_not_run");
	part->complete = json_true(json_get(event, "complete"));
	part->exit = (int)member_int(event, "exit");
	if (!part->facts.len)
		return error_input(err, "is of a run that did not start, mend it and run it again");
	if (part->cases + part->errors != (int64_t)part->len)
		return error_input(err, "holds %zu results where its summary counts %lld",
				   part->len, (long long)(part->cases + part->errors));
	/* Streams of one uncut selection say the same again. */
	if (part->shard.count || merge->parts.len == 0)
		json_each (json_get(event, "rules"), rule)
			add_rule(merge, rule);
	if (merge->backends.len == 0)
		json_each (json_get(event, "backends"), name)
			if (json_string(name))
				vec_push(&merge->backends, keep(merge, name));
	if (merge->channels.len == 0)
		json_each (json_get(event, "channels"), name)
			if (json_string(name))
				vec_push(&merge->channels, keep(merge, name));
	return 0;
}

static int on_line(struct merge *merge, struct merge_part *part, const struct json_doc *doc,
		   bool *ended, struct error *err)
{
	const char *schema = json_string(json_get(doc->root, "schema"));
	const char *kind = json_string(json_get(doc->root, "event"));

	if (!schema || strcmp(schema, "parity.event/1") != 0 || !kind)
		return error_input(err, "is no event stream of 'parity run --json'");
	if (*ended)
		return error_input(err, "goes on behind its summary");
	if (strcmp(kind, "start") == 0)
		return on_start(merge, part, doc->root, err);
	if (strcmp(kind, "case") == 0 || strcmp(kind, "error") == 0)
		return on_case(merge, part, doc->root, err);
	if (strcmp(kind, "summary") != 0)
		return 0;
	*ended = true;
	return on_summary(merge, part, doc->root, err);
}

static int read_lines(struct merge *merge, struct merge_part *part, FILE *file, struct error *err)
{
	CLEANUP(free_p) char *line = NULL;
	size_t room = 0;
	ssize_t len;
	bool ended = false;
	int r = 0;

	while (r == 0 && (len = getline(&line, &room, file)) >= 0) {
		CLEANUP(json_freep) struct json_doc *doc = NULL;

		r = json_parse(&doc, slice_make(line, (size_t)len), part->path, 0, err);
		if (r < 0)
			return error_wrap(err, r, "broken event stream");
		r = on_line(merge, part, doc, &ended, err);
		if (r < 0)
			return error_wrap(err, r, "%s", part->path);
	}
	if (ferror(file))
		return error_errno(err, errno, "cannot read '%s'", part->path);
	if (r == 0 && !ended)
		return error_input(err, "%s: ends without a summary, the run was cut off",
				   part->path);
	return r;
}

int merge_add_stream(struct merge *merge, FILE *file, const char *path, struct error *err)
{
	struct merge_part part = {.path = arena_strdup(&merge->arena, path),
				  .first = merge->cases.len};
	int r = read_lines(merge, &part, file, err);

	if (r == 0)
		vec_push(&merge->parts, part);
	return r;
}

int merge_add(struct merge *merge, const char *path, struct error *err)
{
	CLEANUP(fclose_p) FILE *file = fopen(path, "re");

	if (!file)
		return error_input(err, "cannot read '%s': %s", path, strerror(errno));
	return merge_add_stream(merge, file, path, err);
}
