/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock: a library to preload whose wall clock jumps by a day at every look, forth and back. Who
 * measures time by it sees every limit met, or none.
 */
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { DAY = 24 * 60 * 60 };

int clock_gettime(clockid_t clock, struct timespec *now)
{
	static int looks;
	int r = (int)syscall(SYS_clock_gettime, clock, now);

	if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
		now->tv_sec += ++looks % 2 ? DAY : -DAY;
	return r;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec fine;

	(void)zone;
	(void)clock_gettime(CLOCK_REALTIME, &fine);
	now->tv_sec = fine.tv_sec;
	now->tv_usec = fine.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *out)
{
	struct timespec fine;

	(void)clock_gettime(CLOCK_REALTIME, &fine);
	if (out)
		*out = fine.tv_sec;
	return fine.tv_sec;
}
