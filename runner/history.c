/* SPDX-License-Identifier: Apache-2.0 */
/* history: a text file, a line a case, "failed 120 loops/for-list". See history.h. */
#include "runner/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/digest.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"
#include "runner/memory.h"

enum {
	FILE_MAX = 4 << 20,
	KEPT_MAX = 20000, /* cases */
	LONG_MS = 50,     /* shorter ones need no order */
};

struct known {
	const char *name;
	int64_t ms;
	bool failed;
};

struct history {
	struct memory memory;
	struct arena arena;
	struct map cases; /* name -> struct known */
	bool changed;
};

static struct known *known_of(struct history *history, const char *name)
{
	struct known *known = map_get(&history->cases, name);

	if (known)
		return known;
	known = ARENA_NEW(&history->arena, struct known);
	known->name = arena_strdup(&history->arena, name);
	(void)map_put(&history->cases, name, known);
	return known;
}

static void parse_line(struct history *history, struct slice line)
{
	struct slice word;
	struct slice number;
	struct known *known;
	char *name;

	if (!slice_next_field(&line, ' ', &word) || !slice_next_field(&line, ' ', &number) ||
	    line.len == 0 || number.len == 0 || number.len > 9 ||
	    (!slice_is(word, "failed") && !slice_is(word, "ok")))
		return;
	name = mem_strndup(line.ptr, line.len);
	known = known_of(history, name);
	known->failed = slice_is(word, "failed");
	known->ms = strtol(number.ptr, NULL, 10);
	free(name);
}

struct history *history_open(const char *dir, const char *what)
{
	struct history *history = mem_zeroed(1, sizeof(*history));
	struct buf text = {.max = FILE_MAX};
	struct slice rest;
	struct slice line;

	memory_init(&history->memory, dir, "history", what);
	if (memory_read(&text, &history->memory, FILE_MAX)) {
		rest = buf_slice(&text);
		while (slice_next_line(&rest, &line))
			parse_line(history, line);
	}
	buf_done(&text);
	return history;
}

struct history *history_free(struct history *history)
{
	if (history) {
		map_done(&history->cases);
		arena_done(&history->arena);
		memory_done(&history->memory);
		free(history);
	}
	return NULL;
}

bool history_has_failed(const struct history *history, const char *name)
{
	const struct known *known = map_get(&history->cases, name);

	return known && known->failed;
}

int64_t history_ms(const struct history *history, const char *name)
{
	const struct known *known = map_get(&history->cases, name);

	return known ? known->ms : 0;
}

void history_note(struct history *history, const char *name, bool failed, int64_t wall_ms)
{
	bool matters = failed || wall_ms >= LONG_MS;
	struct known *known;

	if (!matters && !map_has(&history->cases, name))
		return;
	known = known_of(history, name);
	known->failed = failed;
	known->ms = wall_ms > 999999999 ? 999999999 : wall_ms;
	history->changed = true;
}

static int by_weight(const void *a, const void *b)
{
	const struct known *left = *(struct known *const *)a;
	const struct known *right = *(struct known *const *)b;

	if (left->failed != right->failed)
		return left->failed ? -1 : 1;
	if (left->ms != right->ms)
		return left->ms > right->ms ? -1 : 1;
	return strcmp(left->name, right->name);
}

void history_save(struct history *history)
{
	VEC(struct known *) all = {0};
	struct buf text = {.max = FILE_MAX};

	if (!history->changed || !history->memory.path)
		return;
	map_each (&history->cases, entry) {
		struct known *known = entry->value;

		if (known->failed || known->ms >= LONG_MS)
			vec_push(&all, known);
	}
	if (all.len)
		qsort(all.items, all.len, sizeof(*all.items), by_weight);
	for (size_t i = 0; i < all.len && i < KEPT_MAX; i++)
		buf_addf(&text, "%s %lld %s\n", all.items[i]->failed ? "failed" : "ok",
			 (long long)all.items[i]->ms, all.items[i]->name);
	memory_write(&history->memory, buf_slice(&text));
	vec_done(&all);
	buf_done(&text);
	history->changed = false;
}

/* --- orders ----------------------------------------------------------------------------------- */

struct weighed {
	struct known known; /* first: by_weight() sees nothing else */
	const struct test_case *test;
};

void history_order(const struct history *history, struct selection *selection)
{
	CLEANUP(free_p)
	struct weighed *all = mem_zeroed(selection->len + 1, sizeof(*all));
	CLEANUP(free_p)
	struct known **order = mem_zeroed(selection->len + 1, sizeof(struct known *));

	if (history->cases.live == 0)
		return;
	for (size_t i = 0; i < selection->len; i++) {
		const struct test_case *test = selection->cases[i];

		all[i].test = test;
		all[i].known.name = test->name;
		all[i].known.failed = history_has_failed(history, test->name);
		all[i].known.ms = history_ms(history, test->name);
		order[i] = &all[i].known;
	}
	qsort(order, selection->len, sizeof(*order), by_weight);
	for (size_t i = 0; i < selection->len; i++)
		selection->cases[i] = ((struct weighed *)order[i])->test;
}

void history_keep_failed(const struct history *history, struct selection *selection)
{
	size_t kept = 0;

	for (size_t i = 0; i < selection->len; i++)
		if (history_has_failed(history, selection->cases[i]->name))
			selection->cases[kept++] = selection->cases[i];
	selection->len = kept;
}

struct drawn {
	char hex[DIGEST_HEX_SIZE];
	const struct test_case *test;
};

static int by_draw(const void *a, const void *b)
{
	return strcmp(((const struct drawn *)a)->hex, ((const struct drawn *)b)->hex);
}

void history_shuffle(struct selection *selection, int64_t seed)
{
	CLEANUP(free_p) struct drawn *all = mem_zeroed(selection->len + 1, sizeof(*all));
	struct buf text = BUF_INIT(0);

	for (size_t i = 0; i < selection->len; i++) {
		buf_clear(&text);
		buf_addf(&text, "%lld %s", (long long)seed, selection->cases[i]->name);
		digest_hex(all[i].hex, buf_slice(&text));
		all[i].test = selection->cases[i];
	}
	qsort(all, selection->len, sizeof(*all), by_draw);
	for (size_t i = 0; i < selection->len; i++)
		selection->cases[i] = all[i].test;
	buf_done(&text);
}
