/* SPDX-License-Identifier: Apache-2.0 */
/* compare_internal: what the files of the comparison share. Nothing outside diff/compare*.c
 * includes it. */
#pragma once

#include <stdbool.h>

#include "base/vec.h"
#include "diff/compare.h"

struct diff_list {
	VEC(struct difference) items;
	size_t dropped; /* beyond DIFFERENCE_MAX */
	struct arena *arena;
};

void diff_add(struct diff_list *list, struct difference difference);

/* At most some hundred bytes of `text` around `at`, "..." where something was cut. */
struct slice excerpt(struct slice text, size_t at, struct arena *arena);
size_t first_difference(struct slice a, struct slice b);
/* Both sides around their first difference. */
void excerpt_pair(struct difference *difference, struct slice left, struct slice right,
		  struct arena *arena);

/* compare_json.c */
struct node_place {
	enum channel channel;
	const char *locus;
	const struct rule *rule;
};
bool nodes_equal(const json_node *a, const json_node *b);
/* A difference for each leaf. */
void compare_nodes(struct diff_list *list, const struct node_place *at, const json_node *left,
		   const json_node *right);
/* Equal trees with other bytes: the object whose members stand in another order, else the place
 * itself. */
void compare_spelling(struct diff_list *list, const struct node_place *at, const struct item *left,
		      const struct item *right);
struct slice node_excerpt(const json_node *node, struct arena *arena);

/* compare_record.c */
bool records_equal(const struct item *left, const struct item *right);
void compare_records(struct diff_list *list, const struct node_place *at, const struct item *left,
		     const struct item *right);

/* compare_stream.c */
void compare_stream(struct diff_list *list, const struct normal *left, const struct normal *right,
		    enum channel channel);
