/* SPDX-License-Identifier: Apache-2.0 */
/* lower_asset: imported files as constants: text as a string, JSON as the literals it stands for.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/json.h"
#include "oracles/reference/lower_internal.h"

static struct expr *json_number(struct lower *l, const char *text, struct span span)
{
	char *end;
	errno = 0;
	long long i = strtoll(text, &end, 10);
	double f = strtod(text, NULL);
	struct expr *out;
	if (*end != 0 && (f != trunc(f) || fabs(f) >= 9223372036854775808.0)) {
		out = lower_node(l, EXPR_FLOAT, REP_FLOAT, span, 0);
		out->u.f = f;
	} else {
		/* strtoll keeps to the ends of the range, as decoding does */
		out = lower_node(l, EXPR_INT, REP_INT, span, 0);
		out->u.i = *end != 0 ? (int64_t)f : (int64_t)i;
	}
	return lower_to(l, out, REP_VALUE);
}

static struct expr *json_value(struct lower *l, const json_node *node, struct span span)
{
	struct expr *out;
	uint32_t i = 0;
	if (json_is_object(node)) {
		out = lower_node(l, EXPR_MAP, REP_VALUE, span, (uint32_t)json_len(node) * 2);
		json_each (node, item) {
			out->args[i++] = lower_text(l, slice_of(json_key(item)), span);
			out->args[i++] = json_value(l, item, span);
		}
		return out;
	}
	if (json_is_array(node)) {
		out = lower_node(l, EXPR_LIST, REP_VALUE, span, (uint32_t)json_len(node));
		json_each (node, item)
			out->args[i++] = json_value(l, item, span);
		return out;
	}
	if (json_is_string(node))
		return lower_text(l, slice_of(json_string(node)), span);
	if (json_is_number(node))
		return json_number(l, json_number_text(node), span);
	if (json_is_bool(node)) {
		out = lower_node(l, EXPR_BOOL, REP_BOOL, span, 0);
		out->u.b = json_true(node);
		return lower_to(l, out, REP_VALUE);
	}
	return lower_node(l, EXPR_NULL, REP_VALUE, span, 0);
}

void lower_assets(struct lower *l)
{
	vec_each (&l->sema->assets, it) {
		struct symbol *symbol = *it;
		struct span span = lower_span(l, symbol->range);
		lower_begin_function(l, l->program->consts[symbol->index].function,
				     ty_basic(&l->sema->types, TY_ANY));
		struct expr *value = symbol->decl->json
					     ? json_value(l, symbol->decl->json->root, span)
					     : lower_text(l, symbol->decl->asset, span);
		lower_emit(l, STMT_RETURN, span)->expr = value;
		lower_end_function(l);
	}
}
