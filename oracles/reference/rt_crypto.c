/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_crypto: digests of bytes, codes made with a key, random bytes. SHA-256 and SHA-512 stand here
 * (FIPS 180-4), so that a compiled program links no library for two hundred lines of arithmetic.
 * Clause: #builtins-current.
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "oracles/reference/rt.h"

/* --- SHA-2
 * ---------------------------------------------------------------------------------------------- */

enum { BLOCK_MAX = 128, DIGEST_MAX = 64 };

/* Fractions of the cube roots of the first primes; SHA-256 takes the upper half of the first 64. */
static const uint64_t round_words[80] = {
	0x428a2f98d728ae22ull, 0x7137449123ef65cdull, 0xb5c0fbcfec4d3b2full, 0xe9b5dba58189dbbcull,
	0x3956c25bf348b538ull, 0x59f111f1b605d019ull, 0x923f82a4af194f9bull, 0xab1c5ed5da6d8118ull,
	0xd807aa98a3030242ull, 0x12835b0145706fbeull, 0x243185be4ee4b28cull, 0x550c7dc3d5ffb4e2ull,
	0x72be5d74f27b896full, 0x80deb1fe3b1696b1ull, 0x9bdc06a725c71235ull, 0xc19bf174cf692694ull,
	0xe49b69c19ef14ad2ull, 0xefbe4786384f25e3ull, 0x0fc19dc68b8cd5b5ull, 0x240ca1cc77ac9c65ull,
	0x2de92c6f592b0275ull, 0x4a7484aa6ea6e483ull, 0x5cb0a9dcbd41fbd4ull, 0x76f988da831153b5ull,
	0x983e5152ee66dfabull, 0xa831c66d2db43210ull, 0xb00327c898fb213full, 0xbf597fc7beef0ee4ull,
	0xc6e00bf33da88fc2ull, 0xd5a79147930aa725ull, 0x06ca6351e003826full, 0x142929670a0e6e70ull,
	0x27b70a8546d22ffcull, 0x2e1b21385c26c926ull, 0x4d2c6dfc5ac42aedull, 0x53380d139d95b3dfull,
	0x650a73548baf63deull, 0x766a0abb3c77b2a8ull, 0x81c2c92e47edaee6ull, 0x92722c851482353bull,
	0xa2bfe8a14cf10364ull, 0xa81a664bbc423001ull, 0xc24b8b70d0f89791ull, 0xc76c51a30654be30ull,
	0xd192e819d6ef5218ull, 0xd69906245565a910ull, 0xf40e35855771202aull, 0x106aa07032bbd1b8ull,
	0x19a4c116b8d2d0c8ull, 0x1e376c085141ab53ull, 0x2748774cdf8eeb99ull, 0x34b0bcb5e19b48a8ull,
	0x391c0cb3c5c95a63ull, 0x4ed8aa4ae3418acbull, 0x5b9cca4f7763e373ull, 0x682e6ff3d6b2b8a3ull,
	0x748f82ee5defb2fcull, 0x78a5636f43172f60ull, 0x84c87814a1f0ab72ull, 0x8cc702081a6439ecull,
	0x90befffa23631e28ull, 0xa4506cebde82bde9ull, 0xbef9a3f7b2c67915ull, 0xc67178f2e372532bull,
	0xca273eceea26619cull, 0xd186b8c721c0c207ull, 0xeada7dd6cde0eb1eull, 0xf57d4f7fee6ed178ull,
	0x06f067aa72176fbaull, 0x0a637dc5a2c898a6ull, 0x113f9804bef90daeull, 0x1b710b35131c471bull,
	0x28db77f523047d84ull, 0x32caab7b40c72493ull, 0x3c9ebe0a15c9bebcull, 0x431d67c49c100d4cull,
	0x4cc5d4becb3e42b6ull, 0x597f299cfc657e2aull, 0x5fcb6fab3ad6faecull, 0x6c44198c4a475817ull,
};

/* Fractions of the square roots of the first primes; SHA-256 takes the upper halves. */
static const uint64_t first_state[8] = {
	0x6a09e667f3bcc908ull, 0xbb67ae8584caa73bull, 0x3c6ef372fe94f82bull, 0xa54ff53a5f1d36f1ull,
	0x510e527fade682d1ull, 0x9b05688c2b3e6c1full, 0x1f83d9abfb41bd6bull, 0x5be0cd19137e2179ull,
};

struct algorithm {
	const char *name;
	uint32_t block;  /* bytes */
	uint32_t digest; /* bytes */
	uint32_t word;   /* bytes */
};

static const struct algorithm algorithms[] = {{"sha256", 64, 32, 4}, {"sha512", 128, 64, 8}};

struct sha {
	const struct algorithm *algorithm;
	uint64_t state[8];
	uint64_t len; /* bytes so far */
	unsigned char block[BLOCK_MAX];
};

static uint64_t load(const unsigned char *at, uint32_t bytes)
{
	uint64_t word = 0;
	for (uint32_t i = 0; i < bytes; i++)
		word = word << 8 | at[i];
	return word;
}

static uint32_t right32(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

static uint64_t right64(uint64_t x, int n)
{
	return x >> n | x << (64 - n);
}

static void mix32(struct sha *sha)
{
	uint32_t w[64], s[8];
	for (int i = 0; i < 16; i++)
		w[i] = (uint32_t)load(sha->block + i * 4, 4);
	for (int i = 16; i < 64; i++) {
		uint32_t a = w[i - 15], b = w[i - 2];
		w[i] = w[i - 16] + (right32(a, 7) ^ right32(a, 18) ^ a >> 3) + w[i - 7] +
		       (right32(b, 17) ^ right32(b, 19) ^ b >> 10);
	}
	for (int i = 0; i < 8; i++)
		s[i] = (uint32_t)sha->state[i];
	for (int i = 0; i < 64; i++) {
		uint32_t one = s[7] + (right32(s[4], 6) ^ right32(s[4], 11) ^ right32(s[4], 25)) +
			       ((s[4] & s[5]) ^ (~s[4] & s[6])) + (uint32_t)(round_words[i] >> 32) +
			       w[i];
		uint32_t two = (right32(s[0], 2) ^ right32(s[0], 13) ^ right32(s[0], 22)) +
			       ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
		memmove(s + 1, s, 7 * sizeof(s[0]));
		s[4] += one;
		s[0] = one + two;
	}
	for (int i = 0; i < 8; i++)
		sha->state[i] = (uint32_t)sha->state[i] + s[i];
}

static void mix64(struct sha *sha)
{
	uint64_t w[80], s[8];
	for (int i = 0; i < 16; i++)
		w[i] = load(sha->block + i * 8, 8);
	for (int i = 16; i < 80; i++) {
		uint64_t a = w[i - 15], b = w[i - 2];
		w[i] = w[i - 16] + (right64(a, 1) ^ right64(a, 8) ^ a >> 7) + w[i - 7] +
		       (right64(b, 19) ^ right64(b, 61) ^ b >> 6);
	}
	memcpy(s, sha->state, sizeof(s));
	for (int i = 0; i < 80; i++) {
		uint64_t one = s[7] + (right64(s[4], 14) ^ right64(s[4], 18) ^ right64(s[4], 41)) +
			       ((s[4] & s[5]) ^ (~s[4] & s[6])) + round_words[i] + w[i];
		uint64_t two = (right64(s[0], 28) ^ right64(s[0], 34) ^ right64(s[0], 39)) +
			       ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
		memmove(s + 1, s, 7 * sizeof(s[0]));
		s[4] += one;
		s[0] = one + two;
	}
	for (int i = 0; i < 8; i++)
		sha->state[i] += s[i];
}

static void sha_start(struct sha *sha, const struct algorithm *algorithm)
{
	sha->algorithm = algorithm;
	sha->len = 0;
	for (int i = 0; i < 8; i++)
		sha->state[i] = algorithm->word == 4 ? first_state[i] >> 32 : first_state[i];
}

static void sha_add(struct sha *sha, const void *bytes, uint64_t len)
{
	const unsigned char *from = bytes;
	uint32_t block = sha->algorithm->block;
	while (len) {
		uint64_t at = sha->len % block, room = block - at;
		uint64_t part = len < room ? len : room;
		memcpy(sha->block + at, from, part);
		sha->len += part;
		from += part;
		len -= part;
		if (part < room)
			return;
		if (sha->algorithm->word == 4)
			mix32(sha);
		else
			mix64(sha);
	}
}

/* A one, zeros, and the number of bits in the last eight bytes of a block. */
static void sha_end(struct sha *sha, unsigned char digest[DIGEST_MAX])
{
	static const unsigned char zeros[BLOCK_MAX];
	uint32_t block = sha->algorithm->block, word = sha->algorithm->word;
	uint64_t bits = sha->len * 8;
	unsigned char tail[8];
	for (int i = 0; i < 8; i++)
		tail[i] = (unsigned char)(bits >> (56 - 8 * i));
	sha_add(sha, "\x80", 1);
	uint64_t used = sha->len % block, want = block - 2 * word;
	sha_add(sha, zeros, used <= want ? want - used : block - used + want);
	sha_add(sha, zeros, 2 * word - 8);
	sha_add(sha, tail, 8);
	for (uint32_t i = 0; i < sha->algorithm->digest; i++)
		digest[i] = (unsigned char)(sha->state[i / word] >> (8 * (word - 1 - i % word)));
}

/* --- builtins
 * ---------------------------------------------------------------------------------------------- */

static struct value bytes_make(struct rt *rt, const void *bytes, uint64_t len)
{
	struct value v = rt_string_make(rt, bytes, len);
	if (v.tag == RT_STRING) {
		v.tag = RT_BYTES;
		v.u.string->head.tag = RT_BYTES;
	}
	return v;
}

static const struct algorithm *find_algorithm(struct rt *rt, const struct value *name,
					      const char *builtin)
{
	if (name->tag != RT_STRING) {
		rt_trapf(rt, "%s expects algorithm as String", builtin);
		return NULL;
	}
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
	unsigned char digest[DIGEST_MAX];
	const struct algorithm *algorithm = find_algorithm(rt, &name, "crypto.hash");
	if (algorithm && are_bytes(rt, &data, "crypto.hash expects data as Bytes")) {
		struct sha sha;
		sha_start(&sha, algorithm);
		sha_add(&sha, data.u.string->bytes, data.u.string->len);
		sha_end(&sha, digest);
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
	unsigned char pad[BLOCK_MAX] = {0}, digest[DIGEST_MAX];
	struct sha sha;
	if (key->u.string->len > algorithm->block) {
		sha_start(&sha, algorithm);
		sha_add(&sha, key->u.string->bytes, key->u.string->len);
		sha_end(&sha, pad);
	} else if (key->u.string->len) {
		memcpy(pad, key->u.string->bytes, key->u.string->len);
	}
	for (uint32_t i = 0; i < algorithm->block; i++)
		pad[i] ^= 0x36;
	sha_start(&sha, algorithm);
	sha_add(&sha, pad, algorithm->block);
	sha_add(&sha, data->u.string->bytes, data->u.string->len);
	sha_end(&sha, digest);
	for (uint32_t i = 0; i < algorithm->block; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	sha_start(&sha, algorithm);
	sha_add(&sha, pad, algorithm->block);
	sha_add(&sha, digest, algorithm->digest);
	sha_end(&sha, digest);
	return bytes_make(rt, digest, algorithm->digest);
}

struct value rt_crypto_hmac(struct rt *rt, uint32_t len, struct value *values)
{
	struct value result = rt_null();
	const struct algorithm *algorithm = find_algorithm(rt, &values[0], "crypto.hmac");
	if (algorithm && are_bytes(rt, &values[1], "crypto.hmac expects key as Bytes") &&
	    are_bytes(rt, &values[2], "crypto.hmac expects data as Bytes"))
		result = hmac(rt, algorithm, &values[1], &values[2]);
	for (uint32_t i = 0; i < len; i++)
		rt_drop(rt, values[i]);
	return result;
}

struct value rt_crypto_random(struct rt *rt, struct value count)
{
	if (count.tag != RT_INT || count.u.i < 0) {
		rt_drop(rt, count);
		rt_trap(rt, "crypto.random_bytes expects an Int that is not negative");
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
