/* SPDX-License-Identifier: Apache-2.0 */
/* frontend_fixture: a program given as text, and what became of it. */
#pragma once

#include <criterion/criterion.h>

#include "oracles/reference/frontend.h"

struct loaded {
	int result;
	struct program program;
	struct diagnostics diagnostics;
};

static inline void loaded_done(struct loaded *loaded)
{
	program_done(&loaded->program);
	diagnostics_done(&loaded->diagnostics);
}

static inline struct loaded load(const char *text)
{
	struct loaded loaded = {0};
	struct error err = ERROR_INIT;
	loaded.result = frontend_load_text(&loaded.program, &loaded.diagnostics, "test.fuse",
					   slice_of(text), &err);
	cr_assert_geq(loaded.result, 0, "%s", err.message);
	return loaded;
}

/* The statement lines put into an app. */
#define APP(lines) "app \"x\":\n" lines
