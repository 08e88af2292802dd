/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match: one pass of each rule's pattern over the whole stream. A group outside its grammar is left
 * as it stands and remembered, so that it shows as a difference and against the specification.
 */
#include "diff/match.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

struct matcher {
	struct found *found;
	struct slice stream;
	struct arena *arena;
	struct error *err;
	size_t serial;
	VEC(struct edit) edits;          /* of the rule at work */
	VEC(struct record_span) records; /* of the rule at work */
};

/* An empty range occupies its place, so that two rules do not both write there. */
static bool overlaps(size_t a, size_t a_end, size_t b, size_t b_end)
{
	return a < (b_end > b ? b_end : b + 1) && b < (a_end > a ? a_end : a + 1);
}

static int fits(const struct rule_group *group, struct slice text, struct error *err)
{
	if (group->use == GROUP_VOLATILE) {
		struct re_match m;
		return re_match(group->grammar, text, 0, &m, err);
	}
	for (size_t i = 0; i < group->one_of_len; i++)
		if (slice_is(text, group->one_of[i]))
			return 0;
	return group->use == GROUP_ONE_OF ? RE_NO_MATCH : 0;
}

static bool is_masked(const struct rule_group *group)
{
	return group->use == GROUP_VOLATILE || group->use == GROUP_ONE_OF;
}

/* 0 fits, RE_NO_MATCH does not (and is remembered), negative on a limit. */
static int check_group(struct matcher *m, const struct rule *rule, const struct rule_group *group,
		       struct re_group at)
{
	struct slice text = slice_make(m->stream.ptr + at.start, at.end - at.start);
	int r = fits(group, text, m->err);
	if (r == RE_NO_MATCH)
		vec_push(&m->found->misfits, (struct misfit){at.start, text, rule, group});
	return r;
}

/* No record of an earlier rule there. They are sorted and disjoint: only the last before `at.end`
 * may reach in. */
static bool record_is_free(const struct found *found, struct re_group at)
{
	size_t low = 0;
	size_t high = found->records.len;
	size_t end = at.end > at.start ? at.end : at.start + 1;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (found->records.items[mid].start < end)
			low = mid + 1;
		else
			high = mid;
	}
	return low == 0 || !overlaps(at.start, at.end, found->records.items[low - 1].start,
				     found->records.items[low - 1].end);
}

static int add_record(struct matcher *m, const struct rule *rule, const struct re_match *match)
{
	struct re_group *groups = ARENA_ARRAY(m->arena, struct re_group, rule->group_len + 1);
	bool *broken = ARENA_ARRAY(m->arena, bool, rule->group_len + 1);

	if (!record_is_free(m->found, match->groups[0]))
		return RE_NO_MATCH;
	for (size_t i = 0; i < rule->group_len; i++) {
		groups[i] = match->groups[rule->groups[i].number];
		if (groups[i].start == SIZE_MAX || !is_masked(&rule->groups[i]))
			continue;
		int r = check_group(m, rule, &rule->groups[i], groups[i]);
		if (r < 0)
			return r;
		broken[i] = r == RE_NO_MATCH;
	}
	vec_push(&m->records, (struct record_span){match->groups[0].start, match->groups[0].end,
						   rule, groups, broken});
	return 0;
}

static int add_masks(struct matcher *m, const struct rule *rule, const struct re_match *match)
{
	for (size_t i = 0; i < rule->group_len; i++) {
		const struct rule_group *group = &rule->groups[i];
		struct re_group at = match->groups[group->number];
		if (at.start == SIZE_MAX || !is_masked(group))
			continue;
		int r = check_group(m, rule, group, at);
		if (r < 0)
			return r;
		if (r == RE_NO_MATCH)
			continue;
		char *text = arena_printf(m->arena, "<%s>", group->name);
		vec_push(&m->edits,
			 (struct edit){at.start, at.end, slice_of(text), rule, m->serial});
	}
	return 0;
}

/*
 * Where one part of an unordered text ends: at a line end when it has several lines, else at ", "
 * outside brackets and quotes.
 */
static size_t part_end(struct slice text, size_t from, bool lines)
{
	size_t depth = 0;
	char quote = '\0';

	for (size_t i = from; i < text.len; i++) {
		char c = text.ptr[i];
		if (lines) {
			if (c == '\n')
				return i;
		} else if (quote) {
			if (c == '\\')
				i++;
			else if (c == quote)
				quote = '\0';
		} else if (c == '"') {
			quote = c;
		} else if (strchr("([{", c) && c) {
			depth++;
		} else if (strchr(")]}", c) && c) {
			depth -= depth > 0;
		} else if (c == ',' && depth == 0 && i + 1 < text.len && text.ptr[i + 1] == ' ') {
			return i;
		}
	}
	return text.len;
}

static int by_bytes(const void *a, const void *b)
{
	const struct slice *x = a;
	const struct slice *y = b;
	size_t len = x->len < y->len ? x->len : y->len;
	int r = len ? memcmp(x->ptr, y->ptr, len) : 0;
	return r ? r : (x->len > y->len) - (x->len < y->len);
}

/* Each part's place gets the part that stands there in byte order; what separates them stays. */
static void add_sorted(struct matcher *m, const struct rule *rule, struct re_group at)
{
	struct slice text = slice_make(m->stream.ptr + at.start, at.end - at.start);
	bool lines = text.len && memchr(text.ptr, '\n', text.len) != NULL;
	VEC(struct slice) parts = {0};

	for (size_t i = 0; i < text.len;) {
		size_t end = part_end(text, i, lines);
		vec_push(&parts, slice_make(text.ptr + i, end - i));
		i = end + (lines ? 1 : 2);
	}
	struct slice *sorted = arena_dup(m->arena, parts.items, parts.len * sizeof(*sorted));
	if (parts.len > 1)
		qsort(sorted, parts.len, sizeof(*sorted), by_bytes);
	for (size_t i = 0; i < parts.len; i++) {
		size_t start = (size_t)(parts.items[i].ptr - m->stream.ptr);
		vec_push(&m->edits, (struct edit){start, start + parts.items[i].len, sorted[i],
						  rule, m->serial});
	}
	vec_done(&parts);
}

static void add_unordered(struct matcher *m, const struct rule *rule, const struct re_match *match)
{
	bool any = false;
	for (size_t i = 0; i < rule->group_len; i++) {
		struct re_group at = match->groups[rule->groups[i].number];
		if (rule->groups[i].use != GROUP_EQUAL)
			continue;
		any = true;
		if (at.start != SIZE_MAX)
			add_sorted(m, rule, at);
	}
	if (!any)
		add_sorted(m, rule, match->groups[0]);
}

static size_t hidden_bytes(const struct record_span *record)
{
	size_t shown = 0;
	for (size_t i = 0; i < record->rule->group_len; i++) {
		bool masked = is_masked(&record->rule->groups[i]) && !record->broken[i];
		if (!masked && record->groups[i].start != SIZE_MAX)
			shown += record->groups[i].end - record->groups[i].start;
	}
	size_t all = record->end - record->start;
	return all > shown ? all - shown : 0;
}

static int edit_by_start(const void *a, const void *b)
{
	const struct edit *x = a;
	const struct edit *y = b;
	return x->start != y->start ? (x->start > y->start) - (x->start < y->start)
				    : (x->match > y->match) - (x->match < y->match);
}

static int record_by_start(const void *a, const void *b)
{
	const struct record_span *x = a;
	const struct record_span *y = b;
	return (x->start > y->start) - (x->start < y->start);
}

/* First edit at or behind `start`. */
static size_t lower_bound(const struct edit *edits, size_t len, size_t start)
{
	size_t low = 0;
	while (low < len) {
		size_t mid = low + (len - low) / 2;
		if (edits[mid].start < start)
			low = mid + 1;
		else
			len = mid;
	}
	return low;
}

static bool is_free(const struct found *found, const struct edit *edit)
{
	size_t i = lower_bound(found->edits.items, found->edits.len, edit->start);
	if (i < found->edits.len && overlaps(edit->start, edit->end, found->edits.items[i].start,
					     found->edits.items[i].end))
		return false;
	return i == 0 || !overlaps(edit->start, edit->end, found->edits.items[i - 1].start,
				   found->edits.items[i - 1].end);
}

/* Join what the rule at work found to what earlier rules found, which have the first right. */
static void commit(struct matcher *m, const struct rule *rule, struct rule_count *count)
{
	struct found *found = m->found;
	size_t settled = found->edits.len;
	size_t last_end = 0;
	size_t last_match = 0;
	struct found before = *found;

	before.edits.len = settled;
	if (m->edits.len > 1)
		qsort(m->edits.items, m->edits.len, sizeof(struct edit), edit_by_start);
	for (size_t i = 0; i < m->edits.len; i++) {
		const struct edit *edit = &m->edits.items[i];
		before.edits.items = found->edits.items;
		bool inside = found->edits.len > settled && edit->start < last_end;
		if (inside || !is_free(&before, edit)) {
			count->overlaps++;
			continue;
		}
		bool changes = !slice_eq(edit->text, slice_make(m->stream.ptr + edit->start,
								edit->end - edit->start));
		count->masked_bytes += changes ? edit->end - edit->start : 0;
		count->hits += edit->match != last_match;
		last_match = edit->match;
		last_end = edit->end > edit->start ? edit->end : edit->start + 1;
		vec_push(&found->edits, *edit);
	}
	for (size_t i = 0; i < m->records.len; i++) {
		count->hits++;
		count->masked_bytes += hidden_bytes(&m->records.items[i]);
		vec_push(&found->records, m->records.items[i]);
	}
	if (found->edits.len > settled && settled > 0)
		qsort(found->edits.items, found->edits.len, sizeof(struct edit), edit_by_start);
	if (found->records.len > 1)
		qsort(found->records.items, found->records.len, sizeof(struct record_span),
		      record_by_start);
	vec_clear(&m->edits);
	vec_clear(&m->records);
	if (count->hits || count->overlaps)
		vec_push(&found->counts, *count);
}

static int match_rule(struct matcher *m, const struct rule *rule)
{
	struct rule_count count = {.rule = rule};
	struct re_match match;

	for (size_t at = 0; at <= m->stream.len;) {
		int r = re_match(rule->re, m->stream, at, &match, m->err);
		if (r == RE_NO_MATCH)
			break;
		if (r < 0)
			return error_wrap(m->err, r, "rule '%s'", rule->id);
		/* \K in a look-around may hand out ranges that run backwards: no place to act on.
		 */
		size_t start = match.groups[0].start;
		size_t end = match.groups[0].end;
		if (start < at || end < start) {
			at++;
			continue;
		}
		m->serial++;
		if (rule->record)
			r = add_record(m, rule, &match);
		else
			r = add_masks(m, rule, &match);
		if (r < 0)
			return error_wrap(m->err, r, "rule '%s'", rule->id);
		count.overlaps += r == RE_NO_MATCH;
		if (rule->unordered)
			add_unordered(m, rule, &match);
		at = end > start ? end : end + 1;
	}
	commit(m, rule, &count);
	return 0;
}

static bool continues_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '.';
}

/*
 * The run's own folder is our choice and another one for every run, so no rule of the language
 * could speak of it: it always reads as "${dir}". As first claim, before the rules.
 */
static void find_work_dir(struct matcher *m, const char *dir)
{
	size_t len = dir ? strlen(dir) : 0;
	const char *end = m->stream.ptr + m->stream.len;
	const char *at = m->stream.ptr;

	if (len < 2 || dir[0] != '/')
		return;
	while ((at = memmem(at, (size_t)(end - at), dir, len))) {
		size_t start = (size_t)(at - m->stream.ptr);
		at += len;
		if (at == end || !continues_name(*at))
			vec_push(&m->found->edits,
				 (struct edit){start, start + len, slice_of("${dir}"), NULL, 0});
	}
}

int match_rules(struct found *out, const struct rules *rules, const struct observation *obs,
		enum channel channel, const struct rule *skip, struct arena *arena,
		struct error *err)
{
	struct matcher m = {.found = out, .arena = arena, .err = err};
	int r = 0;

	*out = (struct found){0};
	m.stream = channel == CHANNEL_STDOUT ? obs->out : obs->err;
	if (!m.stream.ptr)
		m.stream = SLICE_EMPTY;
	find_work_dir(&m, obs->work_dir);
	for (size_t i = 0; rules && i < rules->len && r >= 0; i++) {
		const struct rule *rule = &rules->rules[i];
		if (rule != skip && rule->channel == channel && rule_applies(rule, obs))
			r = match_rule(&m, rule);
	}
	vec_done(&m.edits);
	vec_done(&m.records);
	if (r < 0)
		found_done(out);
	return r;
}

void found_done(struct found *found)
{
	vec_done(&found->edits);
	vec_done(&found->records);
	vec_done(&found->misfits);
	vec_done(&found->counts);
}

/* A scalar of JSON without quotes, such as a number: what stands around it tells. */
static bool is_bare(struct slice stream, const struct edit *edit)
{
	size_t before = edit->start;
	size_t after = edit->end;
	while (before > 0 && stream.ptr[before - 1] == ' ')
		before--;
	while (after < stream.len && stream.ptr[after] == ' ')
		after++;
	char open = before > 0 ? stream.ptr[before - 1] : '\0';
	char close = after < stream.len ? stream.ptr[after] : '\0';
	return (open == ':' || open == ',' || open == '[') &&
	       (close == ',' || close == ']' || close == '}');
}

struct slice found_text(const struct found *found, struct slice stream, size_t start, size_t end,
			bool quoted, struct arena *arena)
{
	size_t i = lower_bound(found->edits.items, found->edits.len, start);
	struct buf text = BUF_INIT(0);
	size_t at = start;

	for (; i < found->edits.len && found->edits.items[i].start <= end; i++) {
		const struct edit *edit = &found->edits.items[i];
		if (edit->end > end)
			continue;
		buf_add(&text, stream.ptr + at, edit->start - at);
		const char *quote = quoted && is_bare(stream, edit) ? "\"" : "";
		buf_adds(&text, quote);
		buf_add_slice(&text, edit->text);
		buf_adds(&text, quote);
		at = edit->end;
	}
	/* Untouched, or touched by nothing but empty parts. */
	struct slice out = slice_make(stream.ptr + start, end - start);
	if (at != start || text.len > 0) {
		buf_add(&text, stream.ptr + at, end - at);
		out = arena_slice(arena, buf_slice(&text));
	}
	buf_done(&text);
	return out;
}

const struct rule *found_rule(const struct found *found, size_t start, size_t end)
{
	const struct rule *rule = NULL;
	size_t i = lower_bound(found->edits.items, found->edits.len, start);
	for (; i < found->edits.len && found->edits.items[i].start <= end; i++)
		if (found->edits.items[i].end <= end)
			rule = found->edits.items[i].rule;
	return rule;
}
