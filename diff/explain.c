/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain: the block a person reads first. It says what differs, where, under which clause, what
 * the rules hid, and what to type next; it adds nothing that the judgement does not hold.
 */
#include "diff/explain.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"

enum { WIDTH_MIN = 40, ALSO_MAX = 8 };

struct page {
	struct buf *out;
	const struct judge *judge;
	const struct test_case *test;
	const struct judgement *judgement;
	const char *fp;
	bool color;
	size_t width;
};

static const char *paint(const struct page *p, const char *code)
{
	return p->color ? code : "";
}

#define RED    "\x1b[1;31m"
#define YELLOW "\x1b[1;33m"
#define GREEN  "\x1b[1;32m"
#define BOLD   "\x1b[1m"
#define DIM    "\x1b[2m"
#define PLAIN  "\x1b[0m"

static void add_head(const struct page *p)
{
	enum verdict verdict = p->judgement->verdict;
	const char *color = verdict_is_ok(verdict)            ? GREEN
			    : verdict == VERDICT_INCONCLUSIVE ? YELLOW
							      : RED;
	buf_addf(p->out, "%s%s%s: %s%s%s", paint(p, color), verdict_name(verdict), paint(p, PLAIN),
		 paint(p, BOLD), p->test->name, paint(p, PLAIN));
	if (p->test->path)
		buf_addf(p->out, " (%s)", p->test->path);
	buf_addc(p->out, '\n');
	if (p->judgement->why) {
		buf_adds(p->out, "  why      ");
		buf_add_escaped(p->out, slice_of(p->judgement->why));
		buf_addc(p->out, '\n');
	}
	if (p->judgement->witness_says)
		buf_addf(p->out, "  witness  %s\n", p->judgement->witness_says);
}

static void add_clause(const struct page *p, const char *id)
{
	const struct clause *clause = id && p->judge->spec ? spec_find(p->judge->spec, id) : NULL;
	buf_adds(p->out, "  clause   ");
	if (clause)
		buf_addf(p->out, "%s (%s:%zu, \"%s\")\n", id, clause->path, clause->line,
			 clause->title);
	else if (id)
		buf_addf(p->out, "%s\n", id);
	else
		buf_adds(p->out,
			 "none: no clause covers this, which is a gap of the specification\n");
}

/* Columns a piece of escaped text takes: its code points. */
static size_t columns(struct slice text)
{
	size_t count = 0;
	for (size_t i = 0; i < text.len; count++) {
		size_t step = utf8_length(text.ptr + i, text.len - i);
		i += step ? step : 1;
	}
	return count;
}

/* Keep the first `max` columns. */
static struct slice cut_columns(struct slice text, size_t max)
{
	size_t i = 0;
	for (size_t count = 0; i < text.len && count < max; count++) {
		size_t step = utf8_length(text.ptr + i, text.len - i);
		i += step ? step : 1;
	}
	return slice_make(text.ptr, i);
}

static struct slice skip_columns(struct slice text, size_t n)
{
	size_t skipped = cut_columns(text, n).len;
	return slice_make(text.ptr + skipped, text.len - skipped);
}

/* Do not part a UTF-8 sequence, or the escapes of both sides would differ before they differ. */
static size_t sequence_start(struct slice text, size_t at)
{
	size_t start = at;
	while (start > 0 && at - start < 3 && start < text.len &&
	       ((unsigned char)text.ptr[start] & 0xc0) == 0x80)
		start--;
	return start < text.len && utf8_length(text.ptr + start, text.len - start) > at - start
		       ? start
		       : at;
}

static size_t differ_at(struct slice a, struct slice b)
{
	size_t i = 0;
	while (i < a.len && i < b.len && a.ptr[i] == b.ptr[i])
		i++;
	size_t x = sequence_start(a, i);
	size_t y = sequence_start(b, i);
	return x < y ? x : y;
}

static void add_side(const struct page *p, const char *name, size_t name_width, struct slice text,
		     size_t skip, size_t room)
{
	CLEANUP(buf_done) struct buf escaped = BUF_INIT(0);
	buf_add_escaped(&escaped, text);
	struct slice shown = skip_columns(buf_slice(&escaped), skip);
	bool cut = columns(shown) > room;
	struct slice kept = cut_columns(shown, cut ? room - 3 : room);
	buf_addf(p->out, "    %-*s | %s%.*s%s\n", (int)name_width, name, skip ? "..." : "",
		 SLICE_ARG(kept), cut ? "..." : "");
}

/*
 * Both sides, and a caret under the first byte that differs. When it is too far to the right, both
 * sides lose the same start.
 */
static void add_sides(const struct page *p, const struct divergence *d)
{
	const char *left_name = d->left;
	const char *right_name = d->right;
	size_t name_width = strlen(left_name);
	name_width = strlen(right_name) > name_width ? strlen(right_name) : name_width;
	size_t frame = 4 + name_width + 3;
	size_t room = p->width > frame + 24 ? p->width - frame : 24;
	size_t at = differ_at(d->diff.left, d->diff.right);
	CLEANUP(buf_done) struct buf common = BUF_INIT(0);

	buf_add_escaped(&common, slice_make(d->diff.left.ptr, at));
	size_t column = columns(buf_slice(&common));
	size_t skip = column + 8 > room ? column - room / 3 : 0;
	size_t lead = skip ? 3 : 0;
	room -= lead;
	bool both = d->diff.kind != DIFF_MISSING && d->diff.kind != DIFF_EXTRA;
	if (d->diff.kind == DIFF_EXTRA)
		buf_addf(p->out, "    %-*s | %s(nothing)%s\n", (int)name_width, left_name,
			 paint(p, DIM), paint(p, PLAIN));
	else
		add_side(p, left_name, name_width, d->diff.left, skip, room);
	if (d->diff.kind == DIFF_MISSING)
		buf_addf(p->out, "    %-*s | %s(nothing)%s\n", (int)name_width, right_name,
			 paint(p, DIM), paint(p, PLAIN));
	else
		add_side(p, right_name, name_width, d->diff.right, skip, room);
	if (both && !slice_eq(d->diff.left, d->diff.right))
		buf_addf(p->out, "    %-*s | %*s%s^%s\n", (int)name_width, "",
			 (int)(column - skip + lead), "", paint(p, RED), paint(p, PLAIN));
}

static const char *kind_in_words(const struct divergence *d)
{
	switch (d->diff.kind) {
	case DIFF_MISSING:
		return "missing on the right";
	case DIFF_EXTRA:
		return "extra on the right";
	case DIFF_VALUE:
		return "another value";
	case DIFF_ORDER:
		return "the same parts in another order";
	case DIFF_TYPE:
		return "another kind of item";
	case DIFF_CLASS:
		return "another class";
	case DIFF_NATIVE_UNSUPPORTED:
		return "ran on the left, refused on the right";
	case DIFF_EXPECTATION:
		return "not what the specification or the case demands";
	case DIFF_WITNESS:
		return "only the witness differs";
	}
	return "";
}

static void add_backends(const struct page *p, const struct divergence *d)
{
	buf_addf(p->out, "  backends %s", d->left);
	if (d->diff.left_class)
		buf_addf(p->out, " [%s]", d->diff.left_class);
	buf_addf(p->out, " against %s", d->right);
	if (d->diff.right_class)
		buf_addf(p->out, " [%s]", d->diff.right_class);
	buf_addc(p->out, '\n');
}

static void add_divergence(const struct page *p, const struct divergence *d)
{
	add_clause(p, d->clause);
	add_backends(p, d);
	buf_addf(p->out, "  differs  %s%s%s: %s (%s)\n", paint(p, BOLD), d->diff.locus,
		 paint(p, PLAIN), kind_in_words(d), diff_kind_name(d->diff.kind));
	if (d->licence)
		buf_addf(p->out, "  licence  %s: %s\n", d->licence->id, d->licence->reason);
	buf_addc(p->out, '\n');
	add_sides(p, d);
	buf_addc(p->out, '\n');
}

static void add_others(const struct page *p)
{
	size_t len = p->judgement->divergence_len;
	for (size_t i = 1; i < len && i <= ALSO_MAX; i++) {
		const struct divergence *d = &p->judgement->divergences[i];
		buf_addf(p->out, "  also     %s against %s at %s: %s", d->left, d->right,
			 d->diff.locus, diff_kind_name(d->diff.kind));
		if (d->licence)
			buf_addf(p->out, " (licensed by %s)", d->licence->id);
		else if (d->clause && (!p->judgement->divergences[0].clause ||
				       strcmp(d->clause, p->judgement->divergences[0].clause) != 0))
			buf_addf(p->out, " (%s)", d->clause);
		buf_addc(p->out, '\n');
	}
	if (len > ALSO_MAX + 1)
		buf_addf(p->out, "  also     %zu more\n", len - ALSO_MAX - 1);
}

static void add_effects(const struct page *p)
{
	for (size_t i = 0; i < p->judgement->effect_len; i++) {
		const struct rule_effect *effect = &p->judgement->effects[i];
		if (effect->hits == 0)
			continue;
		buf_addf(p->out, "  rule     %s hid %zu byte%s on %s", effect->rule->id,
			 effect->masked_bytes, effect->masked_bytes == 1 ? "" : "s",
			 channel_name(effect->rule->channel));
		if (effect->flips)
			buf_addf(p->out, "; without it the verdict is '%s'",
				 verdict_name(effect->without));
		buf_addc(p->out, '\n');
	}
}

/* What a waiver can never cover is not offered one. */
static bool is_waivable(const struct judgement *judgement)
{
	if (judgement->verdict != VERDICT_DIVERGE || judgement->divergence_len == 0)
		return false;
	const struct difference *diff = &judgement->divergences[0].diff;
	bool crash = diff->channel == CHANNEL_EXIT &&
		     ((diff->left_class && strncmp(diff->left_class, "signal", 6) == 0) ||
		      (diff->right_class && strncmp(diff->right_class, "signal", 6) == 0));
	return !crash && diff->kind != DIFF_NATIVE_UNSUPPORTED;
}

static void add_commands(const struct page *p)
{
	const char *label = "next";
	if (p->fp) {
		buf_addf(p->out, "  %-8s parity show %.12s\n", label, p->fp);
		label = "";
	}
	buf_addf(p->out, "  %-8s parity run --filter 'name:%s'\n", label, p->test->name);
	if (p->fp && is_waivable(p->judgement))
		buf_addf(
			p->out,
			"  %-8s parity waive %.12s --owner NAME --reason TEXT --until YYYY-MM-DD\n",
			"", p->fp);
}

void explain_case(struct buf *out, const struct judge *judge, const struct test_case *test,
		  const struct judgement *judgement, const char *fp,
		  const struct explain_style *style)
{
	struct page page = {out, judge, test, judgement, fp, style->color, style->width};

	if (page.width < WIDTH_MIN)
		page.width = style->width ? WIDTH_MIN : 100;
	add_head(&page);
	if (judgement->divergence_len > 0)
		add_divergence(&page, &judgement->divergences[0]);
	else if (test->clause_len > 0)
		add_clause(&page, test->clauses[0]);
	add_others(&page);
	add_effects(&page);
	add_commands(&page);
}
