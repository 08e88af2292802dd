/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_output: the program's stdout. Buffered, written out when full, at the end of the program
 * whatever its end, and after each write on a terminal. A failed write is a guest fault once; later
 * output is dropped.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "oracles/reference/rt.h"

static void write_out(struct rt *rt, const char *bytes, uint64_t len)
{
	while (len && !rt->out_failed) {
		ssize_t n = write(STDOUT_FILENO, bytes, len);
		if (n >= 0) {
			bytes += n;
			len -= (uint64_t)n;
		} else if (errno != EINTR) {
			rt->out_failed = errno;
			rt_trapf(rt, "cannot write to stdout: %s", strerror(errno));
		}
	}
}

void rt_flush(struct rt *rt)
{
	uint32_t len = rt->out_len;
	rt->out_len = 0;
	write_out(rt, rt->out, len);
}

void rt_write(struct rt *rt, const char *bytes, uint64_t len)
{
	if (!rt->out) {
		rt->out = rt_alloc(rt, RT_OUT_SIZE);
		rt->out_is_terminal = isatty(STDOUT_FILENO);
		if (!rt->out)
			return;
	}
	if (len > RT_OUT_SIZE - rt->out_len)
		rt_flush(rt);
	if (len > RT_OUT_SIZE) {
		write_out(rt, bytes, len);
		return;
	}
	if (len)
		memcpy(rt->out + rt->out_len, bytes, len);
	rt->out_len += (uint32_t)len;
}
