/* SPDX-License-Identifier: Apache-2.0 */
/*
 * normalize: cuts a stream into items at the places that match.c found. Records keep every
 * projected byte; lines keep every byte but the masked ones; what an item means is left to
 * compare.c.
 */
#include "diff/normalize.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "diff/match.h"

#define ESCAPED "(escaped) "

struct normal_json {
	VEC(struct json_doc *) docs;
	VEC(json_node *) nodes;
};

struct reader {
	struct found found;
	struct slice stream;
	enum channel channel;
	struct arena *arena;
	struct normal_json *owned;
	VEC(struct item) items;
};

/* Different bytes give different text: what starts like escaped text is escaped too. */
static void put_text(json_node *record, const char *key, struct slice text)
{
	bool plain = utf8_is_valid(text) && !(text.len && memchr(text.ptr, '\0', text.len)) &&
		     !slice_starts(text, ESCAPED);
	CLEANUP(buf_done) struct buf out = BUF_INIT(0);

	if (plain) {
		buf_add_slice(&out, text);
	} else {
		buf_adds(&out, ESCAPED);
		buf_add_escaped(&out, text);
	}
	json_put_string(record, key, buf_str(&out));
}

static struct slice unescape_crlf(struct slice text, struct arena *arena)
{
	struct buf out = BUF_INIT(0);
	for (size_t i = 0; i < text.len; i++) {
		char next = i + 1 < text.len ? text.ptr[i + 1] : '\0';
		bool escape = text.ptr[i] == '\\' && (next == 'n' || next == 'r');
		buf_addc(&out, escape ? (next == 'n' ? '\n' : '\r') : text.ptr[i]);
		i += escape;
	}
	struct slice copy = arena_slice(arena, buf_slice(&out));
	buf_done(&out);
	return copy;
}

/* Only objects and arrays: a line "12" or "true" is text like any other. */
static const json_node *try_json(struct reader *r, struct slice text, bool only_object)
{
	struct json_doc *doc = NULL;
	struct slice trimmed = slice_trim(text);
	if (!slice_starts(trimmed, "{") && (only_object || !slice_starts(trimmed, "[")))
		return NULL;
	if (!json_try(&doc, trimmed, JSON_RAW_NUMBERS))
		return NULL;
	vec_push(&r->owned->docs, doc);
	return doc->root;
}

static void put_field(struct reader *r, json_node *record, const struct rule_group *group,
		      struct re_group at)
{
	struct slice text = found_text(&r->found, r->stream, at.start, at.end, false, r->arena);
	struct slice plain = group->unescape_crlf ? unescape_crlf(text, r->arena) : text;
	const json_node *json = NULL;

	/* As it stands first: in JSON text "\n" is JSON's own escape, not the envelope's. */
	if (group->json) {
		json = try_json(r, text, true);
		if (!json)
			json = try_json(r, plain, true);
	}
	if (json)
		json_put(record, group->name, json_copy(json));
	else
		put_text(record, group->name, plain);
}

static void add_record(struct reader *r, const struct record_span *span, size_t *at)
{
	const struct rule *rule = span->rule;
	json_node *record = json_object();

	vec_push(&r->owned->nodes, record);
	for (size_t i = 0; i < rule->set_len; i++)
		json_put_string(record, rule->set_keys[i], rule->set_values[i]);
	for (size_t i = 0; i < rule->group_len; i++) {
		enum group_use use = rule->groups[i].use;
		bool shown = use == GROUP_PROJECT || use == GROUP_EQUAL || span->broken[i];
		if (shown && span->groups[i].start != SIZE_MAX)
			put_field(r, record, &rule->groups[i], span->groups[i]);
	}
	struct item item = {.kind = ITEM_RECORD,
			    .raw = slice_make(r->stream.ptr + span->start, span->end - span->start),
			    .json = record,
			    .record = rule->record,
			    .rule = rule,
			    .start = span->start};
	*at = span->end;
	if (slice_ends(item.raw, "\n")) {
		item.has_newline = true;
		item.raw.len--;
	} else if (*at < r->stream.len && r->stream.ptr[*at] == '\n') {
		item.has_newline = true;
		(*at)++;
	}
	vec_push(&r->items, item);
}

static void add_line(struct reader *r, size_t start, size_t end, bool has_newline)
{
	struct item item = {.kind = ITEM_TEXT,
			    .raw = slice_make(r->stream.ptr + start, end - start),
			    .has_newline = has_newline,
			    .start = start};

	item.text = found_text(&r->found, r->stream, start, end, false, r->arena);
	item.rule = found_rule(&r->found, start, end);
	item.json = try_json(r, item.text, false);
	/* A mask where JSON had a number is no JSON until it is quoted. */
	if (!item.json && item.rule)
		item.json = try_json(
			r, found_text(&r->found, r->stream, start, end, true, r->arena), false);
	if (item.json)
		item.kind = ITEM_JSON;
	vec_push(&r->items, item);
}

static void add_lines(struct reader *r, size_t start, size_t end)
{
	while (start < end) {
		const char *lf = memchr(r->stream.ptr + start, '\n', end - start);
		size_t stop = lf ? (size_t)(lf - r->stream.ptr) : end;
		add_line(r, start, stop, lf != NULL);
		start = stop + (lf != NULL);
	}
}

static size_t item_at(const struct reader *r, size_t offset)
{
	size_t low = 0;
	size_t high = r->items.len;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (r->items.items[mid].start <= offset)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? low - 1 : 0;
}

static void add_hits(struct normal *out, const struct reader *r)
{
	size_t more = r->found.counts.len;
	struct rule_hit *hits = ARENA_ARRAY(r->arena, struct rule_hit, out->hit_len + more + 1);
	for (size_t i = 0; i < out->hit_len; i++)
		hits[i] = out->hits[i];
	for (size_t i = 0; i < more; i++) {
		const struct rule_count *count = &r->found.counts.items[i];
		hits[out->hit_len++] = (struct rule_hit){count->rule, r->channel, count->hits,
							 count->masked_bytes, count->overlaps};
	}
	out->hits = hits;
}

static void add_breaches(struct normal *out, const struct reader *r)
{
	size_t more = r->found.misfits.len;
	struct breach *all = ARENA_ARRAY(r->arena, struct breach, out->breach_len + more + 1);
	for (size_t i = 0; i < out->breach_len; i++)
		all[i] = out->breaches[i];
	for (size_t i = 0; i < more; i++) {
		const struct misfit *misfit = &r->found.misfits.items[i];
		size_t item = item_at(r, misfit->start);
		bool in_record = misfit->rule->record && item < r->items.len &&
				 r->items.items[item].rule == misfit->rule;
		all[out->breach_len++] =
			(struct breach){misfit->rule, misfit->group->name, r->channel,
					item,         in_record,           misfit->text};
	}
	out->breaches = all;
}

/* Reads one stream into `out`. */
static int read_stream(struct normal *out, enum channel channel, struct arena *arena,
		       struct error *err)
{
	struct reader r = {.channel = channel, .arena = arena, .owned = out->owned};
	int status = match_rules(&r.found, out->rules, out->obs, channel, out->skip, arena, err);
	if (status < 0)
		return error_wrap(err, status, "backend '%s', %s", out->obs->backend,
				  channel_name(channel));
	r.stream = normal_raw(out, channel);
	size_t at = 0;
	for (size_t i = 0; i < r.found.records.len; i++) {
		/* A record may have taken the line end that another one starts with. */
		if (r.found.records.items[i].start < at)
			continue;
		add_lines(&r, at, r.found.records.items[i].start);
		add_record(&r, &r.found.records.items[i], &at);
	}
	add_lines(&r, at, r.stream.len);

	/* One more than needed: an empty list has an address of its own too, which sharing goes by.
	 */
	struct item *items = ARENA_ARRAY(arena, struct item, r.items.len + 1);
	if (r.items.len > 0)
		memcpy(items, r.items.items, r.items.len * sizeof(*items));
	if (channel == CHANNEL_STDOUT) {
		out->out_items = items;
		out->out_len = r.items.len;
	} else {
		out->err_items = items;
		out->err_len = r.items.len;
	}
	add_hits(out, &r);
	add_breaches(out, &r);
	found_done(&r.found);
	vec_done(&r.items);
	return 0;
}

static void share_stream(struct normal *out, const struct normal *twin, enum channel channel,
			 struct arena *arena)
{
	struct reader r = {.channel = channel, .arena = arena};
	if (channel == CHANNEL_STDOUT) {
		out->out_items = twin->out_items;
		out->out_len = twin->out_len;
	} else {
		out->err_items = twin->err_items;
		out->err_len = twin->err_len;
	}
	for (size_t i = 0; i < twin->hit_len; i++)
		if (twin->hits[i].channel == channel)
			vec_push(&r.found.counts,
				 (struct rule_count){twin->hits[i].rule, twin->hits[i].hits,
						     twin->hits[i].masked_bytes,
						     twin->hits[i].overlaps});
	add_hits(out, &r);
	struct breach *all =
		ARENA_ARRAY(arena, struct breach, out->breach_len + twin->breach_len + 1);
	for (size_t i = 0; i < out->breach_len; i++)
		all[i] = out->breaches[i];
	for (size_t i = 0; i < twin->breach_len; i++)
		if (twin->breaches[i].channel == channel)
			all[out->breach_len++] = twin->breaches[i];
	out->breaches = all;
	found_done(&r.found);
}

static void find_error_class(struct normal *out)
{
	const struct item *streams[] = {out->err_items, out->out_items};
	size_t lens[] = {out->err_len, out->out_len};
	for (size_t s = 0; s < 2 && !out->error_class; s++)
		for (size_t i = 0; i < lens[s] && !out->error_class; i++)
			if (streams[s][i].kind == ITEM_RECORD &&
			    strcmp(streams[s][i].record, "error") == 0)
				out->error_class =
					json_string(json_get(streams[s][i].json, "class"));
}

/*
 * The same bytes, and no rule that speaks for one side alone finds anything in them. A limit met
 * while looking is no answer: then the stream is read, which reports it.
 */
static bool is_shared(const struct normal *a, const struct normal *b, enum channel channel)
{
	struct slice raw = normal_raw(a, channel);
	struct re_match match;

	if (!slice_eq(raw, normal_raw(b, channel)))
		return false;
	for (size_t i = 0; a->rules && i < a->rules->len; i++) {
		const struct rule *rule = &a->rules->rules[i];
		if (rule == a->skip || rule->channel != channel ||
		    rule_applies(rule, a->obs) == rule_applies(rule, b->obs))
			continue;
		if (re_match(rule->re, raw, 0, &match, NULL) != RE_NO_MATCH)
			return false;
	}
	return true;
}

static int normalize_with(struct normal *out, struct normal made, const struct normal *twin,
			  struct arena *arena, struct error *err)
{
	static const enum channel streams[] = {CHANNEL_STDOUT, CHANNEL_STDERR};
	int r = 0;

	made.owned = mem_zeroed(1, sizeof(*made.owned));
	for (size_t i = 0; i < 2 && r == 0; i++) {
		bool shared = twin && is_shared(&made, twin, streams[i]);
		if (shared)
			share_stream(&made, twin, streams[i], arena);
		else
			r = read_stream(&made, streams[i], arena, err);
	}
	if (r < 0) {
		normal_done(&made);
		return r;
	}
	find_error_class(&made);
	*out = made;
	return 0;
}

int normalize(struct normal *out, const struct rules *rules, const struct observation *obs,
	      const struct rule *skip, struct arena *arena, struct error *err)
{
	struct normal made = {.obs = obs, .rules = rules, .skip = skip};
	return normalize_with(out, made, NULL, arena, err);
}

int normalize_like(struct normal *out, const struct normal *twin, const struct observation *obs,
		   struct arena *arena, struct error *err)
{
	struct normal made = {.obs = obs, .rules = twin->rules, .skip = twin->skip};
	return normalize_with(out, made, twin, arena, err);
}

void normal_done(struct normal *normal)
{
	if (!normal || !normal->owned)
		return;
	vec_each (&normal->owned->docs, doc)
		json_free(*doc);
	vec_each (&normal->owned->nodes, node)
		json_node_free(*node);
	vec_done(&normal->owned->docs);
	vec_done(&normal->owned->nodes);
	free(normal->owned);
	*normal = (struct normal){0};
}

bool normal_same_rules(const struct normal *a, const struct normal *b, enum channel channel)
{
	bool out = channel == CHANNEL_STDOUT;
	if (a->rules != b->rules || a->skip != b->skip)
		return false;
	if (out ? a->out_items && a->out_items == b->out_items
		: a->err_items && a->err_items == b->err_items)
		return true;
	for (size_t i = 0; a->rules && i < a->rules->len; i++) {
		const struct rule *rule = &a->rules->rules[i];
		if (rule != a->skip && rule->channel == channel &&
		    rule_applies(rule, a->obs) != rule_applies(rule, b->obs))
			return false;
	}
	return true;
}

struct slice normal_raw(const struct normal *normal, enum channel channel)
{
	struct slice raw = channel == CHANNEL_STDOUT ? normal->obs->out : normal->obs->err;
	return raw.ptr ? raw : SLICE_EMPTY;
}
