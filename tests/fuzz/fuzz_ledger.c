/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_ledger: files of a ledger as a stranger might push them. The first line is the path the rest
 * stands at; whatever the text, reading it ends with an answer or an error. Events that are read
 * are folded too, each as if the others had been filed beside it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "triage/ledger_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Lines that are events by everything but their hash, in one history. */
static void fold_lines(struct slice text)
{
	enum { EVENTS_MAX = 64 };
	struct ledger_event events[EVENTS_MAX];
	struct docs docs = {0};
	struct arena arena = ARENA_INIT;
	struct slice line;
	size_t len = 0;
	while (len < EVENTS_MAX && slice_next_line(&text, &line)) {
		char *id = arena_alloc(&arena, DIGEST_HEX_SIZE);
		struct json_doc *doc = NULL;
		digest_hex(id, line);
		if (!json_try(&doc, line, 0))
			continue;
		const char *fp = json_string(json_get(doc->root, "fp"));
		fp = fp ? arena_strdup(&arena, fp) : "";
		json_free(doc);
		if (ledger_event_parse(&events[len], line, fp, id, "seed", &docs, NULL) == 0)
			len++;
	}
	struct fold fold;
	ledger_fold(&fold, events, len, INT64_C(1795442917120), &arena);
	if (!finding_state_name(fold.state))
		abort();
	docs_done(&docs);
	arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_make((const char *)data, size), line;
	struct arena arena = ARENA_INIT;
	enum ledger_file_kind kind;
	if (!slice_next_line(&text, &line))
		return 0;
	const char *path = arena_strndup(&arena, line.ptr, line.len);
	if (ledger_path_parse(&kind, path)) {
		(void)ledger_file_check(kind, path, text, path, NULL);
		/* a file's name need not be right for its reader to meet it */
		struct docs docs = {0};
		const json_node *root = NULL;
		struct ledger_event event;
		char id[DIGEST_HEX_SIZE];
		digest_hex(id, text);
		(void)ledger_run_parse(&root, text, path, &docs, NULL);
		(void)ledger_waiver_parse(&root, text, "w", path, &docs, NULL);
		(void)ledger_event_parse(&event, text, id, id, path, &docs, NULL);
		(void)ledger_fail_check(text, path, NULL);
		docs_done(&docs);
	}
	fold_lines(text);
	arena_done(&arena);
	return 0;
}
