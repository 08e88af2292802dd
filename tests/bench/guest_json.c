/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest_json: how fast the runtime reads 10 MiB of JSON: megabytes a second of processor time, the
 * median of rounds, for objects, integers and decimals. Exit 1 when the objects miss the target.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "oracles/reference/rt.h"

enum { TEXT_SIZE = 10 << 20, ROUNDS = 5, TARGET = 50 };

static size_t add_item(char *out, int kind, int i)
{
	int n;
	if (kind == 0)
		n = sprintf(out,
			    "{\"id\":%d,\"name\":\"user number %d\",\"score\":%d.%02d,"
			    "\"tags\":[\"a\",\"bcd\"],\"ok\":true,\"note\":null}",
			    i, i, i % 1000, i % 100);
	else if (kind == 1)
		n = sprintf(out, "%d", i * 7);
	else
		n = sprintf(out, "%.17g", i * 0.1234567 + 1e-5 * i);
	return (size_t)n;
}

static char *make_text(int kind, size_t *len)
{
	char *text = malloc(TEXT_SIZE + 512);
	if (!text)
		abort();
	*len = 0;
	for (int i = 0; *len < TEXT_SIZE; i++) {
		text[(*len)++] = i ? ',' : '[';
		*len += add_item(text + *len, kind, i);
	}
	text[(*len)++] = ']';
	return text;
}

static double seconds(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double measure(const char *text, size_t len)
{
	static const struct rt_program program;
	double rates[ROUNDS];
	for (int i = 0; i < ROUNDS; i++) {
		struct rt rt;
		struct value v;
		struct rt_json_problem problem;
		rt_init(&rt, &program, NULL);
		double start = seconds();
		if (!rt_json_read(&rt, &v, text, len, &problem))
			abort();
		rates[i] = (double)len / 1e6 / (seconds() - start);
		rt_drop(&rt, v);
		rt_done(&rt);
	}
	qsort(rates, ROUNDS, sizeof(*rates), by_value);
	return rates[ROUNDS / 2];
}

int main(void)
{
	static const char *const names[] = {"objects", "integers", "decimals"};
	bool met = true;
	for (int kind = 0; kind < 3; kind++) {
		size_t len;
		char *text = make_text(kind, &len);
		double rate = measure(text, len);
		bool ok = kind > 0 || rate >= TARGET;
		printf("json-decode-%s %.0f %d %s\n", names[kind], rate, TARGET,
		       ok ? "ok" : "short");
		met = met && ok;
		free(text);
	}
	return met ? 0 : 1;
}
