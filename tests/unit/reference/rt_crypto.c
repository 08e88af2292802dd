/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of digests and keyed codes against published vectors (FIPS 180-4, RFC 4231), and over every
 * length around the edges of a block; of random and compared bytes. */
#include "rt_fixture.h"

static struct value bytes(struct rt *rt, const char *text, uint64_t len)
{
	struct value v = rt_string_make(rt, text, len);
	v.tag = RT_BYTES;
	v.u.string->head.tag = RT_BYTES;
	return v;
}

static const struct {
	const char *algorithm;
	const char *abc;   /* of "abc" */
	const char *chain; /* h = digest(h and n times 'a') for n from 0 to 299 */
	const char *short_key;
	const char *long_key;
} table[] = {
	{"sha256", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
	 "+6dHpejU8mbG0U/y1xeG6gC0UctQsNc6SLm7KK1k1hY=",
	 "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=",
	 "YOQxWR7gtn8Niiaqy/W3f44LxiE3KMUUBUYEDw7jf1Q="},
	{"sha512",
	 "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==",
	 "iOga3RIu6qbhSD1Potf3j9knggTxjXpFmG3e9YDVD2NpcDd1Fjs/AVaGz0R+/HoOppU8XwYQXrgumnNi7Do2QQ==",
	 "Fkt6e/z4GeLjlfvnO1bgo4e9ZCIugx/WECcM1+olBVSXWL91wFqZSm0DT2X48Ob9yuqxo01Ka0tjbgcKOLznNw==",
	 "gLJCY8fBo+u3FJPB3XvotJtG0fQbSu7BEhsBN4P481JrVtA34F8lmL0P0iFdah5SleZPc/Y/"
	 "CuyLkVqYXXhlmA=="},
};

Test(rt_crypto, digests_are_those_of_the_standard)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	for (size_t i = 0; i < 2; i++) {
		const char *name = table[i].algorithm;
		expect_printed(&rt, rt_crypto_hash(&rt, str(&rt, name), bytes(&rt, "abc", 3)),
			       table[i].abc);
		struct value h = bytes(&rt, "", 0);
		for (size_t n = 0; n < 300; n++) {
			char text[400];
			size_t len = h.u.string->len;
			memcpy(text, h.u.string->bytes, len);
			memset(text + len, 'a', n);
			rt_drop(&rt, h);
			h = rt_crypto_hash(&rt, str(&rt, name), bytes(&rt, text, len + n));
			cr_assert_eq(h.tag, RT_BYTES);
		}
		expect_printed(&rt, h, table[i].chain);
	}
	rt_done(&rt);
}

Test(rt_crypto, codes_are_those_of_the_standard)
{
	static const char short_text[] = "what do ya want for nothing?";
	static const char long_text[] = "Test Using Larger Than Block-Size Key - Hash Key First";
	char long_key[131];
	struct rt rt;
	memset(long_key, 0xaa, sizeof(long_key));
	rt_init(&rt, &fixture_program, NULL);
	for (size_t i = 0; i < 2; i++) {
		struct value one[] = {str(&rt, table[i].algorithm), bytes(&rt, "Jefe", 4),
				      bytes(&rt, short_text, sizeof(short_text) - 1)};
		expect_printed(&rt, rt_crypto_hmac(&rt, 3, one), table[i].short_key);
		struct value two[] = {str(&rt, table[i].algorithm),
				      bytes(&rt, long_key, sizeof(long_key)),
				      bytes(&rt, long_text, sizeof(long_text) - 1)};
		expect_printed(&rt, rt_crypto_hmac(&rt, 3, two), table[i].long_key);
	}
	rt_done(&rt);
}

Test(rt_crypto, random_bytes_have_their_length_and_differ)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	struct value a = rt_crypto_random(&rt, num(32)), b = rt_crypto_random(&rt, num(32));
	cr_assert(a.tag == RT_BYTES && a.u.string->len == 32);
	cr_expect(rt_crypto_equal(&rt, rt_clone(a), rt_clone(a)));
	cr_expect_not(rt_crypto_equal(&rt, a, b));
	cr_expect_not(rt_crypto_equal(&rt, bytes(&rt, "ab", 2), bytes(&rt, "abc", 3)));
	cr_expect(rt_crypto_equal(&rt, bytes(&rt, "", 0), rt_crypto_random(&rt, num(0))));
	rt_done(&rt);
}

Test(rt_crypto, wrong_operands_are_faults_of_the_program)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	(void)rt_crypto_hash(&rt, str(&rt, "md5"), bytes(&rt, "", 0));
	expect_trap(&rt, "crypto.hash unsupported algorithm md5");
	(void)rt_crypto_hash(&rt, str(&rt, "sha256"), str(&rt, "text"));
	expect_trap(&rt, "crypto.hash expects data as Bytes");
	(void)rt_crypto_random(&rt, num(-1));
	expect_trap(&rt, "crypto.random_bytes expects a non-negative Int");
	(void)rt_crypto_random(&rt, num(INT64_MAX));
	expect_trap(&rt, "out of memory");
	(void)rt_crypto_equal(&rt, str(&rt, "a"), bytes(&rt, "a", 1));
	expect_trap(&rt, "crypto.constant_time_eq expects Bytes arguments");
	rt_done(&rt);
}
