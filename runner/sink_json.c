/* SPDX-License-Identifier: Apache-2.0 */
/* sink_json: the event stream as JSON lines, each written whole and at once. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "runner/event.h"

struct json_sink {
	struct sink sink; /* first: the address is shared */
	struct buf line;
	int fd;
	bool close_fd;
};

static void emit_json(struct sink *sink, const struct event *event)
{
	struct json_sink *self = (struct json_sink *)sink;

	buf_clear(&self->line);
	event_write(&self->line, event);
	if (sink->write_errno == 0 && file_write_all(self->fd, self->line.data, self->line.len) < 0)
		sink->write_errno = errno;
}

static struct sink *free_json(struct sink *sink)
{
	struct json_sink *self = (struct json_sink *)sink;

	if (self->close_fd)
		(void)close(self->fd);
	buf_done(&self->line);
	free(self);
	return NULL;
}

struct sink *sink_json_new(int fd, bool close_fd)
{
	struct json_sink *self = mem_zeroed(1, sizeof(*self));

	self->sink.emit = emit_json;
	self->sink.free = free_json;
	self->fd = fd;
	self->close_fd = close_fd;
	return &self->sink;
}
