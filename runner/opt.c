/* SPDX-License-Identifier: Apache-2.0 */
/* opt: see opt.h. One value setter serves the command line and the environment. */
#include "runner/opt.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/vec.h"
#include "runner/text.h"

enum { ENV_NAME_MAX = 64 };

static bool is_positional(const struct opt *opt)
{
	return opt->type == OPT_ARG || opt->type == OPT_ARG_MUST || opt->type == OPT_ARGS;
}

static int set_int(int64_t *out, const struct opt *opt, const char *as, const char *text,
		   struct error *err)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (*text == '\0' || *end != '\0' || errno != 0 || number < opt->min || number > opt->max)
		return error_input(err,
				   "bad value '%s' for %s, expected a number from %lld to %lld",
				   text, as, (long long)opt->min, (long long)opt->max);
	*out = number;
	return 0;
}

static int set_choice(const char **out, const struct opt *opt, const char *as, const char *text,
		      struct error *err)
{
	struct buf known = BUF_INIT(512);

	for (const char *const *choice = opt->choices; *choice; choice++) {
		if (strcmp(text, *choice) == 0) {
			*out = *choice;
			buf_done(&known);
			return 0;
		}
		buf_addf(&known, "%s%s", known.len ? ", " : "", *choice);
	}
	(void)error_input(err, "bad value '%s' for %s, expected one of %s", text, as,
			  buf_str(&known));
	buf_done(&known);
	return -1;
}

static int set_value(const struct opt *opt, void *target, const char *as, const char *text,
		     struct error *err)
{
	char *member = (char *)target + opt->offset;

	switch (opt->type) {
	case OPT_FLAG:
		*(bool *)member = true;
		return 0;
	case OPT_INT:
		return set_int((int64_t *)member, opt, as, text, err);
	case OPT_CHOICE:
		return set_choice((const char **)member, opt, as, text, err);
	case OPT_DURATION:
		if (!text_to_duration((int64_t *)member, text))
			return error_input(err,
					   "bad value '%s' for %s, expected a duration such as "
					   "500ms, 5s or 2m",
					   text, as);
		return 0;
	default:
		if (*text == '\0')
			return error_input(err, "empty value for %s", as);
		*(const char **)member = text;
		return 0;
	}
}

static int read_environment(const struct opt *opts, void *target, struct error *err)
{
	for (const struct opt *opt = opts; opt->type != OPT_NONE; opt++) {
		char name[ENV_NAME_MAX] = "PARITY_";
		size_t len = strlen(name);
		const char *text;
		int r;

		if (is_positional(opt))
			continue;
		for (const char *c = opt->name; *c && len + 1 < sizeof(name); c++)
			name[len++] = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
		name[len] = '\0';
		text = getenv(name);
		if (!text || *text == '\0')
			continue;
		if (opt->type == OPT_FLAG) {
			if (strcmp(text, "0") == 0)
				continue;
			if (strcmp(text, "1") != 0)
				return error_input(err, "bad value '%s' for %s, expected 0 or 1",
						   text, name);
		}
		r = set_value(opt, target, name, text, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static const struct opt *find_long(const struct opt *opts, const char *name, size_t len)
{
	for (const struct opt *opt = opts; opt->type != OPT_NONE; opt++)
		if (!is_positional(opt) && strlen(opt->name) == len &&
		    strncmp(opt->name, name, len) == 0)
			return opt;
	return NULL;
}

static const struct opt *find_letter(const struct opt *opts, char letter)
{
	for (const struct opt *opt = opts; opt->type != OPT_NONE; opt++)
		if (!is_positional(opt) && opt->letter == letter)
			return opt;
	return NULL;
}

static int unknown_option(const struct opt *opts, const char *word, size_t len, struct error *err)
{
	VEC(const char *) names = {0};
	char typed[ENV_NAME_MAX];
	const char *near;

	if (len >= sizeof(typed))
		len = sizeof(typed) - 1;
	memcpy(typed, word, len);
	typed[len] = '\0';
	for (const struct opt *opt = opts; opt->type != OPT_NONE; opt++)
		if (!is_positional(opt))
			vec_push(&names, opt->name);
	vec_push(&names, NULL);
	near = json_nearest(typed, names.items);
	if (near)
		(void)error_input(err, "unknown option '--%s', did you mean '--%s'", typed, near);
	else
		(void)error_input(err, "unknown option '--%s'", typed);
	vec_done(&names);
	return -1;
}

/* A cursor over argv that collects positional arguments at its front. */
struct reader {
	const struct opt *opts;
	void *target;
	char **argv;
	int argc;
	int next;
	int kept; /* positionals moved to argv[1..kept] */
};

static int read_long(struct reader *in, const char *word, struct error *err)
{
	const char *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);
	const struct opt *opt = find_long(in->opts, word, len);
	char as[ENV_NAME_MAX + 2] = "--";

	if (!opt && len == 4 && strncmp(word, "help", 4) == 0)
		return OPT_HELP;
	if (!opt)
		return unknown_option(in->opts, word, len, err);
	strncat(as, opt->name, sizeof(as) - 3);
	if (opt->type == OPT_FLAG && equals)
		return error_input(err, "option '%s' takes no value", as);
	if (opt->type == OPT_FLAG)
		return set_value(opt, in->target, as, "1", err);
	if (equals)
		return set_value(opt, in->target, as, equals + 1, err);
	if (opt->bare) {
		*(int64_t *)((char *)in->target + opt->offset) = opt->bare;
		return 0;
	}
	if (in->next == in->argc)
		return error_input(err, "option '%s' needs a value: %s %s", as, as, opt->value);
	return set_value(opt, in->target, as, in->argv[in->next++], err);
}

/* `word` is what follows the dash: flags in a row, the last may take a value. */
static int read_short(struct reader *in, const char *word, struct error *err)
{
	for (; *word; word++) {
		const struct opt *opt = find_letter(in->opts, *word);
		char as[3] = {'-', *word, '\0'};
		int r;

		if (!opt && *word == 'h')
			return OPT_HELP;
		if (!opt)
			return error_input(err, "unknown option '%s'", as);
		if (opt->type == OPT_FLAG) {
			(void)set_value(opt, in->target, as, "1", err);
			continue;
		}
		if (word[1])
			r = set_value(opt, in->target, as, word + 1, err);
		else if (in->next == in->argc)
			r = error_input(err, "option '%s' needs a value: %s %s", as, as,
					opt->value);
		else
			r = set_value(opt, in->target, as, in->argv[in->next++], err);
		return r;
	}
	return 0;
}

static int place_arguments(struct reader *in, struct error *err)
{
	int used = 0;

	for (const struct opt *opt = in->opts; opt->type != OPT_NONE; opt++) {
		char *member = (char *)in->target + opt->offset;

		if (!is_positional(opt))
			continue;
		if (opt->type == OPT_ARGS) {
			((struct opt_args *)member)->items = in->argv + 1 + used;
			((struct opt_args *)member)->len = (size_t)(in->kept - used);
			used = in->kept;
		} else if (used < in->kept) {
			*(const char **)member = in->argv[1 + used++];
		} else if (opt->type == OPT_ARG_MUST) {
			return error_input(err, "missing argument %s", opt->name);
		}
	}
	if (used < in->kept)
		return error_input(err, "unexpected argument '%s'", in->argv[1 + used]);
	return 0;
}

int opt_parse(const struct opt *opts, void *target, int argc, char **argv, struct error *err)
{
	struct reader in = {.opts = opts, .target = target, .argv = argv, .argc = argc, .next = 1};
	bool only_arguments = false;
	int r = 0;

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0)
			return OPT_HELP;
	r = read_environment(opts, target, err);
	while (r == 0 && in.next < argc) {
		char *word = argv[in.next++];

		if (only_arguments || word[0] != '-' || word[1] == '\0')
			argv[1 + in.kept++] = word;
		else if (strcmp(word, "--") == 0)
			only_arguments = true;
		else if (word[1] == '-')
			r = read_long(&in, word + 2, err);
		else
			r = read_short(&in, word + 1, err);
	}
	return r == 0 ? place_arguments(&in, err) : r;
}

static void help_line(struct buf *out, const struct opt *opt)
{
	struct buf left = BUF_INIT(256);

	if (is_positional(opt))
		buf_addf(&left, "  %s", opt->name);
	else if (opt->letter)
		buf_addf(&left, "  -%c, --%s", opt->letter, opt->name);
	else
		buf_addf(&left, "      --%s", opt->name);
	if (opt->value)
		buf_addf(&left, opt->bare ? "[=%s]" : " %s", opt->value);
	buf_addf(out, "%-28s  %s\n", buf_str(&left), opt->help);
	buf_done(&left);
}

void opt_help(struct buf *out, const char *verb, const char *about, const struct opt *opts)
{
	bool has_options = false;

	for (const struct opt *opt = opts; opt->type != OPT_NONE; opt++)
		has_options = has_options || !is_positional(opt);
	buf_addf(out, "usage: parity %s%s", verb, has_options ? " [options]" : "");
	for (const struct opt *opt = opts; opt->type != OPT_NONE; opt++) {
		if (opt->type == OPT_ARG)
			buf_addf(out, " [%s]", opt->name);
		else if (opt->type == OPT_ARG_MUST)
			buf_addf(out, " %s", opt->name);
		else if (opt->type == OPT_ARGS)
			buf_addf(out, " [%s...]", opt->name);
	}
	buf_addf(out, "\n\n%s\n\n", about);
	for (const struct opt *opt = opts; opt->type != OPT_NONE; opt++)
		if (is_positional(opt))
			help_line(out, opt);
	for (const struct opt *opt = opts; opt->type != OPT_NONE; opt++)
		if (!is_positional(opt))
			help_line(out, opt);
	help_line(out, &(const struct opt){.letter = 'h', .name = "help", .help = "this text"});
}
