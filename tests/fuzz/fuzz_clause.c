/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a document: it is cut into clauses or refused as the user's error. Every id finds
 * its clause, and the same text gives the same hashes.
 */
#include "spec/clause.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_make((const char *)data, size);
	CLEANUP(spec_freep) struct spec *spec = NULL;
	CLEANUP(spec_freep) struct spec *again = NULL;
	struct error err = ERROR_INIT;

	if (spec_parse(&spec, "fuzz.md", text, &err) < 0) {
		require(err.blame == ERROR_INPUT && err.message[0]);
		return 0;
	}
	require(spec_parse(&again, "fuzz.md", text, &err) == 0);
	require(!strcmp(spec_sha256(spec), spec_sha256(again)));
	for (size_t i = 0; i < spec_len(spec); i++) {
		const struct clause *clause = spec_at(spec, i);
		require(spec_find(spec, clause->id) == clause);
		require(clause->line > 0 && clause->level > 0);
		if (i < 64)
			(void)spec_suggest(spec, clause->title);
	}
	return 0;
}
