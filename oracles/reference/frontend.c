/* SPDX-License-Identifier: Apache-2.0 */
/* frontend: the stages one after another; a stage runs only when those before it found nothing
 * wrong. */
#include "oracles/reference/frontend.h"
#include "oracles/reference/loader.h"
#include "oracles/reference/lower.h"

/* What the language has and this toolchain does not carry out is refused by name, in one place. */
static void refuse_missing(struct report *report, const struct sema *sema)
{
	vec_each (&sema->missing, one)
		report_error(report, one->range, "FUSE_UNSUPPORTED",
			     "'%s' is not supported by this toolchain yet", one->what);
}

static int check_and_lower(struct program *program, struct loader *loader, struct arena *arena,
			   const struct frontend_options *options)
{
	struct sema sema = {
		.arena = arena,
		.report = &loader->report,
		.units = loader->units.items,
		.unit_len = (uint32_t)loader->units.len,
	};
	sema_check(&sema);
	if (loader->report.diagnostics->errors == 0 && options->strict)
		sema_strict(&sema);
	if (loader->report.diagnostics->errors == 0 && !options->only_check)
		refuse_missing(&loader->report, &sema);
	if (loader->report.diagnostics->errors == 0 && sema.missing.len == 0)
		lower(program, &sema);
	sema_done(&sema);
	return loader->report.diagnostics->errors ? FRONTEND_E_REJECTED : 0;
}

/* The checker goes over the program in several passes; people read it from top to bottom. */
static void sort_by_place(struct diagnostics *diagnostics)
{
	struct diagnostic *items = diagnostics->list.items;
	for (size_t i = 1; i < diagnostics->list.len; i++) {
		struct diagnostic one = items[i];
		size_t to = i;
		while (to > 0 && strcmp(items[to - 1].path, one.path) == 0 &&
		       items[to - 1].span_start > one.span_start) {
			items[to] = items[to - 1];
			to--;
		}
		items[to] = one;
	}
}

/* Everything behind reading the root; the loader is used up. */
static int finish(struct program *program, struct loader *loader,
		  const struct frontend_options *options)
{
	*program = (struct program){.main_function = -1};
	int r = loader->report.diagnostics->errors ? FRONTEND_E_REJECTED : 0;
	if (r == 0)
		r = check_and_lower(program, loader, loader->arena, options);
	sort_by_place(loader->report.diagnostics);
	loader_done(loader);
	arena_done(loader->arena);
	return r;
}

int frontend_load_text(struct program *program, struct diagnostics *diagnostics, const char *path,
		       struct slice text, struct error *err)
{
	struct arena arena = ARENA_INIT;
	struct loader loader = {.arena = &arena, .report = {.diagnostics = diagnostics}};
	if (text.len > SOURCE_MAX)
		return error_input(err, "'%s' is larger than %d bytes", path, SOURCE_MAX);
	loader_load_text(&loader, path, text);
	return finish(program, &loader, &(struct frontend_options){.strict = false});
}

int frontend_open(struct program *program, struct diagnostics *diagnostics, const char *path,
		  const struct frontend_options *options, struct error *err)
{
	struct arena arena = ARENA_INIT;
	struct loader loader = {.arena = &arena, .report = {.diagnostics = diagnostics}};
	int r = loader_load(&loader, path, err);
	if (r == 0)
		r = finish(program, &loader, options);
	else {
		loader_done(&loader);
		arena_done(&arena);
	}
	return r;
}

int frontend_load(struct program *program, struct diagnostics *diagnostics, const char *path,
		  struct error *err)
{
	return frontend_open(program, diagnostics, path,
			     &(struct frontend_options){.strict = false}, err);
}
