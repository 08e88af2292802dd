/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history: what earlier runs of this corpus under this profile showed, kept only to choose an order
 * and to run failed cases again. It decides nothing; a history that cannot be read or written is
 * none. Only what makes a difference is kept: failures, and cases that took long.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/select.h"

struct history;

/* `dir` as for the cache, NULL for none; `what` names the corpus and profile, hashed. */
struct history *history_open(const char *dir, const char *what);
struct history *history_free(struct history *history); /* returns NULL */

bool history_has_failed(const struct history *history, const char *name);
int64_t history_ms(const struct history *history, const char *name); /* 0: not known as long */

void history_note(struct history *history, const char *name, bool failed, int64_t wall_ms);
/* Write what was noted; the last of several runners wins. */
void history_save(struct history *history);

/* Failed last time first, then the longest known, then by name. */
void history_order(const struct history *history, struct selection *selection);
/* Keep what failed last time. */
void history_keep_failed(const struct history *history, struct selection *selection);
/* An order that depends on seed and names alone. */
void history_shuffle(struct selection *selection, int64_t seed);
