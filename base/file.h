/* SPDX-License-Identifier: Apache-2.0 */
/* file: whole files in and out. EINTR and short transfers are handled here and nowhere else. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/slice.h"

/*
 * Append the file to `out`. Input errors that name the file: it is missing, a directory or
 * unreadable, or has more than `max` bytes.
 */
int file_read(struct buf *out, const char *path, size_t max, struct error *err);

/* Create or truncate, mode 0644 or 0755 when `executable`. Not atomic: for scratch files. */
int file_write(const char *path, struct slice bytes, bool executable, struct error *err);

/* Write beside `path`, fsync, rename over it. */
int file_replace(const char *path, struct slice bytes, struct error *err);

/* write(2) until all is out; -1 with errno set. */
int file_write_all(int fd, const void *bytes, size_t len);
/* read(2) once, retrying EINTR. */
ssize_t file_read_some(int fd, void *bytes, size_t len);
/* read(2) until `len` bytes are in; false when there are fewer, or on an error. */
bool file_read_exactly(int fd, void *bytes, size_t len);

/*
 * Make descriptors 0 to 2 the null device where the caller left them closed, so that no file of
 * ours gets a number that results are written to. Before anything is opened.
 */
int file_hold_standard(struct error *err);
