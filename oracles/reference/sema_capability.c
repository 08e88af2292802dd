/* SPDX-License-Identifier: Apache-2.0 */
/* sema_capability: what a module says it needs, and that who calls into it says so too. */
#include <string.h>

#include "oracles/reference/sema_internal.h"

static const char *const capabilities[] = {"db", "crypto", "network", "time"};

enum { CAPABILITY_COUNT = sizeof(capabilities) / sizeof(capabilities[0]) };

void sema_requires(struct sema *s, struct ast_decl *decl)
{
	struct unit *unit = s->units[s->module];
	for (uint32_t i = 0; i < decl->name_len; i++) {
		struct ast_name *name = &decl->names[i];
		unsigned k = 0;
		while (k < CAPABILITY_COUNT && !slice_is(name->text, capabilities[k]))
			k++;
		if (k == CAPABILITY_COUNT)
			report_error(s->report, name->range, "FUSE_CAPABILITY_UNKNOWN",
				     "unknown capability '%.*s', there are db, crypto, network and "
				     "time",
				     SLICE_ARG(name->text));
		else if (unit->capabilities & 1u << k)
			report_error(s->report, name->range, "FUSE_CAPABILITY_DUPLICATE",
				     "capability '%s' is already required", capabilities[k]);
		if (k < CAPABILITY_COUNT)
			unit->capabilities |= 1u << k;
	}
}

unsigned sema_capability_bit(const char *name)
{
	unsigned k = 0;
	while (k < CAPABILITY_COUNT && strcmp(name, capabilities[k]) != 0)
		k++;
	return 1u << k;
}

void sema_capabilities_of(struct sema *s, struct range call, const struct symbol *callee)
{
	s->units[s->module]->used |= s->units[callee->module]->capabilities;
	unsigned missing =
		s->units[callee->module]->capabilities & ~s->units[s->module]->capabilities;
	for (unsigned k = 0; k < CAPABILITY_COUNT; k++)
		if (missing & 1u << k)
			report_error(s->report, call, "FUSE_CAPABILITY_MISSING",
				     "a call of '%.*s' needs 'requires %s' in this module too",
				     SLICE_ARG(callee->name), capabilities[k]);
}

/* "http.get" and "serve" are of network, the others of the capability they are named after. */
static const char *capability_named(const char *builtin)
{
	if (strncmp(builtin, "http.", 5) == 0 || strcmp(builtin, "serve") == 0)
		return "network";
	for (unsigned k = 0; k < CAPABILITY_COUNT; k++) {
		size_t len = strlen(capabilities[k]);
		if (strncmp(builtin, capabilities[k], len) == 0 && builtin[len] == '.')
			return capabilities[k];
	}
	return NULL;
}

void sema_capability_of(struct sema *s, struct range call, const char *builtin)
{
	const char *name = capability_named(builtin);
	if (!name)
		return;
	if (strcmp(name, "db") != 0)
		sema_not_in_transaction(s, call, "FUSE_TRANSACTION_CAPABILITY", builtin);
	s->units[s->module]->used |= sema_capability_bit(name);
	if (!(s->units[s->module]->capabilities & sema_capability_bit(name)))
		report_error(s->report, call, "FUSE_CAPABILITY_MISSING",
			     "'%s' needs 'requires %s' in this module", builtin, name);
}
