/* SPDX-License-Identifier: Apache-2.0 */
/* digest: SHA-256 through libcrypto. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/slice.h"

enum {
	DIGEST_SIZE = 32,
	DIGEST_HEX_SIZE = 65, /* 64 digits and a NUL */
};

struct digest; /* incremental state */

struct digest *digest_new(void);
struct digest *digest_free(struct digest *digest); /* returns NULL */
void digest_reset(struct digest *digest);
void digest_add(struct digest *digest, const void *bytes, size_t len);
/* The same behind its length, so that no two sequences of parts have the same bytes. */
void digest_add_part(struct digest *digest, const void *bytes, size_t len);
/* Writes the hex form; the state must be reset before more is added. */
void digest_finish(struct digest *digest, char hex[DIGEST_HEX_SIZE]);

/* The same without its hex form, for where many are kept. */
void digest_finish_bytes(struct digest *digest, unsigned char bytes[DIGEST_SIZE]);

/* Is `key` among the `percent` in a hundred that `seed` draws? Another seed draws others. */
bool digest_draws(struct digest *digest, const char *seed, const char *key, int percent);

void digest_hex(char hex[DIGEST_HEX_SIZE], struct slice bytes);
int digest_file(char hex[DIGEST_HEX_SIZE], const char *path, struct error *err);
