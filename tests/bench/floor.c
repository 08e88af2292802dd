/* SPDX-License-Identifier: Apache-2.0 */
/*
 * floor: bare starts as a program, for whoever measures whole commands beside it.
 *
 * usage: floor COUNT IN_FLIGHT PROGRAM [ARG...]; exit 0 when every one of them ended well.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/figure.h"

int main(int argc, char **argv)
{
	int count = argc > 3 ? atoi(argv[1]) : 0;
	int in_flight = argc > 3 ? atoi(argv[2]) : 0;

	if (count < 1 || in_flight < 1) {
		(void)fprintf(stderr, "usage: floor COUNT IN_FLIGHT PROGRAM [ARG...]\n");
		return 2;
	}
	return figure_bare_starts(argv + 3, count, in_flight) < 0 ? 1 : 0;
}
