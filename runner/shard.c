/* SPDX-License-Identifier: Apache-2.0 */
/* shard: see shard.h. */
#include "runner/shard.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* A decimal number without sign or blanks; 0 when it is none. */
static int64_t number(const char *text, const char **end)
{
	int64_t value = 0;

	while (*text >= '0' && *text <= '9' && value <= SHARD_MAX)
		value = value * 10 + (*text++ - '0');
	*end = text;
	return value;
}

int shard_parse(struct shard *out, const char *text, struct error *err)
{
	const char *rest = text;
	struct shard shard = {0};

	shard.index = number(text, &rest);
	if (*rest == '/')
		shard.count = number(rest + 1, &rest);
	if (*rest || shard.index < 1 || shard.count < shard.index || shard.count > SHARD_MAX)
		return error_input(err,
				   "bad shard '%s', expected INDEX/COUNT such as 2/3, at most %d "
				   "of them",
				   text, SHARD_MAX);
	*out = shard;
	return 0;
}

bool shard_has(const struct shard *shard, const char *case_name)
{
	char hex[DIGEST_HEX_SIZE];

	if (shard->count == 0)
		return true;
	digest_hex(hex, slice_of(case_name));
	hex[16] = '\0';
	return strtoull(hex, NULL, 16) % (uint64_t)shard->count == (uint64_t)shard->index - 1;
}

void shard_cut(struct selection *selection, const struct shard *shard)
{
	size_t kept = 0;

	for (size_t i = 0; i < selection->len; i++)
		if (shard_has(shard, selection->cases[i]->name))
			selection->cases[kept++] = selection->cases[i];
	selection->len = kept;
}

int shard_digest(char hex[DIGEST_HEX_SIZE], const struct selection *selection,
		 const struct inputs_sums *sums, struct error *err)
{
	struct inputs *inputs = inputs_new();
	struct digest *digest = digest_new();
	int r = 0;

	for (size_t i = 0; i < selection->len && r == 0; i++) {
		const struct test_case *test = selection->cases[i];
		unsigned char one[DIGEST_SIZE];

		r = inputs_digest(one, inputs, test, err);
		if (r < 0)
			break;
		digest_add(digest, one, sizeof(one));
		if (sums->items)
			memcpy(sums->items[test - sums->first], one, sizeof(one));
	}
	if (r == 0)
		digest_finish(digest, hex);
	digest_free(digest);
	inputs_free(inputs);
	return r;
}
