/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cached_entry: a clean result as bytes. Numbers are seven bits a byte, least first; texts have
 * their length in front. Backends and rules are places in profile and rule set, which the key holds
 * still. The reader trusts nothing: the bytes come from a disk.
 */
#include <string.h>

#include "runner/cached.h"

enum { ENTRY_VERSION = 1, FRONTEND = 0, ITEMS_MAX = 4096, TEXT_MAX = 4096 };

static void put_number(struct buf *out, uint64_t value)
{
	for (; value >= 128; value >>= 7)
		buf_addc(out, (char)(value | 128));
	buf_addc(out, (char)value);
}

/* NULL and "" differ. */
static void put_text(struct buf *out, const char *text)
{
	put_number(out, text ? strlen(text) + 1 : 0);
	if (text)
		buf_adds(out, text);
}

struct reader {
	struct slice rest;
	bool bad;
};

static uint64_t get_number(struct reader *reader)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		unsigned char byte;

		if (reader->rest.len == 0)
			break;
		byte = (unsigned char)*reader->rest.ptr++;
		reader->rest.len--;
		value |= (uint64_t)(byte & 127) << shift;
		if (byte < 128)
			return value;
	}
	reader->bad = true;
	return 0;
}

static uint64_t get_below(struct reader *reader, uint64_t bound)
{
	uint64_t value = get_number(reader);

	if (value < bound)
		return value;
	reader->bad = true;
	return 0;
}

static const char *get_text(struct reader *reader, struct arena *arena)
{
	uint64_t len = get_below(reader, TEXT_MAX);
	const char *text;

	if (len == 0 || len - 1 > reader->rest.len) {
		reader->bad = reader->bad || len != 0;
		return NULL;
	}
	text = arena_strndup(arena, reader->rest.ptr, len - 1);
	reader->rest = slice_make(reader->rest.ptr + len - 1, reader->rest.len - len + 1);
	return text;
}

static void get_sha256(char out[DIGEST_HEX_SIZE], struct reader *reader, struct arena *arena)
{
	const char *text = get_text(reader, arena);

	if (text && strlen(text) < DIGEST_HEX_SIZE)
		memcpy(out, text, strlen(text) + 1);
	else
		reader->bad = true;
}

static size_t place_of(const struct profile *profile, const char *backend)
{
	for (size_t i = 0; i < profile->backend_len; i++)
		if (strcmp(profile->backends[i].name, backend) == 0)
			return i + 1;
	return FRONTEND;
}

static void put_observation(struct buf *out, const struct profile *profile,
			    const struct observation *obs)
{
	put_number(out, obs->role == ROLE_FRONTEND ? FRONTEND : place_of(profile, obs->backend));
	put_number(out, obs->phase);
	put_number(out, obs->end);
	put_number(out, (uint64_t)obs->code);
	put_text(out, obs->meaning);
	put_number(out, obs->out_total);
	put_text(out, obs->out_sha256);
	put_number(out, obs->err_total);
	put_text(out, obs->err_sha256);
	put_number(out, obs->file_len);
}

static void get_observation(struct observation *obs, const struct profile *profile,
			    struct reader *reader, struct arena *arena)
{
	size_t place = (size_t)get_below(reader, profile->backend_len + 1);

	obs->backend = place == FRONTEND ? "frontend" : profile->backends[place - 1].name;
	obs->role = place == FRONTEND ? ROLE_FRONTEND : profile->backends[place - 1].role;
	obs->attempt = 1;
	obs->phase = (enum phase)get_below(reader, PHASE_RUN + 1);
	obs->end = (enum end_kind)get_below(reader, END_NOT_STARTED + 1);
	obs->code = (int)get_below(reader, 256);
	obs->meaning = get_text(reader, arena);
	obs->out = obs->err = SLICE_EMPTY;
	obs->out_total = get_number(reader);
	get_sha256(obs->out_sha256, reader, arena);
	obs->err_total = get_number(reader);
	get_sha256(obs->err_sha256, reader, arena);
	obs->file_len = (size_t)get_number(reader);
}

void cached_entry_write(struct buf *out, const struct context *context,
			const struct judgement *judgement, const struct observation *obs,
			size_t obs_len)
{
	put_number(out, ENTRY_VERSION);
	put_number(out, obs_len);
	for (size_t i = 0; i < obs_len; i++)
		put_observation(out, context->profile, &obs[i]);
	put_number(out, judgement->effect_len);
	for (size_t i = 0; i < judgement->effect_len; i++) {
		const struct rule_effect *effect = &judgement->effects[i];

		put_number(out, (uint64_t)(effect->rule - context->rules->rules));
		put_number(out, effect->hits);
		put_number(out, effect->masked_bytes);
		put_number(out, effect->overlaps);
		put_number(out, effect->flips);
		put_number(out, effect->without);
	}
}

bool cached_entry_read(struct cached_result *out, const struct context *context, struct slice bytes,
		       struct arena *arena)
{
	struct reader reader = {.rest = bytes};
	struct cached_result result = {.judgement = {.verdict = VERDICT_AGREE}};

	if (get_number(&reader) != ENTRY_VERSION)
		return false;
	result.obs_len = (size_t)get_below(&reader, ITEMS_MAX);
	result.obs = ARENA_ARRAY(arena, struct observation, result.obs_len + 1);
	for (size_t i = 0; i < result.obs_len && !reader.bad; i++)
		get_observation(&result.obs[i], context->profile, &reader, arena);
	result.judgement.effect_len = (size_t)get_below(&reader, context->rules->len + 1);
	result.judgement.effects =
		ARENA_ARRAY(arena, struct rule_effect, result.judgement.effect_len + 1);
	for (size_t i = 0; i < result.judgement.effect_len && !reader.bad; i++) {
		struct rule_effect *effect = &result.judgement.effects[i];

		effect->rule = &context->rules->rules[get_below(&reader, context->rules->len)];
		effect->hits = (size_t)get_number(&reader);
		effect->masked_bytes = (size_t)get_number(&reader);
		effect->overlaps = (size_t)get_number(&reader);
		effect->flips = get_below(&reader, 2) == 1;
		effect->without = (enum verdict)get_below(&reader, VERDICT_COUNT);
	}
	if (reader.bad || reader.rest.len || result.obs_len == 0)
		return false;
	*out = result;
	return true;
}
