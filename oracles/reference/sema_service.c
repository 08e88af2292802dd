/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sema_service: routes of services, and what a transaction block keeps out:
 * spec/fls.md#services-and-declaration-syntax, #transaction-static-restrictions.
 */
#include "oracles/reference/sema_internal.h"

#define BASIC(s, kind) ty_basic(&(s)->types, (kind))

/* A segment of a path is parsed like a variable: scalars, optionals and refined types of them. */
static bool is_path_type(const struct ty *ty)
{
	if (ty->kind == TY_OPTION)
		ty = ty->args[0];
	switch (ty->kind) {
	case TY_INT:
	case TY_FLOAT:
	case TY_BOOL:
	case TY_STRING:
	case TY_BYTES:
	case TY_ID:
	case TY_EMAIL:
	case TY_UNKNOWN:
		return true;
	default:
		return false;
	}
}

static void declare_params(struct sema *s, const struct ast_route *route)
{
	for (uint32_t i = 0; i < route->param_len; i++) {
		const struct ast_param *param = &route->params[i];
		struct ty *ty = sema_resolve(s, param->type);
		if (!is_path_type(ty))
			report_error(s->report, param->type->range, "FUSE_ROUTE_PARAM",
				     "a path holds scalars and optionals of them, not %s",
				     SEMA_NAME(s, ty));
		(void)sema_declare(s, param->name, ty, false);
	}
	if (route->body_type) {
		struct ast_name name = {slice_of("body"), route->body_type->range};
		(void)sema_declare(s, name, sema_resolve(s, route->body_type), false);
	}
}

void sema_routes(struct sema *s, struct symbol *service)
{
	const struct ast_decl *decl = service->decl;
	for (uint32_t i = 0; i < decl->route_len; i++) {
		const struct ast_route *route = &decl->routes[i];
		sema_begin_body(s, service->module, BASIC(s, TY_UNKNOWN));
		s->result = sema_resolve(s, route->result);
		sema_domains(s, route->result, s->result);
		declare_params(s, route);
		sema_body(s, route->block);
	}
}

void sema_not_in_transaction(struct sema *s, struct range range, const char *code, const char *what)
{
	if (s->transactions > 0)
		report_error(s->report, range, code, "%s cannot stand in a transaction", what);
}

void sema_transaction(struct sema *s, const struct ast_stmt *stmt)
{
	unsigned db = sema_capability_bit("db"), own = s->units[s->module]->capabilities;
	s->units[s->module]->used |= db;
	if (!(own & db))
		report_error(s->report, stmt->range, "FUSE_CAPABILITY_MISSING",
			     "'transaction' needs 'requires db' in this module");
	else if (own & ~db)
		report_error(s->report, stmt->range, "FUSE_TRANSACTION_MODULE",
			     "a module with a transaction requires db and nothing else");
	sema_unsupported(s, stmt->range, "transaction");
}
