/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare_stream: two streams of items. What is equal at both ends is put aside, the rest is
 * aligned, so that a lost line is one missing item and not a difference in every line behind it.
 */
#include "diff/compare_internal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

/* Beyond this many cells items are paired by index: the first difference stays right. */
enum { ALIGN_CELLS_MAX = 1 << 18 };

struct pairing {
	struct diff_list *list;
	enum channel channel;
	const struct item *left;
	const struct item *right;
	bool text_listed;
};

static bool contents_equal(const struct item *a, const struct item *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == ITEM_RECORD ? records_equal(a, b) : slice_eq(a->text, b->text);
}

static bool items_equal(const struct item *a, const struct item *b)
{
	return a->has_newline == b->has_newline && contents_equal(a, b);
}

static const char *item_locus(const struct pairing *p, size_t i)
{
	return arena_printf(p->list->arena, "%s[%zu]", channel_name(p->channel), i);
}

/* A record is named by its kind too, so that licences can speak of it: "stderr[2]/error". */
static const char *named_locus(const struct pairing *p, const struct item *item, size_t i)
{
	const char *locus = item_locus(p, i);
	if (item->kind != ITEM_RECORD)
		return locus;
	return arena_printf(p->list->arena, "%s/%s", locus, item->record);
}

/* What people are shown of an item: a record as it was printed, a line as it was compared. */
static struct slice shown(const struct item *item)
{
	return item->kind == ITEM_RECORD ? item->raw : item->text;
}

/* With the line end, so that its absence can be seen. */
static struct slice shown_line(const struct item *item, struct arena *arena)
{
	struct slice text = shown(item);
	if (!item->has_newline)
		return text;
	char *line = arena_alloc(arena, text.len + 2);
	if (text.len)
		memcpy(line, text.ptr, text.len);
	line[text.len] = '\n';
	return slice_make(line, text.len + 1);
}

static void add_alone(struct pairing *p, const struct item *item, size_t i, bool on_left)
{
	if (item->kind == ITEM_TEXT && p->text_listed)
		return;
	p->text_listed = p->text_listed || item->kind == ITEM_TEXT;
	struct difference difference = {.channel = p->channel,
					.kind = on_left ? DIFF_MISSING : DIFF_EXTRA,
					.locus = named_locus(p, item, i),
					.left = SLICE_EMPTY,
					.right = SLICE_EMPTY,
					.rule = item->rule};
	struct slice text = excerpt(shown(item), 0, p->list->arena);
	if (on_left)
		difference.left = text;
	else
		difference.right = text;
	diff_add(p->list, difference);
}

static void add_line(struct pairing *p, enum diff_kind kind, size_t i, const struct item *a,
		     const struct item *b)
{
	bool text = a->kind == ITEM_TEXT || b->kind == ITEM_TEXT;
	if (text && p->text_listed)
		return;
	p->text_listed = p->text_listed || text;
	struct difference difference = {.channel = p->channel,
					.kind = kind,
					.locus = item_locus(p, i),
					.rule = a->rule ? a->rule : b->rule};
	excerpt_pair(&difference, shown(a), shown(b), p->list->arena);
	diff_add(p->list, difference);
}

static void add_newline(struct pairing *p, size_t i, const struct item *a, const struct item *b)
{
	struct difference difference = {.channel = p->channel,
					.kind = DIFF_VALUE,
					.locus = item_locus(p, i),
					.rule = a->rule ? a->rule : b->rule};
	struct arena *arena = p->list->arena;
	struct slice left = shown(a);
	struct slice right = shown(b);
	/* Cut to the same window first, then the line end, which is the difference. */
	difference.left = excerpt(left, left.len, arena);
	difference.right = excerpt(right, right.len, arena);
	struct item x = {.text = difference.left, .has_newline = a->has_newline};
	struct item y = {.text = difference.right, .has_newline = b->has_newline};
	difference.left = shown_line(&x, arena);
	difference.right = shown_line(&y, arena);
	p->text_listed = true;
	diff_add(p->list, difference);
}

static void add_pair(struct pairing *p, size_t i, size_t k)
{
	const struct item *a = &p->left[i];
	const struct item *b = &p->right[k];
	struct node_place place = {p->channel, NULL, a->rule ? a->rule : b->rule};

	if (contents_equal(a, b)) {
		if (a->has_newline != b->has_newline)
			add_newline(p, i, a, b);
		return;
	}
	place.locus = named_locus(p, a, i);
	if (a->kind != b->kind)
		add_line(p, DIFF_TYPE, i, a, b);
	else if (a->kind == ITEM_TEXT)
		add_line(p, DIFF_VALUE, i, a, b);
	else if (a->kind == ITEM_RECORD)
		compare_records(p->list, &place, a, b);
	else if (nodes_equal(a->json, b->json))
		compare_spelling(p->list, &place, a, b);
	else
		compare_nodes(p->list, &place, a->json, b->json);
}

static int by_bytes(const void *a, const void *b)
{
	const struct slice *x = a;
	const struct slice *y = b;
	size_t len = x->len < y->len ? x->len : y->len;
	int r = len ? memcmp(x->ptr, y->ptr, len) : 0;
	return r ? r : (x->len > y->len) - (x->len < y->len);
}

static struct slice *sorted_keys(const struct item *items, size_t len, struct arena *arena)
{
	struct slice *keys = ARENA_ARRAY(arena, struct slice, len + 1);
	for (size_t i = 0; i < len; i++) {
		struct buf key = BUF_INIT(0);
		buf_addf(&key, "%d", (int)items[i].kind);
		if (items[i].kind == ITEM_RECORD) {
			buf_addf(&key, "%s", items[i].record);
			json_write_canonical(&key, items[i].json);
		} else {
			buf_add_slice(&key, items[i].text);
		}
		keys[i] = arena_slice(arena, buf_slice(&key));
		buf_done(&key);
	}
	if (len > 1)
		qsort(keys, len, sizeof(*keys), by_bytes);
	return keys;
}

static bool same_multiset(const struct item *left, const struct item *right, size_t len)
{
	struct arena arena = ARENA_INIT;
	struct slice *a = sorted_keys(left, len, &arena);
	struct slice *b = sorted_keys(right, len, &arena);
	bool same = true;
	for (size_t i = 0; i < len && same; i++)
		same = slice_eq(a[i], b[i]);
	arena_done(&arena);
	return same;
}

/* A pair of different kinds costs as much as a loss and a gain; records of different kinds are no
 * pair. */
static uint32_t pair_cost(const struct item *a, const struct item *b)
{
	if (items_equal(a, b))
		return 0;
	if (a->kind != b->kind)
		return 2;
	return a->kind == ITEM_RECORD && strcmp(a->record, b->record) != 0 ? 3 : 1;
}

/* Least cost of turning left[i..] into right[k..]. */
static uint32_t *cost_table(const struct pairing *p, size_t from, size_t m, size_t n)
{
	uint32_t *cost = mem_zeroed((m + 1) * (n + 1), sizeof(*cost));
	for (size_t i = m + 1; i-- > 0;) {
		for (size_t k = n + 1; k-- > 0;) {
			uint32_t *cell = &cost[i * (n + 1) + k];
			if (i == m || k == n) {
				*cell = (uint32_t)((m - i) + (n - k));
				continue;
			}
			uint32_t step = pair_cost(&p->left[from + i], &p->right[from + k]);
			uint32_t best = cost[(i + 1) * (n + 1) + k + 1] + step;
			uint32_t lose = cost[(i + 1) * (n + 1) + k] + 1;
			uint32_t gain = cost[i * (n + 1) + k + 1] + 1;
			best = lose < best ? lose : best;
			*cell = gain < best ? gain : best;
		}
	}
	return cost;
}

static void align(struct pairing *p, size_t from, size_t m, size_t n)
{
	uint32_t *cost = cost_table(p, from, m, n);
	size_t i = 0;
	size_t k = 0;

	while (i < m || k < n) {
		uint32_t here = cost[i * (n + 1) + k];
		if (i < m && k < n) {
			uint32_t step = pair_cost(&p->left[from + i], &p->right[from + k]);
			if (here == cost[(i + 1) * (n + 1) + k + 1] + step) {
				add_pair(p, from + i++, from + k++);
				continue;
			}
		}
		if (i < m && here == cost[(i + 1) * (n + 1) + k] + 1) {
			add_alone(p, &p->left[from + i], from + i, true);
			i++;
		} else {
			add_alone(p, &p->right[from + k], from + k, false);
			k++;
		}
	}
	free(cost);
}

static void pair_by_index(struct pairing *p, size_t from, size_t m, size_t n)
{
	for (size_t i = 0; i < m || i < n; i++) {
		if (i >= n)
			add_alone(p, &p->left[from + i], from + i, true);
		else if (i >= m)
			add_alone(p, &p->right[from + i], from + i, false);
		else
			add_pair(p, from + i, from + i);
	}
}

static void compare_items(struct pairing *p, size_t left_len, size_t right_len)
{
	size_t from = 0;
	size_t m = left_len;
	size_t n = right_len;

	while (from < m && from < n && items_equal(&p->left[from], &p->right[from]))
		from++;
	while (m > from && n > from && items_equal(&p->left[m - 1], &p->right[n - 1])) {
		m--;
		n--;
	}
	if (m == from && n == from)
		return;
	bool moved = m == n && !contents_equal(&p->left[from], &p->right[from]);
	m -= from;
	n -= from;
	if (moved && same_multiset(p->left + from, p->right + from, m)) {
		add_line(p, DIFF_ORDER, from, &p->left[from], &p->right[from]);
		return;
	}
	if ((m + 1) * (n + 1) <= ALIGN_CELLS_MAX)
		align(p, from, m, n);
	else
		pair_by_index(p, from, m, n);
}

static const char *sum_of(const struct normal *side, enum channel channel)
{
	return channel == CHANNEL_STDOUT ? side->obs->out_sha256 : side->obs->err_sha256;
}

static uint64_t total_of(const struct normal *side, enum channel channel)
{
	return channel == CHANNEL_STDOUT ? side->obs->out_total : side->obs->err_total;
}

/* This stream of it: `truncated` of an observation says that one of the two has a hole. */
static bool has_hole(const struct normal *side, enum channel channel)
{
	return side->obs->truncated && total_of(side, channel) > normal_raw(side, channel).len;
}

static void add_dropped(struct diff_list *list, const struct normal *left,
			const struct normal *right, enum channel channel)
{
	struct difference difference = {.channel = channel, .kind = DIFF_VALUE};
	struct arena *arena = list->arena;
	difference.locus = arena_printf(arena, "%s/dropped", channel_name(channel));
	difference.left = slice_of(
		arena_printf(arena, "%llu bytes, sha256 %.16s, the kept ones equal",
			     (unsigned long long)total_of(left, channel), sum_of(left, channel)));
	difference.right = slice_of(
		arena_printf(arena, "%llu bytes, sha256 %.16s, the kept ones equal",
			     (unsigned long long)total_of(right, channel), sum_of(right, channel)));
	diff_add(list, difference);
}

/* One side died of a signal and the other did not: what it had buffered may be lost. */
static bool is_cut_by_crash(const struct normal *left, const struct normal *right,
			    enum channel channel)
{
	bool left_died = left->obs->end == END_SIGNAL;
	bool right_died = right->obs->end == END_SIGNAL;
	if (left_died == right_died)
		return false;
	struct slice part = normal_raw(left_died ? left : right, channel);
	struct slice whole = normal_raw(left_died ? right : left, channel);
	return part.len <= whole.len && slice_eq(part, slice_make(whole.ptr, part.len));
}

void compare_stream(struct diff_list *list, const struct normal *left, const struct normal *right,
		    enum channel channel)
{
	bool hole = has_hole(left, channel) || has_hole(right, channel);
	bool same_rules = normal_same_rules(left, right, channel);
	bool equal;

	if (hole)
		equal = total_of(left, channel) == total_of(right, channel) &&
			strcmp(sum_of(left, channel), sum_of(right, channel)) == 0;
	else
		equal = slice_eq(normal_raw(left, channel), normal_raw(right, channel));
	if (equal && same_rules)
		return;
	if (is_cut_by_crash(left, right, channel))
		return;
	size_t before = list->items.len + list->dropped;
	struct pairing p = {.list = list, .channel = channel};
	bool out = channel == CHANNEL_STDOUT;
	p.left = out ? left->out_items : left->err_items;
	p.right = out ? right->out_items : right->err_items;
	compare_items(&p, out ? left->out_len : left->err_len,
		      out ? right->out_len : right->err_len);
	if (hole && !equal && list->items.len + list->dropped == before)
		add_dropped(list, left, right, channel);
}
