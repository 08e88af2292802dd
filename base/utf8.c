/* SPDX-License-Identifier: Apache-2.0 */
/* utf8: the well-formed byte sequences of RFC 3629, as its table of second-byte ranges has them. */
#include "base/utf8.h"

static bool is_tail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* Which second bytes may follow a lead byte: this is what shuts out overlong forms and surrogates.
 */
static bool second_fits(unsigned char lead, unsigned char second)
{
	switch (lead) {
	case 0xe0:
		return second >= 0xa0 && second <= 0xbf;
	case 0xed:
		return second >= 0x80 && second <= 0x9f;
	case 0xf0:
		return second >= 0x90 && second <= 0xbf;
	case 0xf4:
		return second >= 0x80 && second <= 0x8f;
	default:
		return is_tail(second);
	}
}

size_t utf8_length(const char *bytes, size_t len)
{
	const unsigned char *p = (const unsigned char *)bytes;
	if (len == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	size_t want = p[0] >= 0xc2 && p[0] <= 0xdf   ? 2
		      : p[0] >= 0xe0 && p[0] <= 0xef ? 3
		      : p[0] >= 0xf0 && p[0] <= 0xf4 ? 4
						     : 0;
	if (want == 0 || len < want || !second_fits(p[0], p[1]))
		return 0;
	for (size_t i = 2; i < want; i++)
		if (!is_tail(p[i]))
			return 0;
	return want;
}

bool utf8_is_valid(struct slice bytes)
{
	for (size_t at = 0; at < bytes.len;) {
		size_t step = utf8_length(bytes.ptr + at, bytes.len - at);
		if (step == 0)
			return false;
		at += step;
	}
	return true;
}

size_t utf8_encode(char out[4], uint32_t code)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | (code >> 6));
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | (code >> 12));
		out[1] = (char)(0x80 | ((code >> 6) & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | (code >> 18));
	out[1] = (char)(0x80 | ((code >> 12) & 0x3f));
	out[2] = (char)(0x80 | ((code >> 6) & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}
