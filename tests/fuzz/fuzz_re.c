/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_re: a byte of flags, a pattern up to the first LF, then the subject. Every match must lie
 * within the subject; a pattern that is refused or meets a limit must say why.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/re.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_groups(struct slice subject, const struct re_match *m)
{
	for (size_t i = 0; i < m->len; i++) {
		if (m->groups[i].start == SIZE_MAX)
			continue;
		must(m->groups[i].start <= m->groups[i].end);
		must(m->groups[i].end <= subject.len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct slice subject = slice_make((const char *)data + 1, size - 1);
	struct slice pattern = SLICE_EMPTY;
	(void)slice_next_line(&subject, &pattern);
	CLEANUP(re_freep) struct re *re = NULL;
	struct error err = ERROR_INIT;
	if (re_compile(&re, pattern, data[0] & 15, &err) < 0) {
		must(err.blame == ERROR_INPUT && err.message[0]);
		return 0;
	}
	re_set_limits(re, 20000, 4096);
	struct re_match m;
	for (size_t start = 0; start <= subject.len;) {
		int r = re_match(re, subject, start, &m, &err);
		must(r >= 0 || err.message[0]);
		if (r != 0)
			break;
		check_groups(subject, &m);
		start = m.groups[0].end > start ? m.groups[0].end : start + 1;
	}
	for (size_t i = 0; re_group_name(re, i); i++)
		must(re_group_number(re, re_group_name(re, i)) > 0);
	return 0;
}
