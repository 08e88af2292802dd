/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generate SEED...: one file with the programs of these seeds, each announced by a line "== SEED"
 * when it runs. A seed may be a span, "1-50". The same seeds give the same bytes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "tests/generator/gen.h"

static int usage(void)
{
	(void)fputs("usage: generate SEED|FIRST-LAST...\n", stderr);
	return 2;
}

/* False when the text is neither a number nor two with a dash between them. */
static bool read_span(const char *text, uint64_t *first, uint64_t *last)
{
	char *end;

	errno = 0;
	*first = *last = strtoull(text, &end, 10);
	if (end != text && *end == '-') {
		text = end + 1;
		*last = strtoull(text, &end, 10);
	}
	return end != text && *end == '\0' && errno == 0 && *first <= *last;
}

int main(int argc, char **argv)
{
	struct buf programs = BUF_INIT(0);
	struct buf app = BUF_INIT(0);
	int r;

	if (argc < 2)
		return usage();
	buf_adds(&programs, "requires time\nrequires crypto\n\n"
			    "type std.Error:\n  code: String\n  message: String\n\n");
	buf_adds(&app, "\napp \"generated\":\n");
	for (int i = 1; i < argc; i++) {
		uint64_t first;
		uint64_t last;

		if (!read_span(argv[i], &first, &last))
			return usage();
		for (uint64_t seed = first; seed <= last; seed++) {
			gen_program(&programs, seed);
			buf_addc(&programs, '\n');
			buf_addf(&app, "  print(\"== %llu\")\n  p%llu()\n",
				 (unsigned long long)seed, (unsigned long long)seed);
		}
	}
	buf_add_slice(&programs, buf_slice(&app));
	r = file_write_all(STDOUT_FILENO, buf_str(&programs), programs.len) == 0 ? 0 : 1;
	buf_done(&programs);
	buf_done(&app);
	return r;
}
