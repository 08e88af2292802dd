/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of triage/fingerprint.c: what makes two failures the same one. */
#include <criterion/criterion.h>
#include <string.h>

#include "repo.h"

struct pair {
	const char *what;
	const char *case_name;
	struct divergence divergence;
	bool same_fp;
	bool same_cause;
};

Test(fingerprint, identity_ignores_text_and_cause_ignores_case_and_index)
{
	struct divergence base = sample_divergence("aot");
	struct pair pairs[] = {
		{"text", "loops/for", base, true, true},
		{"case", "loops/while", base, false, true},
		{"index", "loops/for", base, false, true},
		{"path", "loops/for", base, false, false},
		{"backend", "loops/for", base, false, false},
		{"clause", "loops/for", base, false, false},
		{"no clause", "loops/for", base, false, false},
		{"kind", "loops/for", base, false, false},
		{"class", "loops/for", base, false, false},
		{"channel", "loops/for", base, false, false},
	};
	pairs[0].divergence.diff.left = slice_of("other words");
	pairs[2].divergence.diff.locus = "stdout[5]";
	pairs[3].divergence.diff.locus = "stdout[4]/error/code";
	pairs[4].divergence.right = "native";
	pairs[5].divergence.clause = "runtime#slicing";
	pairs[6].divergence.clause = NULL;
	pairs[7].divergence.diff.kind = DIFF_MISSING;
	pairs[8].divergence.diff.right_class = "runtime_fatal";
	pairs[9].divergence.diff.channel = CHANNEL_STDERR;
	struct fingerprint first, other;
	fingerprint_of(&first, "loops/for", &base);
	cr_expect(fingerprint_is_valid(first.fp));
	cr_expect_str_neq(first.fp, first.cause);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		fingerprint_of(&other, pairs[i].case_name, &pairs[i].divergence);
		cr_expect_eq(strcmp(first.fp, other.fp) == 0, pairs[i].same_fp, "fp: %s",
			     pairs[i].what);
		cr_expect_eq(strcmp(first.cause, other.cause) == 0, pairs[i].same_cause,
			     "cause: %s", pairs[i].what);
	}
}

Test(fingerprint, cause_generalises_numeric_parts_and_file_names)
{
	static const struct {
		enum channel channel;
		const char *a, *b;
		bool same;
	} rows[] = {
		{CHANNEL_STDERR, "stderr[2]/error/fields/0/code", "stderr[7]/error/fields/12/code",
		 true},
		{CHANNEL_STDERR, "stderr[2]/error/v1", "stderr[2]/error/v2", false},
		{CHANNEL_FILES, "files/a.txt", "files/b/c.txt", true},
		{CHANNEL_EXIT, "exit", "exit", true},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct divergence a = sample_divergence("aot"), b = a;
		struct fingerprint left, right;
		a.diff.channel = b.diff.channel = rows[i].channel;
		a.diff.locus = rows[i].a;
		b.diff.locus = rows[i].b;
		fingerprint_of(&left, "x", &a);
		fingerprint_of(&right, "x", &b);
		cr_expect_eq(strcmp(left.cause, right.cause) == 0, rows[i].same, "%s", rows[i].a);
	}
}

Test(fingerprint, does_not_move_between_versions_of_parity)
{
	/* recorded once; a change here re-files every failure and needs FINGERPRINT_VERSION + 1 */
	struct divergence divergence = sample_divergence("aot");
	struct fingerprint fp;
	fingerprint_of(&fp, "loops/for", &divergence);
	cr_expect_str_eq(fp.fp, "d9fa6e219a885654a7d00f647c7fa827d3340cf283898fb92488a6c80601e666");
	cr_expect_str_eq(fp.cause,
			 "8ac032f99df7a946ffd38cff4655af6520f436dfab7fa4002caac001d4585e60");
}

Test(fingerprint, a_verdict_has_its_own)
{
	struct fingerprint flaky, rejected, other;
	fingerprint_of_verdict(&flaky, "a", VERDICT_FLAKY);
	fingerprint_of_verdict(&rejected, "a", VERDICT_REJECTED);
	fingerprint_of_verdict(&other, "b", VERDICT_FLAKY);
	cr_expect_str_neq(flaky.fp, rejected.fp);
	cr_expect_str_neq(flaky.fp, other.fp);
	cr_expect_str_eq(flaky.cause, other.cause);
	cr_expect_not(fingerprint_is_valid("abc"));
	cr_expect_not(fingerprint_is_valid(NULL));
}
