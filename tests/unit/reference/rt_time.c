/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of points in time as text: every specifier, the calendar over a long range there and back,
 * what is no point in time. */
#include <stdio.h>

#include "rt_fixture.h"

static const struct {
	int64_t epoch;
	const char *form;
	const char *text;
} shown[] = {
	{0, "%F %T", "1970-01-01 00:00:00"},
	{-1, "%F %T%.3f", "1969-12-31 23:59:59.999"},
	{1700000000123, "%Y %C %y %m %B %b %h %d %e %j",
	 "2023 20 23 11 November Nov Nov 14 14 318"},
	{1700000000123, "%A %a %u %w %U %W", "Tuesday Tue 2 2 46 46"},
	{1700000000123, "%H %I %M %S %p %P %R", "22 10 13 20 PM pm 22:13"},
	{1700000000123, "%f %3f %6f %.3f %.f", "123000000 123 123000 .123 .123"},
	{1700000000000, "[%.f]", "[]"},
	{1700000000123, "%s %Z %z %D %c", "1700000000 UTC +0000 11/14/23 Tue Nov 14 22:13:20 2023"},
	{951782400000, "%F %j", "2000-02-29 060"},
	{-2203977600000, "%F %a", "1900-02-28 Wed"},
	{4107542400000, "%F %a", "2100-03-01 Mon"},
	{-62135596800000, "%F %a", "0001-01-01 Mon"},
	{253402300800000, "%F", "10000-01-01"},
	{0, "%I:%M %p|%n%t%%|%e|%k|%l", "12:00 AM|\n\t%| 1| 0|12"},
	{0, "", ""},
};

Test(rt_time, every_specifier_has_its_text)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		expect_printed(&rt,
			       rt_time_format(&rt, num(shown[i].epoch), str(&rt, shown[i].form)),
			       shown[i].text);
	static const char *const wrong[] = {"%", "%Q", "%.", "%3", "a%"};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		(void)rt_time_format(&rt, num(0), str(&rt, wrong[i]));
		expect_trap(&rt, "time.format failed: invalid format");
	}
	(void)rt_time_format(&rt, num(INT64_MIN), str(&rt, "%Y"));
	expect_trap(&rt, "time.format epoch out of range");
	rt_done(&rt);
}

Test(rt_time, text_is_read_back_as_the_same_point)
{
	static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S%.3f", "%d %B %Y %I:%M:%S %p %3f",
					    "%j/%Y %H%M%S%.f", "%a %b %e %T %Y %s%.3f"};
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	for (int64_t epoch = -62135596800000; epoch < 250000000000000; epoch += 1234567890123) {
		for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
			struct value text = rt_time_format(&rt, num(epoch), str(&rt, forms[i]));
			struct value back = rt_time_parse(&rt, text, str(&rt, forms[i]));
			cr_assert_eq(back.tag, RT_OK, "%s at %lld", forms[i], (long long)epoch);
			/* seconds since the epoch are cut towards the past, fractions are not */
			if (i < 3 || epoch >= 0)
				cr_assert_eq(back.u.cell->content.u.i, epoch, "%s at %lld",
					     forms[i], (long long)epoch);
			rt_drop(&rt, back);
		}
	}
	rt_done(&rt);
}

static const struct {
	const char *text;
	const char *form;
	const char *want; /* printed, NULL for a failure */
} read[] = {
	{"2023-11-14", "%Y-%m-%d", "Ok(1699920000000)"},
	{" 2024-2-3", "%Y-%m-%d", "Ok(1706918400000)"},
	{"14 nov 2023 10:13 pm", "%d %b %Y %I:%M %p", "Ok(1699999980000)"},
	{"12:00 AM 1/1/70", "%I:%M %p %m/%d/%y", "Ok(0)"},
	{"1970-01-01T01:30:00+01:30", "%Y-%m-%dT%H:%M:%S%z", "Ok(0)"},
	{"1970-01-01T00:00:00Z", "%Y-%m-%dT%H:%M:%S%z", "Ok(0)"},
	{"1700000000", "%s", "Ok(1700000000000)"},
	{"-1", "%s", "Ok(-1000)"},
	{"x", "%Y", NULL},
	{"10", "%H", NULL},
	{"2024-02", "%Y-%m", NULL},
	{"2023-02-29", "%Y-%m-%d", NULL},
	{"2023-13-01", "%Y-%m-%d", NULL},
	{"2024-02-03 ", "%Y-%m-%d", NULL},
	{"2024-02-03", "%Y-%m-%d%%", NULL},
	{"366 2023", "%j %Y", NULL},
	{"2024-02-03", "%Y-%m-%", NULL},
	{"", "%Q", NULL},
};

Test(rt_time, what_is_no_point_in_time_is_an_error_value)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	for (size_t i = 0; i < sizeof(read) / sizeof(read[0]); i++) {
		struct value v = rt_time_parse(&rt, str(&rt, read[i].text), str(&rt, read[i].form));
		char failed[120];
		(void)snprintf(failed, sizeof(failed),
			       "Err(std.Error(time.parse failed for format `%s`))", read[i].form);
		cr_assert_eq(rt.trap, RT_TRAP_NONE);
		expect_printed(&rt, v, read[i].want ? read[i].want : failed);
	}
	rt_done(&rt);
}

Test(rt_time, the_clock_moves_on_and_sleep_refuses_the_past)
{
	struct rt rt;
	rt_init(&rt, &fixture_program, NULL);
	struct value a = rt_time_now(&rt, 0, NULL), b = rt_time_now(&rt, 0, NULL);
	cr_expect(a.tag == RT_INT && a.u.i > 1600000000000 && b.u.i >= a.u.i);
	cr_expect_eq(rt_time_sleep(&rt, num(0)).tag, RT_UNIT);
	(void)rt_time_sleep(&rt, num(-1));
	expect_trap(&rt, "time.sleep expects a non-negative Int");
	rt_done(&rt);
}
