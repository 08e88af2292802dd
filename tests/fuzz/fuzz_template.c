/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_template: any text is a template or a message with a column; a template is always a valid
 * pattern. */
#include <stdint.h>
#include <stdlib.h>

#include "base/re.h"
#include "diff/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct error err = ERROR_INIT;
	struct template template;
	struct slice text = slice_make((const char *)data, size);

	if (size <= 4096 && template_compile(&template, text, &arena, &err) == 0) {
		struct re *re = NULL;
		struct re_match m;
		/* More groups than PCRE2 or re.h allow is the one way to fail. */
		if (template.group_len < RE_MAX_GROUPS) {
			if (re_compile(&re, slice_of(template.pattern), RE_MULTILINE, &err) < 0)
				abort();
			for (size_t i = 0; i < template.group_len; i++)
				if (re_group_number(re, template.groups[i].name) < 0)
					abort();
			(void)re_match(re, text, 0, &m, &err);
		}
		re_free(re);
	}
	arena_done(&arena);
	return 0;
}
