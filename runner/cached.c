/* SPDX-License-Identifier: Apache-2.0 */
/* cached: keys, and what may be kept. See cached.h. */
#include "runner/cached.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/path.h"
#include "runner/inputs.h"

/* Part of every key: a new layout of entries or another meaning of keys starts afresh. */
#define CACHED_SCHEMA "parity.cached/1"

struct cached {
	const struct context *context;
	struct cache *cache;
	struct inputs *inputs;
	struct digest *digest;
	struct arena arena;
	char base[DIGEST_HEX_SIZE]; /* of all that is the same for every case */
	char run_id[32];
	int check_percent;
	const struct inputs_sums *sums; /* as they were before the run */
	struct map distrusted;
	struct map promised; /* case -> body, found and run again */
	struct cached_stats stats;
};

/* --- keys ------------------------------------------------------------------------------------- */

static void add_text(struct digest *digest, const char *name, const char *text)
{
	uint64_t len = text ? strlen(text) + 1 : 0;

	digest_add(digest, name, strlen(name) + 1);
	digest_add(digest, &len, sizeof(len));
	digest_add(digest, text, (size_t)len);
}

static void add_environment(struct digest *digest, const struct profile *profile)
{
	for (size_t i = 0; i < profile->env_pass_len; i++)
		add_text(digest, profile->env_pass[i], getenv(profile->env_pass[i]));
}

static void add_host(struct digest *digest)
{
	struct utsname host;

	if (uname(&host) < 0)
		return;
	add_text(digest, "kernel", host.release);
	add_text(digest, "machine", host.machine);
}

static int add_file(struct digest *digest, const char *name, const char *path, struct error *err)
{
	char hex[DIGEST_HEX_SIZE];
	int r = digest_file(hex, path, err);

	if (r == 0)
		add_text(digest, name, hex);
	return r;
}

static int base_key(struct cached *cached, const struct cached_options *o, struct error *err)
{
	CLEANUP(free_p) char *self = NULL;
	struct digest *digest = cached->digest;
	const struct context *context = o->context;
	int r = path_self(&self, err);

	add_text(digest, "schema", CACHED_SCHEMA);
	add_text(digest, "parity", PARITY_VERSION);
	if (r == 0)
		r = add_file(digest, "self", self, err);
	if (r == 0)
		r = add_file(digest, "profile", context->profile_path, err);
	add_text(digest, "toolchain", context->profile->toolchain);
	add_text(digest, "identity", o->identity);
	add_text(digest, "version", o->version);
	add_text(digest, "spec", spec_sha256(context->spec));
	add_text(digest, "contract", context->contract->doc->text);
	add_text(digest, "rules", context->rules->sha256);
	add_text(digest, "isolation", o->isolation);
	for (size_t i = 0; i < o->backend_len; i++)
		add_text(digest, "backend", o->backends[i]->name);
	digest_add(digest, o->limits, sizeof(*o->limits));
	add_environment(digest, context->profile);
	add_host(digest);
	digest_finish(digest, cached->base);
	return r;
}

static const unsigned char *sum_before(const struct cached *cached, const struct test_case *test)
{
	return cached->sums->items[test - cached->sums->first];
}

/* Of the case as it was before the run. */
static void case_key(char out[DIGEST_HEX_SIZE], struct cached *cached, const struct test_case *test)
{
	digest_reset(cached->digest);
	digest_add(cached->digest, cached->base, sizeof(cached->base));
	digest_add(cached->digest, sum_before(cached, test), DIGEST_SIZE);
	digest_finish(cached->digest, out);
}

static bool is_as_before(struct cached *cached, const struct test_case *test)
{
	unsigned char now[DIGEST_SIZE];

	return inputs_digest(now, cached->inputs, test, NULL) == 0 &&
	       memcmp(now, sum_before(cached, test), sizeof(now)) == 0;
}

/* --- life ------------------------------------------------------------------------------------- */

char *cached_default_dir(void)
{
	const char *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");

	if (cache && cache[0] == '/')
		return path_join(cache, "parity");
	return home && home[0] == '/' ? path_join(home, ".cache/parity") : NULL;
}

int cached_open(struct cached **out, const struct cached_options *options, struct error *err)
{
	CLEANUP(free_p) char *dir = path_join(options->dir, "results");
	const struct cache_options cache = {
		.dir = dir, .write = options->write, .max_bytes = options->max_bytes};
	struct cached *cached = mem_zeroed(1, sizeof(*cached));
	int r;

	cached->context = options->context;
	cached->check_percent = options->check_percent;
	cached->inputs = inputs_new();
	cached->digest = digest_new();
	cached->sums = options->sums;
	strncpy(cached->run_id, options->run_id, sizeof(cached->run_id) - 1);
	r = base_key(cached, options, err);
	if (r == 0)
		r = cache_open(&cached->cache, &cache, err);
	if (r < 0) {
		(void)cached_close(cached);
		return r;
	}
	*out = cached;
	return 0;
}

struct cached *cached_close(struct cached *cached)
{
	if (!cached)
		return NULL;
	cached->cache = cache_close(cached->cache);
	inputs_free(cached->inputs);
	digest_free(cached->digest);
	map_done(&cached->distrusted);
	map_done(&cached->promised);
	arena_done(&cached->arena);
	free(cached);
	return NULL;
}

void cached_distrust(struct cached *cached, const char *case_name)
{
	(void)map_put(&cached->distrusted, case_name, cached);
}

/* --- a case ----------------------------------------------------------------------------------- */

bool cached_find(struct cached_result *out, struct cached *cached, const struct test_case *test,
		 struct arena *arena)
{
	char key[DIGEST_HEX_SIZE];
	struct cached_result result;
	struct buf body = BUF_INIT(CACHE_BODY_MAX);
	bool found;

	case_key(key, cached, test);
	found = !map_has(&cached->distrusted, test->name) && cache_get(&body, cached->cache, key) &&
		cached_entry_read(&result, cached->context, buf_slice(&body), arena);
	if (found && digest_draws(cached->digest, cached->run_id, key, cached->check_percent)) {
		cached->stats.checked++;
		(void)map_put(&cached->promised, test->name, cached);
		found = false;
	}
	buf_done(&body);
	if (found)
		*out = result;
	return found;
}

bool cached_is_checked(const struct cached *cached, const char *case_name)
{
	return map_has(&cached->promised, case_name);
}

static bool is_clean(const struct judgement *judgement, const struct observation *obs,
		     size_t obs_len)
{
	if (judgement->verdict != VERDICT_AGREE || judgement->divergence_len)
		return false;
	for (size_t i = 0; i < obs_len; i++)
		if (obs[i].attempt != 1 || (obs[i].end != END_EXIT && obs[i].end != END_SIGNAL))
			return false;
	return obs_len > 0;
}

int cached_done(struct cached *cached, const struct test_case *test,
		const struct judgement *judgement, const struct observation *obs, size_t obs_len,
		struct error *err)
{
	char key[DIGEST_HEX_SIZE];
	bool promised = map_remove(&cached->promised, test->name) != NULL;
	struct buf body = BUF_INIT(CACHE_BODY_MAX);

	/* The program that ran must be the one that was looked up. */
	if (!is_as_before(cached, test))
		return 0;
	case_key(key, cached, test);
	if (is_clean(judgement, obs, obs_len)) {
		cached_entry_write(&body, cached->context, judgement, obs, obs_len);
		if (!promised && !body.full)
			cache_put(cached->cache, key, buf_slice(&body));
		buf_done(&body);
		return 0;
	}
	cache_remove(cached->cache, key);
	if (!promised || judgement->verdict == VERDICT_INCONCLUSIVE)
		return 0;
	cached->stats.mismatched++;
	(void)cache_flush(cached->cache, NULL);
	(void)error_fault(
		err,
		"the cache promised agreement and a fresh run says %s: something that the "
		"key does not hold has changed, or the case is not steady; the entry is "
		"removed, run again with --cache=off",
		verdict_name(judgement->verdict));
	return CACHED_E_MISMATCH;
}

struct cached_stats cached_stats(const struct cached *cached)
{
	struct cached_stats stats = cached->stats;

	stats.cache = cache_stats(cached->cache);
	return stats;
}
