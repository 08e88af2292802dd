/* SPDX-License-Identifier: Apache-2.0 */
/* digest: SHA-256 over libcrypto's EVP. A failure there means no memory, so it aborts. */
#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/mem.h"

struct digest {
	EVP_MD_CTX *state;
};

static void must(int ok)
{
	if (!ok)
		mem_exhausted();
}

/* To have libcrypto find the algorithm each time takes longer than to hash a line with it. */
static const EVP_MD *sha256;

static void find_sha256(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

struct digest *digest_new(void)
{
	struct digest *digest = mem_zeroed(1, sizeof(*digest));
	digest->state = EVP_MD_CTX_new();
	must(digest->state != NULL);
	digest_reset(digest);
	return digest;
}

struct digest *digest_free(struct digest *digest)
{
	if (digest) {
		EVP_MD_CTX_free(digest->state);
		free(digest);
	}
	return NULL;
}

static void digest_freep(struct digest **digest)
{
	*digest = digest_free(*digest);
}

void digest_reset(struct digest *digest)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	(void)pthread_once(&once, find_sha256);
	must(sha256 && EVP_DigestInit_ex(digest->state, sha256, NULL));
}

void digest_add(struct digest *digest, const void *bytes, size_t len)
{
	if (len)
		must(EVP_DigestUpdate(digest->state, bytes, len));
}

void digest_add_part(struct digest *digest, const void *bytes, size_t len)
{
	uint64_t size = len;
	digest_add(digest, &size, sizeof(size));
	digest_add(digest, bytes, len);
}

static void write_hex(char hex[DIGEST_HEX_SIZE], const unsigned char sum[32])
{
	static const char digits[] = "0123456789abcdef";
	for (int i = 0; i < 32; i++) {
		hex[2 * i] = digits[sum[i] >> 4];
		hex[2 * i + 1] = digits[sum[i] & 15];
	}
	hex[64] = '\0';
}

void digest_finish_bytes(struct digest *digest, unsigned char bytes[DIGEST_SIZE])
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	must(EVP_DigestFinal_ex(digest->state, sum, NULL));
	memcpy(bytes, sum, DIGEST_SIZE);
}

void digest_finish(struct digest *digest, char hex[DIGEST_HEX_SIZE])
{
	unsigned char sum[DIGEST_SIZE];
	digest_finish_bytes(digest, sum);
	write_hex(hex, sum);
}

bool digest_draws(struct digest *digest, const char *seed, const char *key, int percent)
{
	unsigned char sum[DIGEST_SIZE];
	uint64_t number;
	digest_reset(digest);
	digest_add_part(digest, seed, strlen(seed));
	digest_add_part(digest, key, strlen(key));
	digest_finish_bytes(digest, sum);
	memcpy(&number, sum, sizeof(number));
	return number % 100 < (uint64_t)percent;
}

void digest_hex(char hex[DIGEST_HEX_SIZE], struct slice bytes)
{
	CLEANUP(digest_freep) struct digest *digest = digest_new();
	digest_add(digest, bytes.ptr, bytes.len);
	digest_finish(digest, hex);
}

int digest_file(char hex[DIGEST_HEX_SIZE], const char *path, struct error *err)
{
	CLEANUP(close_p) int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, errno, "cannot open '%s'", path);
	CLEANUP(digest_freep) struct digest *digest = digest_new();
	CLEANUP(free_p) char *block = mem_alloc(64 << 10);
	for (;;) {
		ssize_t got = file_read_some(fd, block, 64 << 10);
		if (got < 0)
			return error_errno(err, errno, "cannot read '%s'", path);
		if (got == 0)
			break;
		digest_add(digest, block, (size_t)got);
	}
	digest_finish(digest, hex);
	return 0;
}
