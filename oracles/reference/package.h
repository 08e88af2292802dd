/* SPDX-License-Identifier: Apache-2.0 */
/*
 * package: the packages a program is made of: the one its entry file belongs to, and what fuse.toml
 * there and in its dependencies names. Clause: spec/fls.md#imports-and-modules-current.
 */
#pragma once

#include "oracles/reference/manifest.h"
#include "oracles/reference/report.h"

struct package {
	const char *dir;      /* tidied */
	const char *manifest; /* its path, or NULL when there is none */
	struct slice name; /* the root's own, of others the name they were first declared under */
	struct manifest content;
};

/* "dep:Auth/..." : the consumer's own entries first, then those of its dependencies. */
struct package_name {
	struct slice name;
	uint32_t package;
};

struct packages {
	VEC(struct package) list; /* 0 is the root's */
	VEC(struct package_name) names;
};

/* The packages reached from the one of the entry file. What is wrong becomes a diagnostic. */
void packages_load(struct packages *packages, struct arena *arena, struct report *report,
		   const char *entry);
void packages_done(struct packages *packages);

/* The package a dependency's name means, or -1. */
int32_t packages_find(const struct packages *packages, struct slice name);

/* The nearest folder upwards with a manifest, else the entry's own; also above where we stand. */
char *package_root(struct arena *arena, const char *entry);

/* "a/./b/../c" as "a/c", so that one file has one name. */
char *package_tidy(struct arena *arena, const char *path);
