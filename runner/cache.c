/* SPDX-License-Identifier: Apache-2.0 */
/* cache: see cache.h. What is put waits in memory until it makes a segment. */
#include "runner/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "runner/cache_internal.h"

enum {
	PENDING_MAX = 4 << 20, /* bytes of bodies that wait for a segment */
	PENDING_MS = 60000,    /* nor do they wait longer: a killed run loses no more than that */
	SEGMENTS_MAX = 24,     /* more are gathered into fewer */
	SEGMENT_PENDING = INT32_MAX,
};

/* Where a key's body stands. */
struct slot {
	struct entry entry;
	uint32_t segment : 31; /* index in `segments`, or SEGMENT_PENDING */
	bool used : 1;         /* asked for or put by this run */
};

struct cache {
	int dir_fd;
	bool write;
	uint64_t max_bytes;
	VEC(struct segment) segments; /* ascending */
	VEC(struct slot) slots;
	uint32_t *table;   /* place of a slot plus one, 0: free; found by the key's own bytes */
	size_t table_cap;  /* a power of two */
	struct buf bodies; /* pending */
	entry_vec pending;
	int64_t flush_ms; /* monotonic: when what waits is due */
	struct cache_stats stats;
};

/* --- the table -------------------------------------------------------------------------------- */

/* Where the key's place stands in the table, or would. */
static uint32_t *find_place(const struct cache *cache, const unsigned char key[KEY_SIZE])
{
	size_t mask = cache->table_cap - 1;
	uint64_t start;

	memcpy(&start, key, sizeof(start));
	for (size_t at = (size_t)start & mask;; at = (at + 1) & mask) {
		uint32_t *place = &cache->table[at];

		if (!*place || memcmp(cache->slots.items[*place - 1].entry.key, key, KEY_SIZE) == 0)
			return place;
	}
}

/* NULL when there is none; valid until the next set_slot. */
static struct slot *find_slot(const struct cache *cache, const unsigned char key[KEY_SIZE])
{
	uint32_t place = *find_place(cache, key);

	return place ? &cache->slots.items[place - 1] : NULL;
}

static void grow(struct cache *cache)
{
	if (cache->table && cache->slots.len * 4 < cache->table_cap * 3)
		return;
	free(cache->table);
	cache->table_cap = cache->table_cap ? cache->table_cap * 2 : 1024;
	cache->table = mem_zeroed(cache->table_cap, sizeof(*cache->table));
	for (size_t i = 0; i < cache->slots.len; i++)
		*find_place(cache, cache->slots.items[i].entry.key) = (uint32_t)i + 1;
}

static struct slot *set_slot(struct cache *cache, const struct entry *entry, uint32_t segment)
{
	struct slot *slot;

	grow(cache);
	slot = find_slot(cache, entry->key);
	if (slot) {
		slot->entry = *entry;
		slot->segment = segment;
		return slot;
	}
	vec_push(&cache->slots, (struct slot){.entry = *entry, .segment = segment});
	*find_place(cache, entry->key) = (uint32_t)cache->slots.len;
	return vec_last(&cache->slots);
}

static bool parse_key(unsigned char out[KEY_SIZE], const char *hex)
{
	for (size_t i = 0; i < KEY_SIZE; i++) {
		char pair[3] = {hex[2 * i], hex[2 * i] ? hex[2 * i + 1] : '\0', '\0'};
		char *end;

		out[i] = (unsigned char)strtoul(pair, &end, 16);
		if (end != pair + 2)
			return false;
	}
	return hex[2 * KEY_SIZE] == '\0';
}

/* --- life ------------------------------------------------------------------------------------- */

static void load_segment(struct cache *cache, uint64_t number)
{
	entry_vec entries = {0};
	struct segment segment;

	segment_load(&segment, &entries, cache->dir_fd, number);
	cache->stats.damaged += segment.broken;
	vec_push(&cache->segments, segment);
	vec_each (&entries, entry)
		(void)set_slot(cache, entry, (uint32_t)cache->segments.len - 1);
	vec_done(&entries);
}

static bool is_loaded(const struct cache *cache, uint64_t number)
{
	vec_each (&cache->segments, segment)
		if (segment->number == number)
			return true;
	return false;
}

/* Segments that stand in the folder and are not loaded yet. `next`: a number nobody has. */
static int load_all(struct cache *cache, bool clean, uint64_t *next, struct error *err)
{
	CLEANUP(free_p) uint64_t *numbers = NULL;
	size_t len = 0;
	int r = segments_list(&numbers, &len, cache->dir_fd, clean, err);

	for (size_t i = 0; i < len && r == 0; i++)
		if (!is_loaded(cache, numbers[i]))
			load_segment(cache, numbers[i]);
	if (next)
		*next = len ? numbers[len - 1] + 1 : 1;
	return r;
}

int cache_open(struct cache **out, const struct cache_options *options, struct error *err)
{
	struct cache *cache = mem_zeroed(1, sizeof(*cache));
	int r = 0;

	cache->dir_fd = -1;
	cache->write = options->write;
	cache->max_bytes = options->max_bytes;
	cache->bodies.max = PENDING_MAX + CACHE_BODY_MAX;
	cache->flush_ms = clock_monotonic_ms() + PENDING_MS;
	grow(cache);
	if (options->write)
		r = path_make_dirs(options->dir, err);
	if (r == 0) {
		cache->dir_fd = open(options->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (cache->dir_fd < 0 && (options->write || errno != ENOENT))
			r = error_errno(err, errno, "cannot open '%s'", options->dir);
	}
	if (r == 0 && options->write && faccessat(cache->dir_fd, ".", W_OK, AT_EACCESS) < 0)
		r = error_errno(err, errno, "cannot write to '%s'", options->dir);
	if (r == 0 && cache->dir_fd >= 0)
		r = load_all(cache, false, NULL, err);
	if (r < 0) {
		cache->write = false;
		(void)cache_close(cache);
		return r;
	}
	*out = cache;
	return 0;
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool read_body(struct buf *out, const struct cache *cache, const struct slot *slot)
{
	const struct entry *entry = &slot->entry;
	size_t before = out->len;
	unsigned char sum[SUM_SIZE];
	size_t done = 0;
	int fd;

	if (entry->len > CACHE_BODY_MAX)
		return false;
	if (slot->segment == SEGMENT_PENDING) {
		buf_add(out, cache->bodies.data + entry->at, entry->len);
		return true;
	}
	buf_reserve(out, entry->len);
	fd = cache->segments.items[slot->segment].fd;
	while (done < entry->len) {
		ssize_t got = pread(fd, out->data + before + done, entry->len - done,
				    (off_t)(entry->at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		done += (size_t)got;
	}
	entry_sum(sum, entry, slice_make(out->data + before, entry->len));
	if (memcmp(sum, entry->sum, SUM_SIZE) != 0)
		return false;
	out->len = before + entry->len;
	out->data[out->len] = '\0';
	return true;
}

bool cache_get(struct buf *out, struct cache *cache, const char *key)
{
	unsigned char raw[KEY_SIZE];
	struct slot *slot;

	if (!parse_key(raw, key))
		return false;
	slot = find_slot(cache, raw);
	if (!slot || slot->entry.len == BODY_REMOVED)
		return false;
	slot->used = true;
	if (read_body(out, cache, slot))
		return true;
	cache->stats.damaged++;
	slot->entry.len = BODY_REMOVED;
	return false;
}

/* --- writing ---------------------------------------------------------------------------------- */

static void add_pending(struct cache *cache, struct entry *entry, struct slice body)
{
	entry->at = (uint32_t)cache->bodies.len;
	buf_add_slice(&cache->bodies, body);
	vec_push(&cache->pending, *entry);
}

void cache_put(struct cache *cache, const char *key, struct slice body)
{
	struct entry entry = {.len = (uint32_t)body.len};

	if (!cache->write || body.len > CACHE_BODY_MAX || !parse_key(entry.key, key))
		return;
	if ((cache->bodies.len + body.len > PENDING_MAX ||
	     clock_monotonic_ms() >= cache->flush_ms) &&
	    cache_flush(cache, NULL) < 0)
		return;
	entry_sum(entry.sum, &entry, body);
	add_pending(cache, &entry, body);
	set_slot(cache, &entry, SEGMENT_PENDING)->used = true;
	cache->stats.stored++;
}

void cache_remove(struct cache *cache, const char *key)
{
	struct entry entry = {.len = BODY_REMOVED};

	if (!cache->write || !parse_key(entry.key, key))
		return;
	add_pending(cache, &entry, SLICE_EMPTY);
	(void)set_slot(cache, &entry, SEGMENT_PENDING);
	cache->stats.removed++;
}

/* Slots that point into what waited must not: written, their segment is loaded next; else they are
 * lost. */
static void drop_pending(struct cache *cache)
{
	vec_each (&cache->pending, entry) {
		struct slot *slot = find_slot(cache, entry->key);

		if (slot && slot->segment == SEGMENT_PENDING)
			slot->entry.len = BODY_REMOVED;
	}
	buf_clear(&cache->bodies);
	vec_clear(&cache->pending);
}

/* Under the lock. */
static int write_pending(struct cache *cache, uint64_t *next, struct error *err)
{
	int r;

	if (cache->pending.len == 0)
		return 0;
	r = segment_write(cache->dir_fd, *next, buf_slice(&cache->bodies), cache->pending.items,
			  cache->pending.len, err);
	drop_pending(cache);
	if (r == 0)
		load_segment(cache, (*next)++);
	return r;
}

int cache_flush(struct cache *cache, struct error *err)
{
	CLEANUP(close_p) int lock = -1;
	uint64_t next = 0;
	int r;

	cache->flush_ms = clock_monotonic_ms() + PENDING_MS;
	if (!cache->write || cache->pending.len == 0)
		return 0;
	lock = segments_lock(cache->dir_fd);
	if (lock < 0) {
		drop_pending(cache);
		return error_fault(err, "the cache is locked by another process for too long");
	}
	r = load_all(cache, true, &next, err);
	return r < 0 ? r : write_pending(cache, &next, err);
}

/* --- eviction --------------------------------------------------------------------------------- */

static uint64_t size_of(const struct cache *cache)
{
	uint64_t total = 0;

	vec_each (&cache->segments, segment)
		total += segment->size;
	return total;
}

static int by_worth(const void *a, const void *b)
{
	const struct slot *left = *(struct slot *const *)a;
	const struct slot *right = *(struct slot *const *)b;

	if (left->used != right->used)
		return left->used ? -1 : 1;
	if (left->segment != right->segment)
		return left->segment > right->segment ? -1 : 1;
	return left->entry.at < right->entry.at ? -1 : left->entry.at > right->entry.at;
}

/* Copy the slots that are worth most into new segments. */
static int gather(struct cache *cache, struct slot **slots, size_t len, uint64_t *next,
		  struct error *err)
{
	uint64_t room = cache->max_bytes / 4 * 3;
	struct buf body = BUF_INIT(2 * CACHE_BODY_MAX);
	int r = 0;

	for (size_t i = 0; i < len && r == 0; i++) {
		struct entry entry = slots[i]->entry;
		uint64_t cost = entry.len + sizeof(entry);

		buf_clear(&body);
		if (cost > room || !read_body(&body, cache, slots[i])) {
			cache->stats.evicted++;
			continue;
		}
		room -= cost;
		if (cache->bodies.len + entry.len > PENDING_MAX) {
			r = segment_write(cache->dir_fd, (*next)++, buf_slice(&cache->bodies),
					  cache->pending.items, cache->pending.len, err);
			drop_pending(cache);
		}
		add_pending(cache, &entry, buf_slice(&body));
	}
	if (r == 0 && cache->pending.len)
		r = segment_write(cache->dir_fd, (*next)++, buf_slice(&cache->bodies),
				  cache->pending.items, cache->pending.len, err);
	drop_pending(cache);
	buf_done(&body);
	return r;
}

static bool needs_gathering(const struct cache *cache)
{
	vec_each (&cache->segments, segment)
		if (segment->broken)
			return true;
	return cache->segments.len > SEGMENTS_MAX || size_of(cache) > cache->max_bytes;
}

/* Under the lock, with every segment loaded: replace them all by fewer. */
static void evict(struct cache *cache, uint64_t next)
{
	VEC(struct slot *) slots = {0};

	vec_each (&cache->slots, slot)
		if (slot->entry.len != BODY_REMOVED)
			vec_push(&slots, slot);
	if (slots.len)
		qsort(slots.items, slots.len, sizeof(struct slot *), by_worth);
	if (gather(cache, slots.items, slots.len, &next, NULL) == 0)
		vec_each (&cache->segments, segment)
			segment_remove(cache->dir_fd, segment->number);
	vec_done(&slots);
}

static void settle(struct cache *cache)
{
	CLEANUP(close_p) int lock = -1;
	uint64_t next = 0;

	if (cache->pending.len == 0 && !needs_gathering(cache))
		return;
	lock = segments_lock(cache->dir_fd);
	if (lock < 0 || load_all(cache, true, &next, NULL) < 0)
		return;
	if (write_pending(cache, &next, NULL) == 0 && needs_gathering(cache))
		evict(cache, next);
}

struct cache *cache_close(struct cache *cache)
{
	if (!cache)
		return NULL;
	if (cache->write)
		settle(cache);
	vec_each (&cache->segments, segment)
		close_p(&segment->fd);
	close_p(&cache->dir_fd);
	vec_done(&cache->segments);
	vec_done(&cache->pending);
	buf_done(&cache->bodies);
	vec_done(&cache->slots);
	free(cache->table);
	free(cache);
	return NULL;
}

struct cache_stats cache_stats(const struct cache *cache)
{
	struct cache_stats stats = cache->stats;

	stats.entries = 0;
	vec_each (&cache->slots, slot)
		stats.entries += slot->entry.len != BODY_REMOVED;
	return stats;
}
