/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_rules: any bytes as a rule file. Loaded, stale or refused, never a crash; and where a rule
 * can be ratified the file is one that loads again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "diff/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char spec_text[] = "# Language\n\n## Maps\n\nThe line `took <n> ms` is free, as is "
				"`id=<hex> by <a|b>`.\n";

static void ratify_all(const char *path, const struct spec *spec)
{
	struct error err = ERROR_INIT;
	struct rules *rules = NULL;
	if (rules_load(&rules, path, spec, true, &err) < 0)
		return;
	for (size_t i = 0; i < rules->len; i++) {
		struct rules *again = NULL;
		if (rules_ratify(path, rules->rules[i].id, spec, "read \"it\"", &err) < 0)
			continue;
		if (rules_load(&again, path, spec, true, &err) < 0)
			abort();
		if (rule_is_stale(rules_find(again, rules->rules[i].id), spec))
			abort();
		rules_free(again);
	}
	rules_free(rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64] = "/tmp/parity-fuzz-rules-XXXXXX";
	struct error err = ERROR_INIT;
	struct spec *spec = NULL;
	struct rules *rules = NULL;
	int fd = mkstemp(path);

	if (fd < 0)
		return 0;
	(void)close(fd);
	if (spec_parse(&spec, "lang.md", slice_of(spec_text), &err) == 0 &&
	    file_write(path, slice_make((const char *)data, size), false, &err) == 0) {
		if (rules_load(&rules, path, spec, false, &err) == 0)
			rules_free(rules);
		ratify_all(path, spec);
	}
	spec_free(spec);
	(void)unlink(path);
	return 0;
}
