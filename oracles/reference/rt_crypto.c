/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_crypto: digests of bytes, codes made with a key, random bytes. SHA-256 and SHA-512 are
 * libmd's: small, in portable C, and linked into a compiled program without anything around it.
 * Clause: #builtins-current.
 */
#include <errno.h>
#include <sha2.h>
#include <string.h>
#include <sys/random.h>

#include "oracles/reference/rt.h"

enum { BLOCK_MAX = SHA512_BLOCK_LENGTH, DIGEST_MAX = SHA512_DIGEST_LENGTH };

struct algorithm {
	const char *name;
	uint32_t block;
	uint32_t digest;
	void (*start)(SHA2_CTX *sha);
	void (*add)(SHA2_CTX *sha, const uint8_t *bytes, size_t len);
	void (*end)(uint8_t *digest, SHA2_CTX *sha);
};

static const struct algorithm algorithms[] = {
	{"sha256", SHA256_BLOCK_LENGTH, SHA256_DIGEST_LENGTH, SHA256Init, SHA256Update,
	 SHA256Final},
	{"sha512", SHA512_BLOCK_LENGTH, SHA512_DIGEST_LENGTH, SHA512Init, SHA512Update,
	 SHA512Final},
};

/* The digest of two parts, one after the other. */
static void digest_of(const struct algorithm *algorithm, uint8_t out[DIGEST_MAX], const void *a,
		      size_t a_len, const void *b, size_t b_len)
{
	SHA2_CTX sha;
	algorithm->start(&sha);
	algorithm->add(&sha, a, a_len);
	algorithm->add(&sha, b, b_len);
	algorithm->end(out, &sha);
}

/* --- builtins --------------------------------------------------------------------------------- */

static struct value bytes_make(struct rt *rt, const void *bytes, uint64_t len)
{
	struct value v = rt_string_make(rt, bytes, len);
	if (v.tag == RT_STRING) {
		v.tag = RT_BYTES;
		v.u.string->head.tag = RT_BYTES;
	}
	return v;
}

static bool is_text(struct rt *rt, const struct value *name, const char *builtin)
{
	if (name->tag != RT_STRING)
		rt_trapf(rt, "%s expects algorithm as String", builtin);
	return name->tag == RT_STRING;
}

static const struct algorithm *find_algorithm(struct rt *rt, const struct value *name,
					      const char *builtin)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (name->u.string->len == strlen(algorithms[i].name) &&
		    memcmp(name->u.string->bytes, algorithms[i].name, name->u.string->len) == 0)
			return &algorithms[i];
	rt_trapf(rt, "%s unsupported algorithm %.*s", builtin, (int)(name->u.string->len & 0xff),
		 name->u.string->bytes);
	return NULL;
}

static bool are_bytes(struct rt *rt, const struct value *v, const char *message)
{
	if (v->tag != RT_BYTES)
		rt_trap(rt, message);
	return v->tag == RT_BYTES;
}

struct value rt_crypto_hash(struct rt *rt, struct value name, struct value data)
{
	struct value result = rt_null();
	uint8_t digest[DIGEST_MAX];
	const struct algorithm *algorithm = NULL;
	if (is_text(rt, &name, "crypto.hash") &&
	    are_bytes(rt, &data, "crypto.hash expects data as Bytes"))
		algorithm = find_algorithm(rt, &name, "crypto.hash");
	if (algorithm) {
		digest_of(algorithm, digest, data.u.string->bytes, data.u.string->len, "", 0);
		result = bytes_make(rt, digest, algorithm->digest);
	}
	rt_drop(rt, name);
	rt_drop(rt, data);
	return result;
}

/* RFC 2104 */
static struct value hmac(struct rt *rt, const struct algorithm *algorithm, const struct value *key,
			 const struct value *data)
{
	uint8_t pad[BLOCK_MAX] = {0}, digest[DIGEST_MAX];
	if (key->u.string->len > algorithm->block)
		digest_of(algorithm, pad, key->u.string->bytes, key->u.string->len, "", 0);
	else if (key->u.string->len)
		memcpy(pad, key->u.string->bytes, key->u.string->len);
	for (uint32_t i = 0; i < algorithm->block; i++)
		pad[i] ^= 0x36;
	digest_of(algorithm, digest, pad, algorithm->block, data->u.string->bytes,
		  data->u.string->len);
	for (uint32_t i = 0; i < algorithm->block; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	digest_of(algorithm, digest, pad, algorithm->block, digest, algorithm->digest);
	return bytes_make(rt, digest, algorithm->digest);
}

struct value rt_crypto_hmac(struct rt *rt, uint32_t len, struct value *values)
{
	struct value result = rt_null();
	const struct algorithm *algorithm = NULL;
	if (is_text(rt, &values[0], "crypto.hmac") &&
	    are_bytes(rt, &values[1], "crypto.hmac expects key as Bytes") &&
	    are_bytes(rt, &values[2], "crypto.hmac expects data as Bytes"))
		algorithm = find_algorithm(rt, &values[0], "crypto.hmac");
	if (algorithm)
		result = hmac(rt, algorithm, &values[1], &values[2]);
	for (uint32_t i = 0; i < len; i++)
		rt_drop(rt, values[i]);
	return result;
}

struct value rt_crypto_random(struct rt *rt, struct value count)
{
	if (count.tag != RT_INT || count.u.i < 0) {
		rt_trap(rt, count.tag == RT_INT ? "crypto.random_bytes expects a non-negative Int"
						: "crypto.random_bytes expects an Int");
		rt_drop(rt, count);
		return rt_null();
	}
	struct value result = rt_string_space(rt, (uint64_t)count.u.i);
	if (result.tag != RT_STRING)
		return rt_null();
	result.tag = RT_BYTES;
	result.u.string->head.tag = RT_BYTES;
	for (uint64_t at = 0; at < result.u.string->len;) {
		ssize_t n = getrandom(result.u.string->bytes + at, result.u.string->len - at, 0);
		if (n < 0 && errno != EINTR) {
			rt_trapf(rt, "crypto.random_bytes failed: %s", strerror(errno));
			break;
		}
		at += n > 0 ? (uint64_t)n : 0;
	}
	return result;
}

/* Looks at every byte whatever it finds. */
int rt_crypto_equal(struct rt *rt, struct value a, struct value b)
{
	volatile unsigned char differs = 1;
	if (a.tag != RT_BYTES || b.tag != RT_BYTES) {
		rt_trap(rt, "crypto.constant_time_eq expects Bytes arguments");
	} else if (a.u.string->len == b.u.string->len) {
		/* the lengths are no secret */
		differs = 0;
		for (uint64_t i = 0; i < a.u.string->len; i++)
			differs |= (unsigned char)(a.u.string->bytes[i] ^ b.u.string->bytes[i]);
	}
	rt_drop(rt, a);
	rt_drop(rt, b);
	return !differs;
}
