/* SPDX-License-Identifier: Apache-2.0 */
/* sema_internal: what the checker's files share. */
#pragma once

#include "oracles/reference/sema.h"
#include "oracles/reference/tree.h"

/* names: sema_scope.c */
struct symbol *sema_symbol(struct sema *s, struct slice name); /* in the current module, or NULL */
struct symbol *sema_path(struct sema *s, struct slice dotted); /* also through a module's alias */
struct local *sema_local(struct sema *s, struct slice name);
struct local *sema_declare(struct sema *s, struct ast_name name, struct ty *ty, bool is_var);
uint32_t sema_open_scope(struct sema *s);
void sema_close_scope(struct sema *s, uint32_t mark);
/* The nearest of the names a program could have meant: ", did you mean 'x'", or "". */
const char *sema_hint(struct sema *s, struct slice name);

/* declarations: sema_decl.c, sema_import.c, sema_resolve.c */
void sema_imports(struct sema *s); /* bind what modules import from each other */
void sema_fields(struct sema *s, struct symbol *symbol); /* resolve a struct's fields once */
struct ty *sema_resolve(struct sema *s, const struct ast_type *type);

/* capabilities: sema_capability.c */
void sema_requires(struct sema *s, struct ast_decl *decl);
unsigned sema_capability_bit(const char *name);
/* That of a builtin follows from the first part of its name: "time.now". */
void sema_capability_of(struct sema *s, struct range call, const char *builtin);
void sema_capabilities_of(struct sema *s, struct range call, const struct symbol *callee);

void sema_signature(struct sema *s, struct symbol *function);
/* The error domains of a function's or route's result. */
void sema_domains(struct sema *s, const struct ast_type *type, struct ty *ty);

/* A function of the component's parameters, attrs and children. */
enum { COMPONENT_PARAMS = 2 };
struct ast_decl *sema_component(struct sema *s, const struct ast_decl *decl);
void sema_begin_body(struct sema *s, uint32_t module, struct ty *result);

/* services and transactions: sema_service.c */
void sema_routes(struct sema *s, struct symbol *service);
void sema_transaction(struct sema *s, const struct ast_stmt *stmt); /* its module and head */
void sema_not_in_transaction(struct sema *s, struct range range, const char *code,
			     const char *what);

/* HTML: sema_html.c */
bool sema_is_tag(struct sema *s, const struct ast_expr *expr);
struct ty *sema_tag_call(struct sema *s, struct ast_expr *expr);
struct ty *sema_component_call(struct sema *s, struct ast_expr *expr, struct symbol *component);
struct ty *sema_html_children(struct sema *s, struct ast_expr *list);

struct ty *sema_query_call(struct sema *s, struct ast_expr *expr); /* sema_query.c */

/* interfaces and their impls: sema_interface.c */
void sema_impls(struct sema *s);      /* know them and their methods */
void sema_interfaces(struct sema *s); /* compare impls with what interfaces ask for */
bool sema_has_impl(const struct sema *s, const struct symbol *interface, const struct ty *ty);
/* x.method(...), Type.method(...): the type of the call, or NULL when it is neither. */
struct ty *sema_method_call(struct sema *s, struct ast_expr *expr);

/* type parameters: sema_generic.c */
const struct binding *sema_binding(const struct sema *s, struct slice name); /* or NULL */
void sema_generic(struct sema *s, struct symbol *generic);                   /* its head */
/* A copy whose parameters stand for anything, to check the body for all types at once. */
struct symbol *sema_generic_blank(struct sema *s, struct symbol *generic);
/* Names and constraints of a callable's type parameters. */
void sema_type_params(struct sema *s, const struct ast_decl *decl);
struct ty *sema_generic_call(struct sema *s, struct ast_expr *expr, struct symbol *generic);

/* expressions: sema_expr.c, sema_call.c */
struct ty *sema_expr(struct sema *s, struct ast_expr *expr);
/* Check, and complain unless it fits `want`; what names the place ("argument", "field 'x'"). */
void sema_expect(struct sema *s, struct ast_expr *expr, struct ty *want, const char *code);
/* The same where the value is validated when the program runs: a String may turn out to be an Id or
 * an Email. */
void sema_expect_boundary(struct sema *s, struct ast_expr *expr, struct ty *want, const char *code);
void sema_fits(struct sema *s, struct ast_expr *expr, struct ty *want, const char *code);
void sema_condition(struct sema *s, struct ast_expr *expr);
struct ty *sema_call(struct sema *s, struct ast_expr *expr);
struct ty *sema_binary(struct sema *s, struct ast_expr *expr);
struct ty *sema_member(struct sema *s, struct ast_expr *expr);
struct ty *sema_call_function(struct sema *s, struct ast_expr *expr, struct symbol *function,
			      bool defaults);
struct ty *sema_call_value(struct sema *s, struct ast_expr *expr);
/* Complain about named arguments. */
void sema_positional(struct sema *s, struct ast_expr *expr, struct slice callee);
void sema_check_args(struct sema *s, struct ast_expr *expr);
/* "m.Color" as the declaration of that name, or NULL. */
struct symbol *sema_dotted(struct sema *s, const struct ast_expr *expr);
/* Is the first name of the chain no variable? */
bool sema_names_declaration(struct sema *s, const struct ast_expr *expr);
/* A name or chain of names as a declaration or local; false when `expr` is an ordinary value. */
bool sema_resolve_name(struct sema *s, struct ast_expr *expr);
struct ty *sema_field_of(struct sema *s, struct ast_expr *expr, struct ty *base);
struct ty *sema_index_of(struct sema *s, struct ast_expr *expr, struct ty *base);

/* statements: sema_stmt.c */
struct ty *sema_iterate(struct sema *s, struct ast_expr *expr); /* the type of an item */
/* Its last value must fit the function's result. */
void sema_body(struct sema *s, struct ast_block *block);

/* spawn, await and the lifetime of tasks: sema_spawn.c, sema_task.c */
struct ty *sema_spawn(struct sema *s, struct ast_expr *expr);
struct ty *sema_await(struct sema *s, struct ast_expr *expr);
void sema_use_local(struct sema *s, struct local *local, struct range range);
/* A checked body: is every task in it awaited on every way? */
void sema_tasks(struct sema *s, struct ast_block *block);
void sema_pattern(struct sema *s, struct ast_pattern *pattern, struct ty *ty);

/* builtins: sema_builtin.c */
struct builtin {
	const char *name;
	uint32_t min_args;
	uint32_t max_args;
	enum builtin_id { BUILTIN_PRINT, BUILTIN_ASSERT, BUILTIN_OP, BUILTIN_OUTSIDE } id;
};
/* A builtin with the id BUILTIN_OP is the first member of one of these: it is one operation. One
 * with BUILTIN_OUTSIDE is checked alike and not carried out. A letter for each argument's type and
 * the result's: s String, i Int, f Float, b Bool, y Bytes, u unit, v any, c List<String>, l List of
 * any, m Map<String, String>, O Map<String, any>, M a list of those, h Html, H List<Html>, q Query,
 * R http.response!http.error; a '?' behind the result's makes it optional, a '!' a result that may
 * be an error. */
struct builtin_operation {
	struct builtin builtin;
	enum op op;
	const char *params; /* what is left out is "" */
	const char *result;
	bool effect; /* not allowed in a spawn block */
};
const struct builtin *builtin_find(struct slice name);
bool builtin_is_namespace(struct slice name); /* "time" of time.now */
void sema_http_types(struct sema *s);
struct ty *sema_type_of_letter(struct sema *s, char letter);
struct ty *sema_builtin_call(struct sema *s, struct ast_expr *expr);

/* Legal and not carried out: refused when the program is to run, not when it is checked. */
void sema_unsupported(struct sema *s, struct range range, const char *what);
#define SEMA_NAME(s, ty) ty_name((s)->arena, (ty))
