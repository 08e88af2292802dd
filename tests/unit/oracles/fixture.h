/* SPDX-License-Identifier: Apache-2.0 */
/* fixture: a folder with a made-up toolchain and a profile for it. */
#pragma once

#include "base/arena.h"
#include "oracles/profile.h"

struct fixture {
	struct arena arena;
	char *dir;  /* removed by fixture_done */
	char *path; /* of the profile */
	struct profile *profile;
};

/* A complete profile of two backends: "slow" (canonical) and "fast", which builds. */
extern const char FIXTURE_PROFILE[];

void fixture_init(struct fixture *f);
void fixture_done(struct fixture *f);
/* Write DIR/name; programs are executable. */
void fixture_file(struct fixture *f, const char *name, const char *text, bool executable);
/* Load `text` as the profile with DIR as its toolchain. */
int fixture_load(struct fixture *f, const char *text, struct error *err);
/* FIXTURE_PROFILE, whose toolchain is in place. */
void fixture_open(struct fixture *f);
/* FIXTURE_PROFILE with `from` replaced by `to`. */
char *fixture_text(struct fixture *f, const char *from, const char *to);
