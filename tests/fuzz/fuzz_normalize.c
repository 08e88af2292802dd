/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_normalize: any two streams (split at the first NUL) judged under rules of every kind. A
 * stream is always equal to itself, and different bytes that no rule touches never are.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "diff/classify.h"
#include "diff/compare.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char spec_text[] = "# L\n\n## M\n\n`fatal: class=<a|b> pid=<...> message=<...> "
				"mode=<...>`\n";

#define HEAD "{\"clause\": \"l#m\", \"clause_sha256\": \"0\", \"reason\": \"r\", "
static const char rules_text[] =
	"{\"schema\": \"parity.rules/1\", \"rules\": [\n" HEAD
	"\"id\": \"envelope\", \"channel\": \"stdout\", \"backends\": [\"aot\"],\n"
	"\"template\": \"fatal: class=<a|b> pid=<...> message=<...> mode=<...>\", \"record\": "
	"\"error\",\n"
	"\"groups\": {\"class\": {\"use\": \"project\"}, \"pid\": {\"use\": \"volatile\", "
	"\"grammar\": \"digits\"},\n"
	"\"message\": {\"use\": \"project\", \"unescape\": \"crlf\", \"json\": true}, \"mode\": "
	"{\"use\": \"one-of\", \"values\": [\"aot\"]}}},\n" HEAD
	"\"id\": \"run\", \"channel\": \"stdout\", \"backends\": [\"canonical\"], \"pattern\": "
	"\"run error: (?<message>[^\\\\n]*(?:\\\\n(?!\\\\z)[^\\\\n]*)*)\",\n"
	"\"record\": \"error\", \"groups\": {\"message\": {\"use\": \"project\", \"json\": "
	"true}}},\n" HEAD "\"id\": \"num\", \"channel\": \"stdout\", \"pattern\": "
	"\"n=(?<n>[0-9a-f]*)\",\n"
	"\"groups\": {\"n\": {\"use\": \"volatile\", \"grammar\": \"digits\"}}},\n" HEAD
	"\"id\": \"set\", \"channel\": \"stdout\", \"pattern\": \"set\\\\{[^}]*\\\\}\", "
	"\"unordered\": true},\n" HEAD "\"id\": \"empty\", \"channel\": \"stdout\", \"pattern\": "
	"\"@(?<e>x*)\",\n"
	"\"groups\": {\"e\": {\"use\": \"volatile\", \"grammar\": \"any\"}}}]}\n";

static struct rules *load_rules(const struct spec *spec)
{
	char path[64] = "/tmp/parity-fuzz-normalize-XXXXXX";
	struct error err = ERROR_INIT;
	struct rules *rules = NULL;
	int fd = mkstemp(path);
	if (fd < 0)
		return NULL;
	(void)close(fd);
	if (file_write(path, slice_of(rules_text), false, &err) < 0 ||
	    rules_load(&rules, path, spec, true, &err) < 0)
		abort();
	(void)unlink(path);
	return rules;
}

static struct observation observed(const char *backend, enum role role, struct slice out)
{
	struct observation obs = {.backend = backend,
				  .role = role,
				  .attempt = 1,
				  .phase = PHASE_RUN,
				  .end = END_EXIT,
				  .meaning = "success",
				  .out = out,
				  .err = SLICE_EMPTY,
				  .out_total = out.len};
	digest_hex(obs.out_sha256, out);
	digest_hex(obs.err_sha256, SLICE_EMPTY);
	return obs;
}

static enum verdict judge(const struct judge *judge, struct slice left, struct slice right,
			  const char *other, enum role role)
{
	struct arena arena = ARENA_INIT;
	struct error err = ERROR_INIT;
	struct test_case test = {.name = "fuzz"};
	struct judgement j = {0};
	struct observation obs[] = {observed("ast", ROLE_CANONICAL, left),
				    observed(other, role, right)};
	int r = judge_case(&j, judge, &test, obs, 2, &arena, &err);
	enum verdict verdict = r < 0 ? VERDICT_COUNT : j.verdict;
	arena_done(&arena);
	return verdict;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct spec *spec;
	static struct rules *rules;
	struct error err = ERROR_INIT;

	if (!spec && spec_parse(&spec, "l.md", slice_of(spec_text), &err) < 0)
		abort();
	if (!rules)
		rules = load_rules(spec);
	if (!rules || size > (1 << 16))
		return 0;
	const char *text = (const char *)data;
	const char *nul = size ? memchr(text, '\0', size) : NULL;
	size_t cut = nul ? (size_t)(nul - text) : size / 2;
	struct slice left = slice_make(text, cut);
	struct slice right = slice_make(text + cut, size - cut);
	struct judge with = {.spec = spec, .rules = rules};
	struct judge without = {.spec = spec};

	(void)judge(&with, left, right, "aot", ROLE_AOT);
	enum verdict same = judge(&with, right, right, "native", ROLE_CANONICAL);
	(void)same; /* a group outside its grammar diverges from the specification alone */
	if (judge(&without, left, left, "aot", ROLE_AOT) != VERDICT_AGREE)
		abort();
	if (judge(&without, left, right, "aot", ROLE_AOT) !=
	    (slice_eq(left, right) ? VERDICT_AGREE : VERDICT_DIVERGE))
		abort();
	return 0;
}
