/* SPDX-License-Identifier: Apache-2.0 */
/* Shards: how they are written, and that every name has exactly one. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "runner/shard.h"

Test(shard, is_written_as_index_and_count)
{
	static const char *const bad[] = {"",    "1",       "/2",    "1/",   "0/3",
					  "4/3", "1/0",     "-1/3",  "1/3x", " 1/3",
					  "a/b", "1/99999", "1/3/3", "+1/3"};
	struct shard shard = {0};
	struct error err = ERROR_INIT;

	cr_assert_eq(shard_parse(&shard, "2/3", &err), 0);
	cr_assert_eq(shard.index, 2);
	cr_assert_eq(shard.count, 3);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		cr_assert_lt(shard_parse(&shard, bad[i], &err), 0, "'%s' was taken", bad[i]);
		cr_assert_eq(err.blame, ERROR_INPUT);
	}
	cr_assert_eq(shard.index, 2, "a bad text changed the shard");
}

Test(shard, has_every_name_in_exactly_one_part_of_similar_size)
{
	size_t sizes[7] = {0};

	for (int i = 0; i < 7000; i++) {
		char name[32];
		int owners = 0;

		(void)snprintf(name, sizeof(name), "area/case-%d", i);
		for (int64_t k = 1; k <= 7; k++) {
			struct shard shard = {.index = k, .count = 7};

			if (shard_has(&shard, name)) {
				owners++;
				sizes[k - 1]++;
			}
		}
		cr_assert_eq(owners, 1, "'%s' has %d parts", name, owners);
	}
	for (int k = 0; k < 7; k++)
		cr_assert(sizes[k] > 850 && sizes[k] < 1150, "part %d holds %zu", k, sizes[k]);
}

Test(shard, is_the_same_on_every_machine)
{
	/* The first 64 bits of SHA-256 of "a", ca978112ca1bbdca, modulo 5. */
	const struct shard shard = {.index = (int64_t)(0xca978112ca1bbdcaULL % 5) + 1, .count = 5};
	const struct shard none = {.count = 0};

	cr_assert(shard_has(&shard, "a"));
	cr_assert(shard_has(&none, "a"));
}
