/* SPDX-License-Identifier: Apache-2.0 */
/* aot: see aot.h. */
#include "runner/aot.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/map.h"
#include "base/mem.h"

enum { SAMPLE_MAX = 100000000 };

int aot_parse(struct aot_wish *out, const char *text, struct error *err)
{
	static const char prefix[] = "sample:";
	char *end;
	long long count;

	if (strcmp(text, "all") == 0 || strcmp(text, "cover") == 0) {
		out->mode = *text == 'a' ? AOT_ALL : AOT_COVER;
		return 0;
	}
	if (strncmp(text, prefix, sizeof(prefix) - 1) == 0 && text[sizeof(prefix) - 1] >= '0' &&
	    text[sizeof(prefix) - 1] <= '9') {
		count = strtoll(text + sizeof(prefix) - 1, &end, 10);
		if (*end == '\0' && count >= 1 && count <= SAMPLE_MAX) {
			out->mode = AOT_SAMPLE;
			out->sample = count;
			return 0;
		}
	}
	return error_input(err, "bad share of AOT builds '%s', expected all, cover or sample:K",
			   text);
}

bool aot_is_rationed(const struct aot_wish *wish)
{
	return wish->mode != AOT_ALL || wish->budget_ms > 0;
}

/* --- ranks ------------------------------------------------------------------------------------ */

struct ranking {
	const struct suite *suite;
	const struct selection *whole;
	uint32_t *ranks;
	uint32_t next;
	struct map cited; /* clauses that a ranked case cites */
};

static uint32_t *rank_of(const struct ranking *ranking, const struct test_case *test)
{
	return &ranking->ranks[test - ranking->suite->cases];
}

static void take(struct ranking *ranking, const struct test_case *test)
{
	uint32_t *rank = rank_of(ranking, test);

	if (!*rank)
		*rank = ++ranking->next;
	for (size_t i = 0; i < test->clause_len; i++)
		(void)map_put(&ranking->cited, test->clauses[i], rank);
}

static size_t gain(const struct ranking *ranking, const struct test_case *test)
{
	size_t fresh = 0;

	for (size_t i = 0; i < test->clause_len; i++)
		fresh += !map_has(&ranking->cited, test->clauses[i]);
	return fresh;
}

/*
 * The greedy cover: always the case that adds most, the first by name among equals. A gain only
 * shrinks while others are taken, so that whoever gained nothing once is never asked again.
 */
static void take_cover(struct ranking *ranking)
{
	size_t len = ranking->whole->len;
	CLEANUP(free_p)
	const struct test_case **open = mem_zeroed(len + 1, sizeof(*open));

	memcpy(open, ranking->whole->cases, len * sizeof(*open));
	for (;;) {
		const struct test_case *best = NULL;
		size_t most = 0;
		size_t kept = 0;

		for (size_t i = 0; i < len; i++) {
			size_t fresh = gain(ranking, open[i]);

			if (fresh > most) {
				most = fresh;
				best = open[i];
			}
			if (fresh)
				open[kept++] = open[i];
		}
		len = kept;
		if (!best)
			return;
		take(ranking, best);
	}
}

struct seat {
	char hex[DIGEST_HEX_SIZE];
	const struct test_case *test;
};

static int by_seat(const void *a, const void *b)
{
	return strcmp(((const struct seat *)a)->hex, ((const struct seat *)b)->hex);
}

/* The circle: seats by the hash of the name, begun `count` seats further every day. */
static void take_circle(struct ranking *ranking, uint32_t bound, int64_t day)
{
	size_t len = 0;
	CLEANUP(free_p)
	struct seat *seats = mem_zeroed(ranking->whole->len + 1, sizeof(*seats));
	size_t count;
	size_t start;

	for (size_t i = 0; i < ranking->whole->len; i++) {
		const struct test_case *test = ranking->whole->cases[i];

		if (*rank_of(ranking, test))
			continue;
		digest_hex(seats[len].hex, slice_of(test->name));
		seats[len++].test = test;
	}
	if (len == 0 || ranking->next >= bound)
		return;
	qsort(seats, len, sizeof(*seats), by_seat);
	count = bound - ranking->next < len ? bound - ranking->next : len;
	start = (size_t)(((uint64_t)day % len) * (count % len) % len);
	for (size_t i = 0; i < count; i++)
		take(ranking, seats[(start + i) % len].test);
}

void aot_rank(struct aot_ranks *out, const struct suite *suite, const struct selection *whole,
	      const struct aot_wish *wish, const struct history *history,
	      const struct aot_seen *seen, int64_t day)
{
	struct ranking ranking = {.suite = suite, .whole = whole};
	uint32_t bound = UINT32_MAX;

	ranking.ranks = mem_zeroed(suite->len + 1, sizeof(*ranking.ranks));
	if (wish->mode == AOT_SAMPLE)
		bound = (uint32_t)wish->sample;
	for (size_t i = 0; i < whole->len; i++)
		if (history_has_failed(history, whole->cases[i]->name))
			take(&ranking, whole->cases[i]);
	for (size_t i = 0; i < whole->len; i++)
		if (aot_seen_novelty(seen, whole->cases[i]) == AOT_NEW_CASE)
			take(&ranking, whole->cases[i]);
	for (size_t i = 0; i < whole->len; i++)
		if (aot_seen_novelty(seen, whole->cases[i]) == AOT_NEW_CLAUSE)
			take(&ranking, whole->cases[i]);
	/*
	 * The cover is that of all cases, whoever was taken before: one shard's run changes what is
	 * remembered of its own cases, and must not change which of another's are chosen.
	 */
	map_done(&ranking.cited);
	ranking.cited = (struct map){0};
	take_cover(&ranking);
	if (wish->mode != AOT_COVER)
		take_circle(&ranking, bound, day);
	for (size_t i = 0; i < suite->len; i++)
		if (ranking.ranks[i] > bound)
			ranking.ranks[i] = 0;
	map_done(&ranking.cited);
	*out = (struct aot_ranks){.ranks = ranking.ranks,
				  .chosen = ranking.next < bound ? ranking.next : bound};
}

void aot_ranks_done(struct aot_ranks *ranks)
{
	free(ranks->ranks);
	*ranks = (struct aot_ranks){0};
}

/* --- order ------------------------------------------------------------------------------------ */

struct place {
	uint64_t key;
	const struct test_case *test;
};

static int by_key(const void *a, const void *b)
{
	uint64_t left = ((const struct place *)a)->key;
	uint64_t right = ((const struct place *)b)->key;

	return left < right ? -1 : left > right;
}

void aot_order(const struct aot_ranks *ranks, const struct suite *suite,
	       struct selection *selection)
{
	CLEANUP(free_p)
	struct place *places = mem_zeroed(selection->len + 1, sizeof(*places));

	for (size_t i = 0; i < selection->len; i++) {
		uint32_t rank = ranks->ranks[selection->cases[i] - suite->cases];

		places[i].key = (uint64_t)(rank ? rank : UINT32_MAX) << 32 | i;
		places[i].test = selection->cases[i];
	}
	qsort(places, selection->len, sizeof(*places), by_key);
	for (size_t i = 0; i < selection->len; i++)
		selection->cases[i] = places[i].test;
}
