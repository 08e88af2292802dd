/* SPDX-License-Identifier: Apache-2.0 */
/* aot_seen: a text file, a line a case: two hashes cut to 64 bits and the name. See aot_seen.h. */
#include "runner/aot_seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/mem.h"
#include "runner/memory.h"

enum { FILE_MAX = 64 << 20, DIGITS = 16 };

struct state {
	uint64_t inputs; /* 0: its leg has not run */
	uint64_t clauses;
};

struct aot_seen {
	const struct suite *suite;
	const struct spec *spec;
	struct digest *digest;
	struct memory memory;
	struct state *states; /* parallel to the suite */
	const struct inputs_sums *sums;
	bool remembers; /* there was a file */
	bool changed;
};

static size_t index_of(const struct aot_seen *seen, const struct test_case *test)
{
	return (size_t)(test - seen->suite->cases);
}

/* Sixteen hex digits and a blank from the front of the line. */
static bool take_number(struct slice *line, uint64_t *out)
{
	char digits[DIGITS + 1] = "";
	char *end;

	if (line->len <= DIGITS || line->ptr[DIGITS] != ' ')
		return false;
	memcpy(digits, line->ptr, DIGITS);
	*out = strtoull(digits, &end, 16);
	*line = slice_make(line->ptr + DIGITS + 1, line->len - DIGITS - 1);
	return *end == '\0';
}

static void parse_line(struct aot_seen *seen, struct slice line)
{
	const struct test_case *test;
	struct state state;
	char *name;

	if (!take_number(&line, &state.inputs) || !take_number(&line, &state.clauses))
		return;
	name = mem_strndup(line.ptr, line.len);
	test = suite_find(seen->suite, name);
	if (test)
		seen->states[index_of(seen, test)] = state;
	free(name);
}

struct aot_seen *aot_seen_open(const char *dir, const char *what, const struct suite *suite,
			       const struct spec *spec, const struct inputs_sums *sums)
{
	struct aot_seen *seen = mem_zeroed(1, sizeof(*seen));
	struct buf text = {.max = FILE_MAX};
	struct slice rest;
	struct slice line;

	seen->suite = suite;
	seen->spec = spec;
	seen->digest = digest_new();
	seen->states = mem_zeroed(suite->len + 1, sizeof(*seen->states));
	seen->sums = sums;
	memory_init(&seen->memory, dir, "aot", what);
	if (memory_read(&text, &seen->memory, FILE_MAX)) {
		seen->remembers = true;
		rest = buf_slice(&text);
		while (slice_next_line(&rest, &line))
			parse_line(seen, line);
	}
	buf_done(&text);
	return seen;
}

struct aot_seen *aot_seen_free(struct aot_seen *seen)
{
	if (seen) {
		digest_free(seen->digest);
		memory_done(&seen->memory);
		free(seen->states);
		free(seen);
	}
	return NULL;
}

/* What the case consists of now, cut to 64 bits; 0: not known. */
static uint64_t inputs_of(const struct aot_seen *seen, size_t at)
{
	uint64_t inputs;

	memcpy(&inputs, seen->sums->items[at], sizeof(inputs));
	return inputs;
}

/* The texts of the clauses that the case cites. */
static uint64_t clauses_of(const struct aot_seen *seen, const struct test_case *test)
{
	char hex[DIGEST_HEX_SIZE];

	digest_reset(seen->digest);
	for (size_t i = 0; i < test->clause_len; i++) {
		const struct clause *clause = spec_find(seen->spec, test->clauses[i]);

		if (clause)
			digest_add(seen->digest, clause->sha256, sizeof(clause->sha256));
	}
	digest_finish(seen->digest, hex);
	hex[DIGITS] = '\0';
	return strtoull(hex, NULL, 16);
}

enum aot_novelty aot_seen_novelty(const struct aot_seen *seen, const struct test_case *test)
{
	size_t at = index_of(seen, test);

	if (!seen->remembers)
		return AOT_NOTHING_NEW;
	if (seen->states[at].inputs != inputs_of(seen, at))
		return AOT_NEW_CASE;
	return seen->states[at].clauses == clauses_of(seen, test) ? AOT_NOTHING_NEW
								  : AOT_NEW_CLAUSE;
}

void aot_seen_note(struct aot_seen *seen, const struct test_case *test)
{
	size_t at = index_of(seen, test);
	const struct state now = {inputs_of(seen, at), clauses_of(seen, test)};

	if (memcmp(&seen->states[at], &now, sizeof(now)) == 0)
		return;
	seen->states[at] = now;
	seen->changed = true;
}

/* The first memory is of how everything stood: what is new is so from then on. */
static void take_stock(struct aot_seen *seen)
{
	for (size_t i = 0; i < seen->suite->len; i++)
		if (inputs_of(seen, i))
			aot_seen_note(seen, &seen->suite->cases[i]);
}

void aot_seen_save(struct aot_seen *seen)
{
	struct buf text = {.max = FILE_MAX};

	if (!seen->remembers)
		take_stock(seen);
	if (!seen->changed || !seen->memory.path)
		return;
	for (size_t i = 0; i < seen->suite->len; i++)
		if (seen->states[i].inputs)
			buf_addf(&text, "%016llx %016llx %s\n",
				 (unsigned long long)seen->states[i].inputs,
				 (unsigned long long)seen->states[i].clauses,
				 seen->suite->cases[i].name);
	if (!text.full)
		memory_write(&seen->memory, buf_slice(&text));
	buf_done(&text);
	seen->changed = false;
}
