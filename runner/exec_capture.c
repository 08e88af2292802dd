/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec_capture: one stream of a program. Keeps its head and its tail, counts and hashes all of it.
 * Memory grows with the output up to the two limits and is given back after a large program; a
 * stream that fits its head is hashed in one go at the end, which costs least for the usual few
 * lines.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "runner/exec_internal.h"

void stream_open(struct stream *stream, int fd, const struct plan_limits *limits)
{
	stream->fd = fd;
	stream->total = 0;
	stream->max = limits->output_max > 0 ? (uint64_t)limits->output_max : UINT64_MAX;
	stream->keep_head = limits->keep_head > 0 ? (size_t)limits->keep_head : 0;
	stream->keep_tail = limits->keep_tail > 0 ? (size_t)limits->keep_tail : 0;
	stream->hashing = false;
	buf_clear(&stream->head);
	buf_clear(&stream->tail);
	stream->head.max = stream->keep_head;
	stream->tail.max = 2 * stream->keep_tail;
}

/* The tail may hold twice what is kept, so that bytes move only once per keep_tail of input. */
static void tail_add(struct stream *stream, const char *bytes, size_t len)
{
	struct buf *tail = &stream->tail;
	size_t keep = stream->keep_tail;
	if (len >= keep) {
		buf_clear(tail);
		buf_add(tail, bytes + (len - keep), keep);
		return;
	}
	if (tail->len + len > 2 * keep) {
		memmove(tail->data, tail->data + (tail->len - keep), keep);
		tail->len = keep;
	}
	buf_add(tail, bytes, len);
}

static void stream_feed(struct stream *stream, const char *bytes, size_t len)
{
	size_t room = stream->keep_head - stream->head.len;
	size_t first = len < room ? len : room;
	if (first > 0)
		buf_add(&stream->head, bytes, first);
	if (len > first) {
		if (!stream->hashing) {
			if (!stream->digest)
				stream->digest = digest_new();
			digest_reset(stream->digest);
			digest_add(stream->digest, buf_str(&stream->head), stream->head.len);
			stream->hashing = true;
		}
		digest_add(stream->digest, bytes + first, len - first);
		if (stream->keep_tail > 0)
			tail_add(stream, bytes + first, len - first);
	}
	stream->total += len;
}

enum stream_state stream_read(struct stream *stream, bool hung_up)
{
	static char chunk[STREAM_CHUNK];
	enum stream_state state = STREAM_IDLE;
	do {
		ssize_t n = file_read_some(stream->fd, chunk, sizeof(chunk));
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return state;
		if (n <= 0) {
			stream_close(stream);
			return STREAM_END;
		}
		uint64_t room = stream->max - stream->total;
		stream_feed(stream, chunk, (uint64_t)n > room ? (size_t)room : (size_t)n);
		if ((uint64_t)n > room)
			return STREAM_FULL;
		state = STREAM_FED;
	} while (hung_up);
	return state;
}

void stream_close(struct stream *stream)
{
	if (stream->fd >= 0)
		(void)close(stream->fd);
	stream->fd = -1;
}

static void release_large(struct buf *buf)
{
	if (buf->cap > STREAM_KEEP_WARM)
		buf_done(buf);
	else
		buf_clear(buf);
}

void stream_finish(struct stream *stream, struct capture *out, struct arena *arena)
{
	stream_close(stream);
	size_t tail_len = stream->tail.len;
	if (tail_len > stream->keep_tail)
		tail_len = stream->keep_tail;
	const char *tail = buf_str(&stream->tail) + (stream->tail.len - tail_len);
	out->head = arena_slice(arena, buf_slice(&stream->head));
	out->tail = tail_len ? arena_slice(arena, slice_make(tail, tail_len)) : SLICE_EMPTY;
	out->total = stream->total;
	out->truncated = stream->total > stream->head.len + tail_len;
	if (stream->hashing)
		digest_finish(stream->digest, out->sha256);
	else
		digest_hex(out->sha256, buf_slice(&stream->head));
	release_large(&stream->head);
	release_large(&stream->tail);
}

void stream_done(struct stream *stream)
{
	stream_close(stream);
	buf_done(&stream->head);
	buf_done(&stream->tail);
	stream->digest = digest_free(stream->digest);
}
