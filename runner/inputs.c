/* SPDX-License-Identifier: Apache-2.0 */
/* inputs: see inputs.h. */
#include "runner/inputs.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

enum { INPUT_MAX = 64 << 20 };

struct inputs {
	struct digest *digest;
	struct buf text;
};

struct inputs *inputs_new(void)
{
	struct inputs *inputs = mem_zeroed(1, sizeof(*inputs));

	inputs->digest = digest_new();
	inputs->text.max = INPUT_MAX;
	return inputs;
}

struct inputs *inputs_free(struct inputs *inputs)
{
	if (inputs) {
		digest_free(inputs->digest);
		buf_done(&inputs->text);
		free(inputs);
	}
	return NULL;
}

static void add(struct inputs *inputs, struct slice part)
{
	digest_add_part(inputs->digest, part.ptr, part.len);
}

static int add_file(struct inputs *inputs, const char *path, struct error *err)
{
	int r;

	buf_clear(&inputs->text);
	r = file_read(&inputs->text, path, INPUT_MAX, err);
	if (r == 0)
		add(inputs, buf_slice(&inputs->text));
	return r;
}

int inputs_digest(unsigned char sum[DIGEST_SIZE], struct inputs *inputs,
		  const struct test_case *test, struct error *err)
{
	int r;

	digest_reset(inputs->digest);
	add(inputs, slice_of(test->name));
	add(inputs, slice_of(test->file));
	/* Both may have been read from files of their own. */
	add(inputs, test->golden);
	add(inputs, test->stdin_text);
	r = add_file(inputs, test->path, err);
	if (r == 0 && strcmp(test->source, test->path) != 0)
		r = add_file(inputs, test->source, err);
	for (size_t i = 0; i < test->file_len && r == 0; i++) {
		const struct case_file *file = &test->files[i];

		add(inputs, slice_of(file->path));
		if (file->source)
			r = add_file(inputs, file->source, err);
		else
			add(inputs, file->text);
	}
	if (r == 0)
		digest_finish_bytes(inputs->digest, sum);
	return r;
}
