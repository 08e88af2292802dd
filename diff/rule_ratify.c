/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule_ratify: the one writer of rule files. It edits the text, not a tree, so that the layout a
 * person gave the file survives; the file is known to be valid JSON before the text is walked.
 */
#include "diff/rule.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"

struct range {
	size_t start;
	size_t end;
};

static size_t skip_blanks(struct slice text, size_t at)
{
	while (at < text.len && text.ptr[at] && strchr(" \t\r\n", text.ptr[at]))
		at++;
	return at;
}

static size_t skip_string(struct slice text, size_t at)
{
	for (at++; at < text.len && text.ptr[at] != '"'; at++)
		at += text.ptr[at] == '\\';
	return at + 1;
}

/* Behind the value that starts at `at`. */
static size_t skip_value(struct slice text, size_t at)
{
	size_t depth = 0;
	while (at < text.len) {
		char c = text.ptr[at];
		if (c == '"') {
			at = skip_string(text, at);
			if (depth == 0)
				return at;
			continue;
		}
		if (depth == 0 && c && strchr(",]} \t\r\n", c))
			return at;
		depth += c == '{' || c == '[';
		at++;
		if (c == '}' || c == ']') {
			depth--;
			if (depth == 0)
				return at;
		}
	}
	return text.len;
}

/* The value of a member; `object` is the range of an object with its braces. */
static bool find_member(struct slice text, struct range object, const char *key, struct range *out)
{
	size_t at = skip_blanks(text, object.start + 1);
	while (at < object.end && text.ptr[at] == '"') {
		size_t key_end = skip_string(text, at);
		struct slice name = slice_make(text.ptr + at + 1, key_end - at - 2);
		size_t value = skip_blanks(text, skip_blanks(text, key_end) + 1);
		size_t end = skip_value(text, value);
		if (slice_is(name, key)) {
			*out = (struct range){value, end};
			return true;
		}
		at = skip_blanks(text, end);
		if (at < object.end && text.ptr[at] == ',')
			at = skip_blanks(text, at + 1);
	}
	return false;
}

static bool find_rule(struct slice text, size_t index, struct range *out)
{
	struct range all = {skip_blanks(text, 0), text.len};
	struct range list;
	if (!find_member(text, all, "rules", &list))
		return false;
	size_t at = skip_blanks(text, list.start + 1);
	for (size_t i = 0; at < list.end && text.ptr[at] == '{'; i++) {
		struct range rule = {at, skip_value(text, at)};
		if (i == index) {
			*out = rule;
			return true;
		}
		at = skip_blanks(text, rule.end);
		if (at < list.end && text.ptr[at] == ',')
			at = skip_blanks(text, at + 1);
	}
	return false;
}

/* Line break and indentation in front of `at`, or one blank when it does not start its line. */
static struct slice lead_of(struct slice text, size_t at)
{
	size_t start = at;
	while (start > 0 && (text.ptr[start - 1] == ' ' || text.ptr[start - 1] == '\t'))
		start--;
	if (start > 0 && text.ptr[start - 1] == '\n')
		return slice_make(text.ptr + start - 1, at - start + 1);
	return slice_of(" ");
}

static void add_entry(struct buf *out, const char *reason)
{
	char now[CLOCK_ISO_SIZE];
	clock_format_iso(now, clock_wall_ms());
	buf_addf(out, "{\"on\": \"%.10s\", \"reason\": ", now);
	json_write_string(out, slice_of(reason));
	buf_addc(out, '}');
}

/* `text` with the hash replaced and the entry added; everything else is copied. */
static bool rewrite(struct buf *out, struct slice text, size_t index, const char *sha256,
		    const char *reason)
{
	struct range rule;
	struct range hash;
	struct range list = {0, 0};

	if (!find_rule(text, index, &rule) || !find_member(text, rule, "clause_sha256", &hash))
		return false;
	bool listed = find_member(text, rule, "ratified", &list);
	CLEANUP(buf_done) struct buf entry = BUF_INIT(0);
	add_entry(&entry, reason);

	CLEANUP(buf_done) struct buf first = BUF_INIT(0);
	buf_addf(&first, "\"%s\"", sha256);
	if (!listed) {
		/* The key's own line start: behind the blanks and before the opening quote. */
		size_t key = hash.start;
		while (key > rule.start && text.ptr[key] != ':')
			key--;
		key -= strlen("\"clause_sha256\"");
		while (key > rule.start && text.ptr[key] != '"')
			key--;
		buf_addc(&first, ',');
		buf_add_slice(&first, lead_of(text, key));
		buf_addf(&first, "\"ratified\": [%s]", buf_str(&entry));
		buf_add(out, text.ptr, hash.start);
		buf_add_slice(out, buf_slice(&first));
		buf_add(out, text.ptr + hash.end, text.len - hash.end);
		return true;
	}
	size_t close = list.end - 1;
	bool empty = skip_blanks(text, list.start + 1) == close;
	while (!empty && strchr(" \t\r\n", text.ptr[close - 1]))
		close--;
	CLEANUP(buf_done) struct buf second = BUF_INIT(0);
	buf_addf(&second, "%s%s", empty ? "" : ", ", buf_str(&entry));
	struct range a = hash;
	struct range b = {close, close};
	bool swapped = b.start < a.start;
	const struct buf *texts[] = {swapped ? &second : &first, swapped ? &first : &second};
	struct range places[] = {swapped ? b : a, swapped ? a : b};
	size_t at = 0;
	for (size_t i = 0; i < 2; i++) {
		buf_add(out, text.ptr + at, places[i].start - at);
		buf_add_slice(out, buf_slice(texts[i]));
		at = places[i].end;
	}
	buf_add(out, text.ptr + at, text.len - at);
	return true;
}

static int check(const struct rules *rules, const char *id, const struct spec *spec,
		 const char *reason, struct error *err)
{
	const struct rule *rule = rules_find(rules, id);
	if (!rule)
		return error_input(err, "%s: no rule '%s', list them with: parity rules list",
				   rules->path, id);
	if (!reason || slice_trim(slice_of(reason)).len == 0)
		return error_input(err,
				   "%s:%zu: rule '%s' cannot be ratified without a reason, give "
				   "one with --reason '...'",
				   rules->path, rule->line, id);
	const struct clause *clause = spec_find(spec, rule->clause);
	if (!rule_stands_in(rule, clause))
		return error_input(err,
				   "%s:%zu: template of rule '%s' does not stand in clause '%s' "
				   "(%s:%zu), give the rule the clause's present wording first",
				   rules->path, rule->line, id, rule->clause, clause->path,
				   clause->line);
	if (!rule_is_stale(rule, spec))
		return error_input(err,
				   "%s:%zu: rule '%s' is not stale, there is nothing to ratify",
				   rules->path, rule->line, id);
	return 0;
}

int rules_ratify(const char *path, const char *id, const struct spec *spec, const char *reason,
		 struct error *err)
{
	CLEANUP(rules_freep) struct rules *rules = NULL;
	CLEANUP(json_freep) struct json_doc *proof = NULL;
	CLEANUP(buf_done) struct buf out = BUF_INIT(0);

	int r = rules_load(&rules, path, spec, true, err);
	if (r == 0)
		r = check(rules, id, spec, reason, err);
	if (r < 0)
		return r;
	const struct rule *rule = rules_find(rules, id);
	struct slice text = slice_make(rules->doc->text, rules->doc->len);
	const char *sha256 = spec_find(spec, rule->clause)->sha256;
	if (!rewrite(&out, text, (size_t)(rule - rules->rules), sha256, reason))
		return error_input(
			err, "%s:%zu: rule '%s' writes its keys with escapes, write them plain",
			path, rule->line, id);
	r = json_parse(&proof, buf_slice(&out), path, 0, err);
	return r < 0 ? r : file_replace(path, buf_slice(&out), err);
}
