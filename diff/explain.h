/* SPDX-License-Identifier: Apache-2.0 */
/* explain: a judgement as text that a person can act on. The only module of diff/ that builds text.
 */
#pragma once

#include "base/buf.h"
#include "diff/classify.h"

struct explain_style {
	bool color;   /* ANSI */
	size_t width; /* columns, for excerpts; 0 stands for 100 */
};

/*
 * The block printed for a case that is not ok: case and file, clause (document, heading, line),
 * backends and classes, the first differing event with both sides, the rule effects, and the
 * commands to go on with (show, bisect and reduce take `fp`, may be NULL).
 */
void explain_case(struct buf *out, const struct judge *judge, const struct test_case *test,
		  const struct judgement *judgement, const char *fp,
		  const struct explain_style *style);
