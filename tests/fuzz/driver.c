/* SPDX-License-Identifier: Apache-2.0 */
/*
 * driver: replays inputs through a fuzz target without a fuzzing engine, so that every seed and
 * every input that once broke something runs in each test run. Arguments are files or folders (read
 * down to the bottom); words that begin with '-' are an engine's options and are ignored. Finding
 * no input at all is a failure: a moved folder must not pass for a clean replay.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t replayed;

static int fail(const char *path)
{
	(void)fprintf(stderr, "cannot read '%s': %s\n", path, strerror(errno));
	return -1;
}

/* An exact malloc'ed copy, so that a sanitizer sees every read past the end. */
static int replay_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return fail(path);
	uint8_t *bytes = malloc(size ? size : 1);
	if (!bytes)
		abort();
	size_t got = fread(bytes, 1, size, file);
	int r = ferror(file) ? fail(path) : 0;
	(void)fclose(file);
	if (r == 0) {
		(void)LLVMFuzzerTestOneInput(bytes, got);
		replayed++;
	}
	free(bytes);
	return r;
}

static int replay(const char *path);

static int replay_folder(const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);
	if (count < 0)
		return fail(path);
	int r = 0;
	for (int i = 0; i < count; i++) {
		char *inner = NULL;
		if (r == 0 && entries[i]->d_name[0] != '.') {
			if (asprintf(&inner, "%s/%s", path, entries[i]->d_name) < 0)
				abort();
			r = replay(inner);
			free(inner);
		}
		free(entries[i]);
	}
	free(entries);
	return r;
}

static int replay(const char *path)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return fail(path);
	return S_ISDIR(st.st_mode) ? replay_folder(path) : replay_file(path, (size_t)st.st_size);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (argv[i][0] != '-' && replay(argv[i]) < 0)
			return 1;
	(void)printf("%zu inputs replayed\n", replayed);
	return replayed ? 0 : 1;
}
