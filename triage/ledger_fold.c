/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_fold: from the events of one fingerprint to its state. Pure.
 *
 * Order is (lamport, id). An event that would take a failure out of sight counts only for the
 * observations it has seen, that is for its ancestors: what was observed at the same time elsewhere
 * stays open. So two histories, merged in any order, fold to the more blocking outcome.
 */
#include "triage/ledger_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"

const char *finding_state_name(enum finding_state state)
{
	static const char *const names[] = {
		[STATE_OBSERVED] = "observed",
		[STATE_CONFIRMED] = "confirmed",
		[STATE_FLAKY] = "flaky",
		[STATE_FIX_CLAIMED] = "fix-claimed",
		[STATE_VERIFIED_FIXED] = "verified-fixed",
		[STATE_REOPENED] = "reopened",
		[STATE_WAIVED] = "waived",
		[STATE_INVALID] = "invalid",
	};
	return names[state];
}

bool finding_state_is_blocking(enum finding_state state)
{
	return state != STATE_VERIFIED_FIXED && state != STATE_WAIVED && state != STATE_INVALID;
}

static const char *text_or_empty(const json_node *object, const char *key)
{
	const char *text = json_string(json_get(object, key));
	return text ? text : "";
}

struct fold_scope ledger_event_scope(const struct ledger_event *event)
{
	return (struct fold_scope){
		.profile = text_or_empty(event->pub.payload, "profile"),
		.env_key = text_or_empty(event->pub.payload, "env_key"),
	};
}

static int by_rank(const void *a, const void *b)
{
	const struct ledger_event *left = a, *right = b;
	if (left->pub.lamport != right->pub.lamport)
		return left->pub.lamport < right->pub.lamport ? -1 : 1;
	return strcmp(left->pub.id, right->pub.id);
}

struct folding {
	struct fold *fold;
	struct ledger_event *events;
	size_t len;
	struct map index;  /* id -> event */
	bool *is_ancestor; /* scratch: per event, seen by the closing event at hand */
	size_t *stack;     /* scratch */
	int64_t today;     /* days since 1970 */
	bool waived;
};

static size_t index_of(const struct folding *folding, const char *id)
{
	const struct ledger_event *event = map_get(&folding->index, id);
	return event ? (size_t)(event - folding->events) : SIZE_MAX;
}

/* Mark what event `i` has seen. A parent of no lower rank is a forgery and is not followed. */
static void mark_ancestors(struct folding *folding, size_t i)
{
	memset(folding->is_ancestor, 0, folding->len * sizeof(bool));
	size_t depth = 0;
	folding->stack[depth++] = i;
	while (depth) {
		const struct ledger_event *event = &folding->events[folding->stack[--depth]];
		json_each (json_get(event->root, "parents"), it) {
			size_t parent = index_of(folding, json_string(it));
			if (parent == SIZE_MAX || folding->is_ancestor[parent] ||
			    folding->events[parent].pub.lamport >= event->pub.lamport)
				continue;
			folding->is_ancestor[parent] = true;
			folding->stack[depth++] = parent;
		}
	}
}

static bool any_open(const struct folding *folding)
{
	for (size_t i = 0; i < folding->len; i++)
		if (folding->fold->open[i])
			return true;
	return false;
}

static bool all_open_seen(const struct folding *folding)
{
	for (size_t i = 0; i < folding->len; i++)
		if (folding->fold->open[i] && !folding->is_ancestor[i])
			return false;
	return true;
}

/* A run without passed-through environment speaks for all of them, another one for its own. */
static bool scope_covers(struct fold_scope closer, struct fold_scope open)
{
	return strcmp(closer.profile, open.profile) == 0 &&
	       (!closer.env_key[0] || strcmp(closer.env_key, open.env_key) == 0);
}

static void open_one(struct folding *folding, size_t i)
{
	struct fold *fold = folding->fold;
	const json_node *payload = folding->events[i].pub.payload;
	bool first = fold->last_observe == SIZE_MAX;
	if (json_true(json_get(payload, "historic")) && !first)
		return; /* an old commit run again: nothing new is known */
	const char *verdict = text_or_empty(json_get(payload, "finding"), "verdict");
	bool flaky = strcmp(verdict, "flaky") == 0;
	fold->last_observe = i;
	fold->open[i] = true;
	switch (fold->state) {
	case STATE_VERIFIED_FIXED:
	case STATE_INVALID:
		fold->state = STATE_REOPENED;
		fold->seq++;
		break;
	case STATE_FIX_CLAIMED:
		fold->state = flaky ? STATE_FLAKY : STATE_OBSERVED;
		break;
	case STATE_FLAKY:
		fold->state = flaky ? STATE_FLAKY : STATE_OBSERVED;
		break;
	case STATE_OBSERVED:
		if (first && flaky)
			fold->state = STATE_FLAKY;
		break;
	case STATE_CONFIRMED:
	case STATE_REOPENED:
	case STATE_WAIVED:
		break;
	}
}

static void close_seen(struct folding *folding, size_t i, enum finding_state state, bool scoped)
{
	struct fold *fold = folding->fold;
	struct fold_scope closer = ledger_event_scope(&folding->events[i]);
	bool closed = false;
	if (!any_open(folding))
		return;
	mark_ancestors(folding, i);
	for (size_t k = 0; k < folding->len; k++) {
		if (!fold->open[k] || !folding->is_ancestor[k])
			continue;
		if (scoped && !scope_covers(closer, ledger_event_scope(&folding->events[k])))
			continue;
		fold->open[k] = false;
		closed = true;
	}
	if (!closed || any_open(folding))
		return;
	fold->state = state;
	if (state == STATE_VERIFIED_FIXED)
		fold->last_fix = i;
}

static void reopen(struct folding *folding, size_t i)
{
	struct fold *fold = folding->fold;
	if (finding_state_is_blocking(fold->state))
		return;
	fold->state = STATE_REOPENED;
	fold->seq++;
	fold->open[fold->last_observe == SIZE_MAX ? i : fold->last_observe] = true;
}

static void apply(struct folding *folding, size_t i)
{
	struct fold *fold = folding->fold;
	const struct finding_event *event = &folding->events[i].pub;
	int64_t day;
	if (strcmp(event->type, "observe") == 0) {
		open_one(folding, i);
	} else if (strcmp(event->type, "verify-fixed") == 0) {
		close_seen(folding, i, STATE_VERIFIED_FIXED, true);
	} else if (strcmp(event->type, "invalidate") == 0) {
		close_seen(folding, i, STATE_INVALID, false);
	} else if (strcmp(event->type, "reopen") == 0) {
		reopen(folding, i);
	} else if (strcmp(event->type, "confirm") == 0) {
		if (finding_state_is_blocking(fold->state) && fold->state != STATE_REOPENED)
			fold->state = STATE_CONFIRMED;
	} else if (strcmp(event->type, "fix-claim") == 0) {
		mark_ancestors(folding, i);
		if (finding_state_is_blocking(fold->state) && all_open_seen(folding))
			fold->state = STATE_FIX_CLAIMED;
	} else if (strcmp(event->type, "waive") == 0) {
		if (ledger_parse_day(&day, text_or_empty(event->payload, "until")) &&
		    ledger_day_in_force(day, folding->today))
			folding->waived = true;
	}
	/* bisect and reduce are attributes; types of a later version change no state here */
}

static void find_heads(struct folding *folding, struct arena *arena)
{
	struct fold *fold = folding->fold;
	bool *is_parent = folding->is_ancestor;
	memset(is_parent, 0, folding->len * sizeof(bool));
	for (size_t i = 0; i < folding->len; i++) {
		json_each (json_get(folding->events[i].root, "parents"), it) {
			size_t parent = index_of(folding, json_string(it));
			if (parent != SIZE_MAX &&
			    folding->events[parent].pub.lamport < folding->events[i].pub.lamport)
				is_parent[parent] = true;
		}
	}
	fold->heads = ARENA_ARRAY(arena, const char *, folding->len + 1);
	for (size_t i = 0; i < folding->len; i++)
		if (!is_parent[i])
			fold->heads[fold->head_len++] = folding->events[i].pub.id;
}

void ledger_fold(struct fold *out, struct ledger_event *events, size_t len, int64_t now_ms,
		 struct arena *arena)
{
	*out = (struct fold){
		.state = STATE_OBSERVED,
		.seq = 1,
		.last_observe = SIZE_MAX,
		.last_fix = SIZE_MAX,
		.open = ARENA_ARRAY(arena, bool, len + 1),
	};
	struct folding folding = {
		.fold = out,
		.events = events,
		.len = len,
		.is_ancestor = ARENA_ARRAY(arena, bool, len + 1),
		.stack = ARENA_ARRAY(arena, size_t, len + 1),
		.today = ledger_today(now_ms),
	};
	if (len)
		qsort(events, len, sizeof(events[0]), by_rank);
	for (size_t i = 0; i < len; i++)
		(void)map_put(&folding.index, events[i].pub.id, &events[i]);
	for (size_t i = 0; i < len; i++) {
		/* observations of one rank before what might close them */
		bool opener = strcmp(events[i].pub.type, "observe") == 0;
		if (i == 0 || events[i].pub.lamport != events[i - 1].pub.lamport)
			for (size_t k = i;
			     k < len && events[k].pub.lamport == events[i].pub.lamport; k++)
				if (strcmp(events[k].pub.type, "observe") == 0)
					apply(&folding, k);
		if (!opener)
			apply(&folding, i);
	}
	out->lamport = len ? events[len - 1].pub.lamport : 0;
	find_heads(&folding, arena);
	map_done(&folding.index);
	/* nothing was ever observed: events without a failure, as a forger might write */
	if (len && out->last_observe == SIZE_MAX && out->state == STATE_OBSERVED)
		out->state = STATE_INVALID;
	if (finding_state_is_blocking(out->state) && folding.waived)
		out->state = STATE_WAIVED;
}
