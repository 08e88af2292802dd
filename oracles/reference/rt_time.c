/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rt_time: the clock, waiting, and points in time as text. Everything is UTC and English whatever
 * the environment says, so the calendar is worked out here (proleptic Gregorian). Specifiers are
 * those of strftime that make sense there, and fractions: %f nanoseconds, %3f digits, %.f, %.3f
 * with the point. Clause: #builtins-current.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "oracles/reference/rt.h"

#define DAY_MS 86400000LL

/* Years that have six digits at most, so that no sum below overflows. */
#define EPOCH_MAX 31556889864403199LL

static const char *const days[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
				   "Thursday", "Friday", "Saturday"};
static const char *const months[] = {"January",   "February", "March",    "April",
				     "May",       "June",     "July",     "August",
				     "September", "October",  "November", "December"};

struct moment {
	int64_t year;
	int month, day; /* from 1 */
	int weekday;    /* from Sunday */
	int yearday;    /* from 0 */
	int hour, minute, second, milli;
	int64_t epoch; /* ms */
};

/* Days since 1970-01-01. The year is taken to start in March, so that leap days come last. */
static int64_t days_of(int64_t year, int month, int day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t of_era = year - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_length(int64_t year, int month)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return lengths[month - 1] + (month == 2 && is_leap(year));
}

static struct moment moment_of(int64_t epoch)
{
	int64_t day = epoch / DAY_MS, rest = epoch % DAY_MS;
	if (rest < 0) {
		rest += DAY_MS;
		day--;
	}
	struct moment m = {.epoch = epoch, .milli = (int)(rest % 1000)};
	m.hour = (int)(rest / 3600000);
	m.minute = (int)(rest / 60000 % 60);
	m.second = (int)(rest / 1000 % 60);
	m.weekday = (int)(((day + 4) % 7 + 7) % 7);
	m.year = 1970 + day / 366;
	while (days_of(m.year + 1, 1, 1) <= day)
		m.year += 1 + (day - days_of(m.year + 1, 1, 1)) / 366;
	while (days_of(m.year, 1, 1) > day)
		m.year--;
	m.yearday = (int)(day - days_of(m.year, 1, 1));
	int left = m.yearday;
	for (m.month = 1; left >= month_length(m.year, m.month); m.month++)
		left -= month_length(m.year, m.month);
	m.day = left + 1;
	return m;
}

/* --- to text ---------------------------------------------------------------------------------- */

static void add(struct rt *rt, struct rt_text *out, const char *text)
{
	rt_text_add(rt, out, text, strlen(text));
}

static void add_number(struct rt *rt, struct rt_text *out, int width, int64_t n, bool blanks)
{
	char text[32];
	(void)snprintf(text, sizeof(text), blanks ? "%*d" : "%0*d", width, (int)n);
	add(rt, out, text);
}

static int hour12(const struct moment *m)
{
	return m->hour % 12 ? m->hour % 12 : 12;
}

/* The number a letter stands for and how wide it is; 0 when it is none. */
static int number_of(const struct moment *m, char letter, int64_t *n)
{
	switch (letter) {
	case 'Y':
		*n = m->year;
		return 4;
	case 'C':
		*n = (m->year % 100 < 0 ? m->year - 99 : m->year) / 100;
		return 2;
	case 'y':
		*n = (m->year % 100 + 100) % 100;
		return 2;
	case 'm':
		*n = m->month;
		return 2;
	case 'd':
	case 'e':
		*n = m->day;
		return 2;
	case 'j':
		*n = m->yearday + 1;
		return 3;
	case 'H':
	case 'k':
		*n = m->hour;
		return 2;
	case 'I':
	case 'l':
		*n = hour12(m);
		return 2;
	case 'M':
		*n = m->minute;
		return 2;
	case 'S':
		*n = m->second;
		return 2;
	case 'u':
		*n = m->weekday ? m->weekday : 7;
		return 1;
	case 'w':
		*n = m->weekday;
		return 1;
	case 'U':
		*n = (m->yearday + 7 - m->weekday) / 7;
		return 2;
	case 'W':
		*n = (m->yearday + 7 - (m->weekday + 6) % 7) / 7;
		return 2;
	default:
		return 0;
	}
}

/* What a letter is short for, or NULL. */
static const char *expansion(char letter)
{
	switch (letter) {
	case 'F':
		return "%Y-%m-%d";
	case 'D':
	case 'x':
		return "%m/%d/%y";
	case 'T':
	case 'X':
		return "%H:%M:%S";
	case 'R':
		return "%H:%M";
	case 'r':
		return "%I:%M:%S %p";
	case 'c':
		return "%a %b %e %H:%M:%S %Y";
	default:
		return NULL;
	}
}

static bool add_word(struct rt *rt, struct rt_text *out, const struct moment *m, char letter)
{
	char text[32] = "";
	switch (letter) {
	case 'a':
	case 'A':
		rt_text_add(rt, out, days[m->weekday],
			    letter == 'a' ? 3 : strlen(days[m->weekday]));
		return true;
	case 'b':
	case 'h':
	case 'B':
		rt_text_add(rt, out, months[m->month - 1],
			    letter == 'B' ? strlen(months[m->month - 1]) : 3);
		return true;
	case 'p':
		add(rt, out, m->hour < 12 ? "AM" : "PM");
		return true;
	case 'P':
		add(rt, out, m->hour < 12 ? "am" : "pm");
		return true;
	case 'Z':
		add(rt, out, "UTC");
		return true;
	case 'z':
		add(rt, out, "+0000");
		return true;
	case 's':
		(void)snprintf(text, sizeof(text), "%lld",
			       (long long)((m->epoch - m->milli) / 1000));
		add(rt, out, text);
		return true;
	case 'n':
	case 't':
	case '%':
		rt_text_add(rt, out, letter == 'n' ? "\n" : letter == 't' ? "\t" : "%", 1);
		return true;
	default:
		return false;
	}
}

/* "%f", "%3f", "%.f", "%.3f" behind their '%': how many bytes, or 0 when it is none of them. */
static uint64_t fraction_at(const char *at, uint64_t len, bool *point, int *digits)
{
	uint64_t used = len > 0 && at[0] == '.';
	*point = used > 0;
	*digits = *point ? 0 : 9;
	if (used < len && (at[used] == '3' || at[used] == '6' || at[used] == '9'))
		*digits = at[used++] - '0';
	return used < len && at[used] == 'f' ? used + 1 : 0;
}

static void add_fraction(struct rt *rt, struct rt_text *out, int milli, bool point, int digits)
{
	char text[16];
	if (point && digits == 0 && milli == 0)
		return;
	(void)snprintf(text, sizeof(text), "%03d000000", milli);
	if (point)
		add(rt, out, ".");
	rt_text_add(rt, out, text, digits ? (uint64_t)digits : 3);
}

/* False on an unknown specifier. */
static bool format(struct rt *rt, struct rt_text *out, const struct moment *m, const char *form,
		   uint64_t len)
{
	for (uint64_t i = 0; i < len; i++) {
		if (form[i] != '%') {
			rt_text_add(rt, out, &form[i], 1);
			continue;
		}
		bool point;
		int digits;
		int64_t n;
		uint64_t used = fraction_at(form + i + 1, len - i - 1, &point, &digits);
		if (used > 0) {
			add_fraction(rt, out, m->milli, point, digits);
			i += used;
			continue;
		}
		char letter = ++i < len ? form[i] : '\0';
		int width = number_of(m, letter, &n);
		const char *longer = expansion(letter);
		if (width > 0)
			add_number(rt, out, width, n,
				   letter == 'e' || letter == 'k' || letter == 'l');
		else if (longer)
			(void)format(rt, out, m, longer, strlen(longer));
		else if (!add_word(rt, out, m, letter))
			return false;
	}
	return true;
}

struct value rt_time_format(struct rt *rt, struct value epoch, struct value form)
{
	struct rt_text text = {0};
	struct value result = rt_null();
	if (epoch.tag != RT_INT)
		rt_trap(rt, "time.format expects epoch as Int");
	else if (form.tag != RT_STRING)
		rt_trap(rt, "time.format expects format as String");
	else if (epoch.u.i > EPOCH_MAX || epoch.u.i < -EPOCH_MAX)
		rt_trap(rt, "time.format epoch out of range");
	if (!rt->trap) {
		struct moment m = moment_of(epoch.u.i);
		if (!format(rt, &text, &m, form.u.string->bytes, form.u.string->len))
			rt_trap(rt, "time.format failed: invalid format");
		else if (!rt->trap)
			result = rt_string_make(rt, text.bytes, text.len);
	}
	rt_text_done(rt, &text);
	rt_drop(rt, epoch);
	rt_drop(rt, form);
	return result;
}

/* --- from text -------------------------------------------------------------------------------- */

struct parse {
	const char *at, *end;
	struct moment m;
	bool has_year, has_month, has_day, has_yearday, has_epoch, has_half, is_pm;
	int64_t offset; /* minutes east */
};

static bool take_number(struct parse *p, int most, int64_t min, int64_t max, int64_t *out)
{
	int digits = 0;
	int64_t n = 0;
	bool negative = false;
	if (most > 4 && p->at < p->end && (*p->at == '-' || *p->at == '+'))
		negative = *p->at++ == '-';
	for (; digits < most && p->at < p->end && *p->at >= '0' && *p->at <= '9'; digits++)
		n = n * 10 + (*p->at++ - '0');
	*out = negative ? -n : n;
	return digits > 0 && *out >= min && *out <= max;
}

/* The number of the word the text starts with, long or cut to three letters; any case. */
static int take_word(struct parse *p, const char *const *words, int len)
{
	for (int i = 0; i < len; i++) {
		size_t all = strlen(words[i]), room = (size_t)(p->end - p->at);
		for (int whole = 1; whole >= 0; whole--) {
			size_t want = whole ? all : 3, k = 0;
			while (k < want && k < room && (p->at[k] | 32) == (words[i][k] | 32))
				k++;
			if (k < want)
				continue;
			p->at += want;
			return i;
		}
	}
	return -1;
}

static void skip_blanks(struct parse *p)
{
	while (p->at < p->end && strchr(" \t\n\r\f\v", *p->at) && *p->at)
		p->at++;
}

static bool take_fraction(struct parse *p, bool point, int digits)
{
	int taken = 0, scale = 100;
	if (point && (p->at == p->end || *p->at != '.'))
		return digits == 0;
	p->at += point;
	for (; p->at < p->end && *p->at >= '0' && *p->at <= '9' && taken < 9; taken++) {
		p->m.milli += (*p->at++ - '0') * scale;
		scale /= 10;
	}
	return taken > 0 && (digits == 0 || !point || taken == digits);
}

/* "+hh:mm", "-hhmm", "Z" */
static bool take_offset(struct parse *p)
{
	int64_t hours, minutes;
	if (p->at < p->end && (*p->at == 'Z' || *p->at == 'z')) {
		p->at++;
		return true;
	}
	if (p->at == p->end || (*p->at != '+' && *p->at != '-'))
		return false;
	int sign = *p->at++ == '-' ? -1 : 1;
	if (!take_number(p, 2, 0, 23, &hours))
		return false;
	if (p->at < p->end && *p->at == ':')
		p->at++;
	if (!take_number(p, 2, 0, 59, &minutes))
		return false;
	p->offset = sign * (hours * 60 + minutes);
	return true;
}

static bool take(struct parse *p, const char *form, uint64_t len);

static bool take_letter(struct parse *p, char letter)
{
	const char *longer = expansion(letter);
	int64_t n = 0;
	int word;
	if (longer)
		return take(p, longer, strlen(longer));
	if (letter != '%' && letter != 'n' && letter != 't')
		skip_blanks(p);
	switch (letter) {
	case 'Y':
		p->has_year = take_number(p, 6, -999999, 999999, &p->m.year);
		return p->has_year;
	case 'y':
		p->has_year = take_number(p, 2, 0, 99, &n);
		p->m.year = n < 70 ? 2000 + n : 1900 + n;
		return p->has_year;
	case 'm':
		p->has_month = take_number(p, 2, 1, 12, &n);
		p->m.month = (int)n;
		return p->has_month;
	case 'd':
	case 'e':
		p->has_day = take_number(p, 2, 1, 31, &n);
		p->m.day = (int)n;
		return p->has_day;
	case 'j':
		p->has_yearday = take_number(p, 3, 1, 366, &n);
		p->m.yearday = (int)n - 1;
		return p->has_yearday;
	case 'H':
	case 'k':
		p->m.hour = take_number(p, 2, 0, 23, &n) ? (int)n : -1;
		return p->m.hour >= 0;
	case 'I':
	case 'l':
		p->has_half = take_number(p, 2, 1, 12, &n);
		p->m.hour = (int)(n % 12);
		return p->has_half;
	case 'M':
		p->m.minute = take_number(p, 2, 0, 59, &n) ? (int)n : -1;
		return p->m.minute >= 0;
	case 'S':
		p->m.second = take_number(p, 2, 0, 60, &n) ? (int)n : -1;
		return p->m.second >= 0;
	case 's':
		p->has_epoch = take_number(p, 14, -EPOCH_MAX / 1000, EPOCH_MAX / 1000, &p->m.epoch);
		return p->has_epoch;
	case 'a':
	case 'A':
		return take_word(p, days, 7) >= 0;
	case 'b':
	case 'h':
	case 'B':
		word = take_word(p, months, 12);
		p->has_month = word >= 0;
		p->m.month = word + 1;
		return p->has_month;
	case 'p':
	case 'P':
		if (p->end - p->at < 2 || (p->at[1] | 32) != 'm' ||
		    ((*p->at | 32) != 'a' && (*p->at | 32) != 'p'))
			return false;
		p->is_pm = (*p->at | 32) == 'p';
		p->at += 2;
		return true;
	case 'z':
		return take_offset(p);
	case 'n':
	case 't':
		skip_blanks(p);
		return true;
	case '%':
		return p->at < p->end && *p->at++ == '%';
	default:
		return false;
	}
}

static bool take(struct parse *p, const char *form, uint64_t len)
{
	for (uint64_t i = 0; i < len; i++) {
		bool point;
		int digits;
		if (form[i] == '%') {
			uint64_t used = fraction_at(form + i + 1, len - i - 1, &point, &digits);
			if (used > 0 ? !take_fraction(p, point, digits == 9 && !point ? 0 : digits)
				     : ++i >= len || !take_letter(p, form[i]))
				return false;
			i += used;
		} else if (form[i] && strchr(" \t\n\r\f\v", form[i])) {
			skip_blanks(p);
		} else if (p->at == p->end || *p->at++ != form[i]) {
			return false;
		}
	}
	return true;
}

/* A date is needed, the time of day is midnight where it is not given. */
static bool epoch_of(struct parse *p, int64_t *out)
{
	struct moment *m = &p->m;
	if (p->has_epoch) {
		*out = m->epoch * 1000 + m->milli;
		return true;
	}
	if (!p->has_year || (!p->has_yearday && (!p->has_month || !p->has_day)))
		return false;
	if (p->has_yearday && m->yearday >= 365 + is_leap(m->year))
		return false;
	if (!p->has_yearday && m->day > month_length(m->year, m->month))
		return false;
	int64_t day = p->has_yearday ? days_of(m->year, 1, 1) + m->yearday
				     : days_of(m->year, m->month, m->day);
	int hour = p->has_half && p->is_pm ? m->hour + 12 : m->hour;
	*out = day * DAY_MS + ((hour * 60 + m->minute - p->offset) * 60 + m->second) * 1000 +
	       m->milli;
	return true;
}

struct value rt_time_parse(struct rt *rt, struct value text, struct value form)
{
	struct value result = rt_null();
	int64_t epoch = 0;
	if (text.tag != RT_STRING)
		rt_trap(rt, "time.parse expects text as String");
	else if (form.tag != RT_STRING)
		rt_trap(rt, "time.parse expects format as String");
	if (!rt->trap) {
		const struct rt_string *s = text.u.string, *f = form.u.string;
		struct parse p = {.at = s->bytes, .end = s->bytes + s->len};
		if (take(&p, f->bytes, f->len) && p.at == p.end && epoch_of(&p, &epoch)) {
			result = rt_ok(rt, rt_v_of_i(rt, epoch));
		} else {
			struct rt_text message = {0};
			add(rt, &message, "time.parse failed for format `");
			rt_text_add(rt, &message, f->bytes, f->len);
			add(rt, &message, "`");
			struct value said = rt_string_make(rt, message.bytes, message.len);
			rt_text_done(rt, &message);
			result = rt_err(rt, rt_error_make(rt, said));
		}
	}
	rt_drop(rt, text);
	rt_drop(rt, form);
	return result;
}

/* --- the clock -------------------------------------------------------------------------------- */

struct value rt_time_now(struct rt *rt, uint32_t len, struct value *none)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	return rt_v_of_i(rt, (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

struct value rt_time_sleep(struct rt *rt, struct value ms)
{
	if (ms.tag != RT_INT || ms.u.i < 0) {
		rt_trap(rt, ms.tag == RT_INT ? "time.sleep expects a non-negative Int"
					     : "time.sleep expects an Int");
		rt_drop(rt, ms);
		return rt_null();
	}
	struct timespec left = {.tv_sec = ms.u.i / 1000, .tv_nsec = ms.u.i % 1000 * 1000000};
	rt_flush(rt);
	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		continue;
	return rt_unit();
}
