/* SPDX-License-Identifier: Apache-2.0 */
/* path: names of files as text, and the few tree operations every layer needs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* "." or "..", which every folder lists of itself. */
bool path_is_dots(const char *name);

/* malloc'ed "a/b"; `b` alone when it is absolute. */
char *path_join(const char *a, const char *b);
const char *path_base(const char *path);   /* part after the last '/', borrowed */
char *path_dir(const char *path);          /* malloc'ed part before it, "." when none */
bool path_is_inside(const char *relative); /* relative, no "..", no empty part, not absolute */
bool path_exists(const char *path);
bool path_is_dir(const char *path);
bool path_is_file(const char *path);       /* a regular one, also behind links */
bool path_is_executable(const char *path); /* a regular file we may execute */
/* From the root, without "." and empty parts; ".." and links stay as they are. */
int path_absolute(char **out, const char *path, struct error *err);
int path_self(char **out, struct error *err); /* the running executable */
/* The first hit in $PATH, or `name` itself when it holds a '/'; malloc'ed, NULL when none. */
char *path_find_program(const char *name);

/*
 * Shell-style pattern over '/'-separated names: * within a part, ** across parts, ?, [a-c], [!a],
 * and a backslash before a byte that stands for itself. A whole part ** matches no part too. Its
 * cost is the product of both lengths at most.
 */
bool path_matches(const char *pattern, const char *name);

int path_make_dirs(const char *path, struct error *err);
/* Remove a tree, making directories writable first where needed; absent is fine. Never follows
 * links. */
int path_remove_tree(const char *path, struct error *err);
