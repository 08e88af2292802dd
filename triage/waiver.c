/* SPDX-License-Identifier: Apache-2.0 */
/*
 * waiver: which divergences are tolerated today. A waiver is data in the ledger; whether it holds
 * is decided by the day (UTC) at which one asks, so an old ledger never tolerates by itself.
 */
#include "triage/waiver.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "triage/ledger_internal.h"

static const char *text_or_null(const json_node *object, const char *key)
{
	return json_string(json_get(object, key));
}

int waivers_load(struct waivers *out, struct ledger *ledger, struct arena *arena, struct error *err)
{
	const json_node **nodes = NULL;
	size_t len = 0;
	int r = ledger_waivers(&nodes, &len, ledger, arena, err);
	if (r < 0)
		return r;
	struct waiver *items = ARENA_ARRAY(arena, struct waiver, len + 1);
	for (size_t i = 0; i < len; i++)
		items[i] = (struct waiver){
			.id = text_or_null(nodes[i], "id"),
			.fp = text_or_null(nodes[i], "fp"),
			.owner = text_or_null(nodes[i], "owner"),
			.reason = text_or_null(nodes[i], "reason"),
			.issue = text_or_null(nodes[i], "issue"),
			.until = text_or_null(nodes[i], "until"),
		};
	*out = (struct waivers){.items = items, .len = len};
	return 0;
}

const struct waiver *waivers_find(const struct waivers *waivers, const char *fp, int64_t now_ms,
				  bool *expired)
{
	int64_t today = ledger_today(now_ms);
	if (expired)
		*expired = false;
	for (size_t i = 0; i < waivers->len; i++) {
		const struct waiver *waiver = &waivers->items[i];
		int64_t until;
		if (strcmp(waiver->fp, fp) != 0 || !ledger_parse_day(&until, waiver->until))
			continue;
		if (ledger_day_in_force(until, today)) {
			if (expired)
				*expired = false;
			return waiver;
		}
		if (expired && until < today)
			*expired = true;
	}
	return NULL;
}

static bool class_is_waivable(const char *class)
{
	static const char *const never[] = {
		"signal", "crash", "timeout", "memory-limit", "output-limit", "not-started", NULL};
	for (size_t i = 0; class && never[i]; i++)
		if (strncmp(class, never[i], strlen(never[i])) == 0)
			return false;
	return true;
}

static bool shape_is_waivable(const char *kind, const char *left_class, const char *right_class)
{
	return kind && strcmp(kind, diff_kind_name(DIFF_NATIVE_UNSUPPORTED)) != 0 &&
	       class_is_waivable(left_class) && class_is_waivable(right_class);
}

bool divergence_is_waivable(const struct divergence *divergence)
{
	return shape_is_waivable(diff_kind_name(divergence->diff.kind), divergence->diff.left_class,
				 divergence->diff.right_class);
}

void waivers_apply(const struct waivers *waivers, const char *case_name,
		   struct judgement *judgement, int64_t now_ms)
{
	size_t facing = 0;
	if (judgement->verdict != VERDICT_DIVERGE)
		return;
	for (size_t i = 0; i < judgement->divergence_len; i++) {
		const struct divergence *divergence = &judgement->divergences[i];
		struct fingerprint fp;
		if (divergence->licence)
			continue;
		facing++;
		fingerprint_of(&fp, case_name, divergence);
		if (!divergence_is_waivable(divergence) ||
		    !waivers_find(waivers, fp.fp, now_ms, NULL))
			return;
	}
	if (facing)
		judgement->verdict = VERDICT_WAIVED;
}

static bool is_blank(const char *text)
{
	return !text || slice_trim(slice_of(text)).len == 0;
}

static int check_waiver(const struct waiver *waiver, int64_t now_ms, struct error *err)
{
	int64_t until, today = ledger_today(now_ms);
	if (waiver->id && !ledger_is_waiver_id(waiver->id))
		return error_input(err,
				   "bad waiver id '%s'; use 1 to 64 letters, digits and hyphens",
				   waiver->id);
	if (is_blank(waiver->owner))
		return error_input(err, "waiver has no owner; say who answers for it");
	if (is_blank(waiver->reason))
		return error_input(err, "waiver has no reason; say why this may differ for now");
	if (is_blank(waiver->until))
		return error_input(err, "waiver has no last day; give one as yyyy-mm-dd");
	if (strlen(waiver->owner) > 200 || strlen(waiver->reason) > 2000 ||
	    (waiver->issue && strlen(waiver->issue) > 1000))
		return error_input(err, "waiver is too long; keep owner below 200, reason below "
					"2000 and issue below 1000 bytes");
	if (!ledger_parse_day(&until, waiver->until))
		return error_input(err, "'%s' is not a date; give the last day as yyyy-mm-dd",
				   waiver->until);
	if (until < today)
		return error_input(err, "last day '%s' of the waiver is past", waiver->until);
	if (until - today > WAIVER_MAX_DAYS)
		return error_input(
			err,
			"last day '%s' of the waiver is more than %d days ahead; name an "
			"earlier one",
			waiver->until, WAIVER_MAX_DAYS);
	return 0;
}

/* The full fingerprint, when what was last observed under it may be waived. */
static int check_finding(const char **fp, struct ledger *ledger, const char *wanted,
			 struct arena *arena, struct error *err)
{
	struct finding_history *history = NULL;
	int r = ledger_find(&history, ledger, wanted ? wanted : "", arena, err);
	if (r > 0)
		return -1; /* `err` says that it is unknown: here that is the end of it */
	if (r < 0)
		return r;
	const char *kind = text_or_null(history->finding, "kind");
	if (!text_or_null(history->finding, "channel"))
		return error_input(
			err,
			"finding '%.12s' is a case that was %s; only a divergence can be "
			"waived",
			history->fp, kind ? kind : "not compared");
	if (!shape_is_waivable(kind, text_or_null(history->finding, "left_class"),
			       text_or_null(history->finding, "right_class")))
		return error_input(
			err,
			"finding '%.12s' is a refused build, a crash or a timeout; these "
			"cannot be waived",
			history->fp);
	*fp = history->fp;
	return 0;
}

int waiver_add(struct ledger *ledger, const struct waiver *waiver, int64_t now_ms,
	       struct error *err)
{
	struct arena arena = ARENA_INIT;
	const char *fp = NULL;
	char id[64], ulid[CLOCK_ULID_SIZE], created[CLOCK_ISO_SIZE];
	int r = check_waiver(waiver, now_ms, err);
	r = r ? r : check_finding(&fp, ledger, waiver->fp, &arena, err);
	if (r == 0) {
		clock_ulid(ulid, now_ms);
		(void)snprintf(id, sizeof(id), "w-%s", ulid);
		clock_format_iso(created, now_ms);
		CLEANUP(json_node_freep) json_node *node = json_object();
		const char *name = waiver->id ? waiver->id : id;
		json_put_string(node, "schema", "parity.waiver/1");
		json_put_string(node, "id", name);
		json_put_string(node, "fp", fp);
		json_put_slice(node, "owner", slice_of(waiver->owner));
		json_put_slice(node, "reason", slice_of(waiver->reason));
		if (!is_blank(waiver->issue))
			json_put_slice(node, "issue", slice_of(waiver->issue));
		json_put_string(node, "until", waiver->until);
		json_put_string(node, "created", created);
		r = ledger_add_waiver(ledger, name, node, err);
	}
	arena_done(&arena);
	return r;
}
