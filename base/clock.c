/* SPDX-License-Identifier: Apache-2.0 */
/* clock: reads the host's clocks and its random source; nothing else in the project does. */
#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#include "base/mem.h"

static int64_t read_clock(clockid_t id)
{
	struct timespec now;
	(void)clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_monotonic_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_monotonic_ms(void)
{
	return read_clock(CLOCK_MONOTONIC) / 1000000;
}

int64_t clock_wall_ms(void)
{
	return read_clock(CLOCK_REALTIME) / 1000000;
}

void clock_format_iso(char out[CLOCK_ISO_SIZE], int64_t wall_ms)
{
	int64_t ms = wall_ms % 1000;
	if (ms < 0)
		ms += 1000;
	time_t seconds = (time_t)((wall_ms - ms) / 1000);
	struct tm parts;
	char date[24];
	if (!gmtime_r(&seconds, &parts) ||
	    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &parts) == 0)
		(void)snprintf(date, sizeof(date), "0000-00-00T00:00:00");
	(void)snprintf(out, CLOCK_ISO_SIZE, "%s.%03dZ", date, (int)ms);
}

static void random_bytes(unsigned char *bytes, size_t len)
{
	while (len) {
		ssize_t got = getrandom(bytes, len, 0);
		if (got < 0 && errno == EINTR)
			continue;
		/* Only an unusable kernel gets here, and an id without randomness may collide. */
		if (got <= 0)
			mem_exhausted();
		bytes += got;
		len -= (size_t)got;
	}
}

void clock_ulid(char out[CLOCK_ULID_SIZE], int64_t wall_ms)
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	unsigned char bytes[16];
	for (int i = 0; i < 6; i++)
		bytes[i] = (unsigned char)((uint64_t)wall_ms >> (40 - 8 * i));
	random_bytes(bytes + 6, 10);
	/* 26 digits hold 130 bits: the number is read with two zero bits in front. */
	for (int i = 0; i < CLOCK_ULID_SIZE - 1; i++) {
		int value = 0;
		for (int bit = i * 5 - 2; bit < i * 5 + 3; bit++) {
			int one = bit >= 0 ? (bytes[bit / 8] >> (7 - bit % 8)) & 1 : 0;
			value = value << 1 | one;
		}
		out[i] = digits[value];
	}
	out[CLOCK_ULID_SIZE - 1] = '\0';
}
