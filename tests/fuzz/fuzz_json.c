/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_json: any bytes as JSON text, with and without raw numbers. What is accepted must be written
 * back as text that is accepted again and written the same, and every node must know its line.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_lines(const struct json_doc *doc, const json_node *node, unsigned *budget)
{
	if (*budget == 0)
		return;
	--*budget;
	must(json_line(doc, node) > 0);
	json_each (node, child)
		check_lines(doc, child, budget);
}

static void check_round(struct slice text, unsigned flags)
{
	CLEANUP(json_freep) struct json_doc *doc = NULL;
	if (!json_try(&doc, text, flags))
		return;
	CLEANUP(buf_done) struct buf first = BUF_INIT(0);
	CLEANUP(buf_done) struct buf second = BUF_INIT(0);
	json_write(&first, doc->root);
	must(utf8_is_valid(buf_slice(&first)));
	CLEANUP(json_freep) struct json_doc *again = NULL;
	must(json_try(&again, buf_slice(&first), flags));
	json_write(&second, again->root);
	must(slice_eq(buf_slice(&first), buf_slice(&second)));
	unsigned budget = 200;
	check_lines(doc, doc->root, &budget);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_make((const char *)data, size);
	check_round(text, 0);
	check_round(text, JSON_RAW_NUMBERS);
	struct json_doc *doc = NULL;
	struct error err = ERROR_INIT;
	if (json_parse(&doc, text, "input", 0, &err) < 0)
		must(err.blame == ERROR_INPUT && err.message[0]);
	doc = json_free(doc);
	CLEANUP(buf_done) struct buf quoted = BUF_INIT(0);
	json_write_string(&quoted, text);
	must(json_try(&doc, buf_slice(&quoted), 0));
	doc = json_free(doc);
	return 0;
}
