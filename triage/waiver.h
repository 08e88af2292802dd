/* SPDX-License-Identifier: Apache-2.0 */
/*
 * waiver: a dated, owned, exact-shape tolerance. It names one fingerprint, so another shape of
 * failure in the same case is not covered; it never covers a build failure, crash or timeout.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "triage/ledger.h"

struct waiver {
	const char *id;
	const char *fp;
	const char *owner;
	const char *reason;
	const char *issue;
	const char *until; /* "2026-12-31", the last day it holds */
};

struct waivers {
	struct waiver *items;
	size_t len;
};

int waivers_load(struct waivers *out, struct ledger *ledger, struct arena *arena,
		 struct error *err);
/* The waiver in force for a divergence on the day of `now_ms`, or NULL; `expired` is set when one
 * exists but its day has passed. */
const struct waiver *waivers_find(const struct waivers *waivers, const char *fp, int64_t now_ms,
				  bool *expired);
/* May this divergence be waived at all? */
bool divergence_is_waivable(const struct divergence *divergence);
/* DIVERGE becomes WAIVED when every contract-facing divergence has a waiver in force. */
void waivers_apply(const struct waivers *waivers, const char *case_name,
		   struct judgement *judgement, int64_t now_ms);
/* Record one. Input error on a missing owner, reason or date, a date past or unparsable, an unknown
 * fp. */
int waiver_add(struct ledger *ledger, const struct waiver *waiver, int64_t now_ms,
	       struct error *err);
