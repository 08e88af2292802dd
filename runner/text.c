/* SPDX-License-Identifier: Apache-2.0 */
/* text: see text.h. */
#include "runner/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_MS = 24 * 3600 * 1000 };

bool text_to_duration(int64_t *out_ms, const char *text)
{
	static const struct {
		const char *unit;
		double ms;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
	char *end;
	double number;

	if (text[0] < '0' || text[0] > '9' || text[1] == 'x' || text[1] == 'X')
		return false;
	errno = 0;
	number = strtod(text, &end);
	if (errno != 0)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		double ms = number * units[i].ms;

		if (strcmp(end, units[i].unit) != 0)
			continue;
		if (!(ms >= 1) || ms > DAY_MS)
			return false;
		*out_ms = (int64_t)ms;
		return true;
	}
	return false;
}
