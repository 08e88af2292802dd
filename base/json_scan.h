/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_scan: the strict reading of RFC 8259 text, without a tree. Private to the json module: it
 * decides what is JSON (cJSON alone is laxer), says where it is not, and finds values by number.
 */
#pragma once

#include <stddef.h>

#include "base/slice.h"
#include "base/vec.h"

enum { JSON_DEPTH_MAX = 64, JSON_BYTES_MAX = 16 << 20 };

struct json_token {
	size_t at;
	size_t len;
};

struct json_scan {
	struct slice text;
	size_t at; /* on failure, where the problem is */
	const char *problem;
	unsigned depth;
	size_t values;                  /* values begun, in the order of the text */
	VEC(struct json_token) numbers; /* in the order of the text */
	size_t wanted;                  /* number of a value from 1, 0 for none */
	size_t wanted_at;               /* its first byte */
	size_t wanted_key_at;           /* the quote of its key, or wanted_at */
};

/* Read the whole text: 0, or -1 with `problem` and `at`. Release `numbers` with vec_done. */
int json_scan(struct json_scan *scan);

/* Line and column, both from 1, of a byte; columns count bytes. */
void json_scan_position(struct slice text, size_t at, size_t *line, size_t *column);
