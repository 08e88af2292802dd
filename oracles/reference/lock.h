/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lock: fuse.lock, the dependencies of a package as they were resolved: names in byte order, each
 * with its folder as seen from the package's. A package without dependencies needs no file. Clause:
 * spec/fls.md#imports-and-modules-current.
 */
#pragma once

#include "base/error.h"
#include "oracles/reference/frontend.h"

enum {
	LOCK_E_REJECTED = 1, /* a manifest is wrong; diagnostics say how */
	LOCK_E_DIFFERS = 2,  /* the file is not what the dependencies resolve to now */
};

/* Compares DIR/fuse.lock with the package in `dir`, "" being the working directory. */
int lock_check(const char *dir, struct diagnostics *diagnostics, struct error *err);
/* Writes it, in one step; the same text again leaves the file alone. */
int lock_write(const char *dir, struct diagnostics *diagnostics, struct error *err);
