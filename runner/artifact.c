/* SPDX-License-Identifier: Apache-2.0 */
/* artifact: keys, and what may be used again. See artifact.h. */
#include "runner/artifact.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/path.h"
#include "runner/artifact_internal.h"

/* Part of every key: another layout of what is kept starts afresh. */
#define ARTIFACT_SCHEMA "parity.artifact/1"

struct artifacts {
	struct artifact_store store;
	struct digest *digest;
	struct buf bytes; /* of the build at hand */
	char found[DIGEST_HEX_SIZE];
	char base[DIGEST_HEX_SIZE]; /* of all that is the same for every build */
	char run_id[32];
	int check_percent;
	struct map distrusted;
	struct artifacts_stats stats;
};

/* --- keys ------------------------------------------------------------------------------------- */

static void add_text(struct digest *digest, const char *text)
{
	digest_add_part(digest, text, strlen(text));
}

static void base_key(struct artifacts *artifacts, const struct artifacts_options *o)
{
	struct digest *digest = artifacts->digest;
	struct utsname host = {0};

	(void)uname(&host);
	digest_reset(digest);
	add_text(digest, ARTIFACT_SCHEMA);
	add_text(digest, PARITY_VERSION);
	add_text(digest, o->identity);
	add_text(digest, o->version);
	add_text(digest, o->isolation);
	add_text(digest, host.release);
	add_text(digest, host.machine);
	digest_finish(digest, artifacts->base);
}

/* A word, the work directory in it by its length only. */
static void add_word(struct digest *digest, const char *word, const char *work_dir)
{
	size_t len = strlen(work_dir);
	const char *at;

	while ((at = strstr(word, work_dir))) {
		digest_add_part(digest, word, (size_t)(at - word));
		word = at + len;
	}
	add_text(digest, word);
	digest_add(digest, &len, sizeof(len));
}

static void add_words(struct digest *digest, char **words, const char *work_dir)
{
	uint64_t len = 0;

	while (words[len])
		add_word(digest, words[len++], work_dir);
	digest_add(digest, &len, sizeof(len));
}

void artifacts_key(char out[DIGEST_HEX_SIZE], struct artifacts *artifacts, const struct plan *plan)
{
	struct digest *digest = artifacts->digest;

	digest_reset(digest);
	add_text(digest, artifacts->base);
	add_text(digest, plan->backend);
	add_text(digest, plan->cwd);
	add_words(digest, plan->argv, plan->work_dir);
	add_words(digest, plan->env, plan->work_dir);
	for (size_t i = 0; i < plan->file_len; i++) {
		add_text(digest, plan->files[i].path);
		digest_add_part(digest, plan->files[i].bytes.ptr, plan->files[i].bytes.len);
		add_text(digest, plan->files[i].executable ? "x" : "");
	}
	digest_add_part(digest, plan->stdin_bytes.ptr, plan->stdin_bytes.len);
	digest_add(digest, &plan->limits, sizeof(plan->limits));
	digest_finish(digest, out);
}

/* --- life ------------------------------------------------------------------------------------- */

int artifacts_open(struct artifacts **out, const struct artifacts_options *options,
		   struct error *err)
{
	CLEANUP(free_p) char *dir = path_join(options->dir, "artifacts");
	struct artifacts *artifacts = mem_zeroed(1, sizeof(*artifacts));
	int r;

	artifacts->store.write = options->write;
	artifacts->store.max_bytes = options->max_bytes;
	artifacts->digest = digest_new();
	artifacts->bytes.max = ARTIFACT_MAX;
	artifacts->check_percent = options->check_percent;
	strncpy(artifacts->run_id, options->run_id, sizeof(artifacts->run_id) - 1);
	base_key(artifacts, options);
	r = artifact_store_open(&artifacts->store, dir, err);
	if (r < 0) {
		artifacts->store.write = false;
		(void)artifacts_close(artifacts);
		return r;
	}
	*out = artifacts;
	return 0;
}

struct artifacts *artifacts_close(struct artifacts *artifacts)
{
	if (!artifacts)
		return NULL;
	artifact_store_close(&artifacts->store);
	digest_free(artifacts->digest);
	map_done(&artifacts->distrusted);
	buf_done(&artifacts->bytes);
	free(artifacts);
	return NULL;
}

void artifacts_distrust(struct artifacts *artifacts, const char *case_name)
{
	(void)map_put(&artifacts->distrusted, case_name, artifacts);
}

/* --- a build ---------------------------------------------------------------------------------- */

static bool load(struct artifacts *artifacts, const char *key)
{
	enum artifact_load loaded = artifact_store_load(&artifacts->bytes, &artifacts->store, key);

	artifacts->found[0] = '\0';
	artifacts->stats.damaged += loaded == ARTIFACT_DAMAGED;
	if (loaded != ARTIFACT_WHOLE)
		return false;
	(void)strcpy(artifacts->found, key);
	return true;
}

enum artifact_answer artifacts_find(struct artifacts *artifacts, const char *key,
				    const char *case_name)
{
	if (map_has(&artifacts->distrusted, case_name) || !load(artifacts, key))
		return ARTIFACT_NONE;
	if (!digest_draws(artifacts->digest, artifacts->run_id, key, artifacts->check_percent))
		return ARTIFACT_FOUND;
	artifacts->stats.checked++;
	artifacts->found[0] = '\0'; /* what is restored to compare is no build saved */
	return ARTIFACT_CHECK;
}

bool artifacts_restore(struct outcome *out, struct artifacts *artifacts, const char *key,
		       const struct plan *plan, struct arena *arena)
{
	bool saves = strcmp(artifacts->found, key) == 0;

	if (!saves && !load(artifacts, key))
		return false;
	artifacts->found[0] = '\0'; /* unpacking changes the bytes */
	if (!artifact_unpack(out, &artifacts->bytes, plan, arena))
		return false;
	artifacts->stats.reused += saves;
	return true;
}

void artifacts_keep(struct artifacts *artifacts, const char *key, const struct plan *plan,
		    const struct outcome *outcome)
{
	if (!artifacts->store.write)
		return;
	buf_clear(&artifacts->bytes);
	artifacts->found[0] = '\0';
	if (artifact_pack(&artifacts->bytes, plan, outcome) &&
	    artifact_store_put(&artifacts->store, key, buf_slice(&artifacts->bytes)))
		artifacts->stats.stored++;
	else
		artifacts->stats.unfit++;
}

void artifacts_refute(struct artifacts *artifacts, const char *key)
{
	artifacts->stats.mismatched++;
	artifact_store_remove(&artifacts->store, key);
}

struct artifacts_stats artifacts_stats(const struct artifacts *artifacts)
{
	struct artifacts_stats stats = artifacts->stats;

	stats.evicted = artifacts->store.evicted;
	return stats;
}
