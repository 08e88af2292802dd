/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sink_text: the event stream for people. Results (blocks of failing cases, the closing screen) and
 * progress (one redrawn line on a terminal, a heartbeat elsewhere) go to two descriptors. Nothing
 * here decides; lines keep within 100 columns where the names in them allow.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/vec.h"
#include "diff/explain.h"
#include "runner/event.h"

enum {
	WIDTH = 100,
	BAR = 20,      /* columns of the progress bar */
	LIVE_MS = 100, /* at most 10 redraws a second */
	HEARTBEAT_MS = 30000,
	LISTED_MAX = 200, /* failing cases named again at the end */
	SHORT_FP = 12,
	LABEL = 13, /* columns of the closing screen's labels */
};

struct failure {
	enum verdict verdict;
	const char *name;
	const char *clause; /* or NULL */
	char fp[SHORT_FP + 1];
};

/* Only the witness differs; who is right, as far as somebody has ruled. */
struct question {
	const char *name;
	const char *clause; /* or NULL */
	const char *right;  /* "toolchain", "witness", "silent", "stale", "unruled" */
	const char *why;    /* or NULL */
};

struct text_sink {
	struct sink sink; /* first: the address is shared */
	struct sink_text_options options;
	struct judge judge; /* borrowed parts, valid for the whole run */
	struct arena arena; /* what the closing screen repeats */
	VEC(struct failure) failures;
	VEC(struct question) questions;
	size_t failures_unlisted;
	size_t questions_unlisted;
	struct buf text;
	size_t jobs;
	bool will_file; /* so that 'parity show' will find what is suggested */
	const char *version;
	const char *profile;
	struct {
		bool done;
		char commit[SHORT_FP + 1];
		char run_id[27];
		struct filed facts;
	} filed;
	int64_t next_ms; /* monotonic: when progress is due */
	bool drawn;      /* a live line stands on the terminal */
};

static void write_out(struct text_sink *self, int fd)
{
	if (self->text.len && file_write_all(fd, self->text.data, self->text.len) < 0 &&
	    self->sink.write_errno == 0)
		self->sink.write_errno = errno;
	buf_clear(&self->text);
}

/* Progress that cannot be written is not worth a word. */
static void write_progress(struct text_sink *self)
{
	(void)file_write_all(self->options.progress_fd, self->text.data, self->text.len);
	buf_clear(&self->text);
}

static void erase_live(struct text_sink *self)
{
	if (!self->drawn)
		return;
	self->drawn = false;
	buf_adds(&self->text, "\r\033[K");
	write_progress(self);
}

static const char *verdict_color(enum verdict verdict)
{
	if (verdict == VERDICT_AGREE)
		return "\033[32m";
	return verdict_is_ok(verdict) || verdict == VERDICT_INCONCLUSIVE ? "\033[33m" : "\033[31m";
}

static void add_verdict(struct text_sink *self, enum verdict verdict, int width)
{
	if (self->options.color)
		buf_addf(&self->text, "%s%-*s\033[0m", verdict_color(verdict), width,
			 verdict_name(verdict));
	else
		buf_addf(&self->text, "%-*s", width, verdict_name(verdict));
}

static void add_backends(struct buf *out, const struct event_backend *backends, size_t len)
{
	for (size_t i = 0; i < len; i++)
		buf_addf(out, "%s%s (%s)", i ? ", " : "", backends[i].name,
			 role_name(backends[i].role));
}

static void on_start(struct text_sink *self, const struct event_start *start)
{
	bool live = self->options.live;

	self->judge = *start->judge;
	self->jobs = start->jobs;
	self->will_file = !start->not_filed;
	self->version = arena_strdup(&self->arena, start->version);
	self->profile = start->judge->profile->name;
	self->next_ms = clock_monotonic_ms() + (live ? LIVE_MS : HEARTBEAT_MS);
	if (self->options.quiet)
		return;
	buf_addf(&self->text, "parity: %zu case%s under ", start->selected,
		 start->selected == 1 ? "" : "s");
	add_backends(&self->text, start->backends, start->backend_len);
	buf_addf(&self->text, ", profile %s", self->profile);
	if (*self->version) {
		buf_adds(&self->text, ", ");
		buf_add_escaped(&self->text, slice_of(self->version));
	}
	buf_addc(&self->text, '\n');
	if (start->skipped)
		buf_addf(&self->text,
			 "parity: %zu skipped, they require what the profile has not\n",
			 start->skipped);
	if (start->not_filed)
		buf_addf(&self->text, "parity: this run will not be filed: %s\n", start->not_filed);
	if (start->step_down)
		buf_addf(&self->text, "parity: isolation is only %s: %s\n", start->isolation,
			 start->step_down);
	write_progress(self);
}

static const char *ruling_word(const struct ruling *ruling)
{
	if (!ruling)
		return "unruled";
	return ruling->stale ? "stale" : ruling_right_name(ruling->right);
}

static void add_ruling(struct buf *out, const struct ruling *ruling)
{
	if (!ruling)
		buf_adds(out, "  ruling   none: nobody has said yet who is right by the text\n");
	else if (ruling->stale)
		buf_addf(out, "  ruling   stale: %s changed since %s was said, read it again\n",
			 ruling->clause, ruling_right_name(ruling->right));
	else
		buf_addf(out, "  ruling   %s: %s\n", ruling_right_name(ruling->right), ruling->why);
}

/* Only the witness differs: told like a failure, though it is none. */
static void remember_question(struct text_sink *self, const struct event_case *one)
{
	const struct judgement *judgement = one->judgement;
	const struct ruling *ruling = one->ruling;
	const char *clause = ruling ? ruling->clause
				    : judgement->divergences[judgement->divergence_len - 1].clause;
	struct question question = {.right = ruling_word(ruling)};

	if (self->questions.len == LISTED_MAX) {
		self->questions_unlisted++;
		return;
	}
	question.name = arena_strdup(&self->arena, one->test->name);
	question.clause = clause ? arena_strdup(&self->arena, clause) : NULL;
	question.why = ruling ? arena_strdup(&self->arena, ruling->why) : NULL;
	vec_push(&self->questions, question);
}

static void remember(struct text_sink *self, const struct event_case *one)
{
	const struct judgement *judgement = one->judgement;
	struct failure failure = {.verdict = judgement->verdict};

	if (self->failures.len == LISTED_MAX) {
		self->failures_unlisted++;
		return;
	}
	failure.name = arena_strdup(&self->arena, one->test->name);
	if (judgement->divergence_len && judgement->divergences[0].clause)
		failure.clause = arena_strdup(&self->arena, judgement->divergences[0].clause);
	if (one->fp_len)
		memcpy(failure.fp, one->fps[0].fp, SHORT_FP);
	vec_push(&self->failures, failure);
}

static void on_case(struct text_sink *self, const struct event_case *one)
{
	const struct explain_style style = {.color = self->options.color, .width = WIDTH};
	bool ok = verdict_is_ok(one->judgement->verdict);
	bool asks = one->judgement->witness == WITNESS_DIFFERS;

	if (asks)
		remember_question(self, one);
	if (!ok)
		remember(self, one);
	if (ok && !asks ? !self->options.verbose : self->options.quiet)
		return;
	erase_live(self);
	if (ok && !asks) {
		add_verdict(self, one->judgement->verdict, LABEL);
		buf_addf(&self->text, " %s (%lld ms)\n", one->test->name,
			 (long long)(one->wall_ns / 1000000));
	} else {
		explain_case(&self->text, &self->judge, one->test, one->judgement,
			     one->fp_len && self->will_file && !ok ? one->fps[0].fp : NULL, &style);
		if (asks)
			add_ruling(&self->text, one->ruling);
		for (size_t i = 0; one->work_dirs && i < one->obs_len; i++)
			buf_addf(&self->text, "  kept     %s in %s\n", one->obs[i].backend,
				 one->work_dirs[i]);
		buf_addc(&self->text, '\n');
	}
	write_out(self, self->options.results_fd);
}

static void on_error(struct text_sink *self, const struct event_error *error)
{
	erase_live(self);
	if (error->case_name)
		buf_addf(&self->text, "parity: case '%s' could not be judged: %s\n",
			 error->case_name, error->error->message);
	else
		buf_addf(&self->text, "parity: %s\n", error->error->message);
	write_progress(self);
}

static void on_filed(struct text_sink *self, const struct event_filed *event)
{
	self->filed.done = true;
	self->filed.facts = *event->filed;
	memcpy(self->filed.commit, event->commit, SHORT_FP);
	strncpy(self->filed.run_id, event->run_id, sizeof(self->filed.run_id) - 1);
}

static void label(struct text_sink *self, const char *text)
{
	buf_addf(&self->text, "  %-*s ", LABEL, text);
}

static void add_headline(struct text_sink *self, const struct event_summary *summary)
{
	size_t bad = 0;
	const char *color = "";

	for (int v = 0; v < VERDICT_COUNT; v++)
		if (!verdict_is_ok((enum verdict)v))
			bad += summary->counts[v];
	if (self->options.color)
		color = bad || summary->exit ? "\033[1;31m" : "\033[1;32m";
	buf_adds(&self->text, color);
	if (bad)
		buf_addf(&self->text, "%zu of %zu cases not ok", bad, summary->cases);
	else if (summary->cases == 0)
		buf_adds(&self->text, "no case got a verdict");
	else if (summary->counts[VERDICT_AGREE] == summary->cases && summary->aot.not_run == 0)
		buf_addf(&self->text, "%s%zu case%s agree%s on every backend",
			 summary->cases == 1 ? "" : "all ", summary->cases,
			 summary->cases == 1 ? "" : "s", summary->cases == 1 ? "s" : "");
	else
		buf_addf(&self->text, "all %zu cases ok", summary->cases);
	if (summary->aot.not_run)
		buf_addf(&self->text, ", %zu of them without AOT", summary->aot.not_run);
	if (summary->errors)
		buf_addf(&self->text, ", %zu error%s", summary->errors,
			 summary->errors == 1 ? "" : "s");
	if (summary->signal)
		buf_addf(&self->text, ", interrupted by SIG%s", sigabbrev_np(summary->signal));
	if (summary->stopped && !summary->signal)
		buf_addf(&self->text, ", stopped by --%s", summary->stopped);
	if (!summary->complete && summary->cases + summary->errors < summary->planned)
		buf_addf(&self->text, ", %zu of %zu not run", summary->planned - summary->cases,
			 summary->planned);
	if (*color)
		buf_adds(&self->text, "\033[0m");
	buf_adds(&self->text, "\n\n");
}

static void add_verdicts(struct text_sink *self, const struct event_summary *summary)
{
	for (int v = 0; v < VERDICT_COUNT; v++) {
		if (summary->counts[v] == 0 && v != VERDICT_AGREE && v != VERDICT_DIVERGE)
			continue;
		buf_adds(&self->text, "  ");
		if (summary->counts[v])
			add_verdict(self, (enum verdict)v, LABEL);
		else
			buf_addf(&self->text, "%-*s", LABEL, verdict_name((enum verdict)v));
		buf_addf(&self->text, " %zu\n", summary->counts[v]);
	}
	if (summary->skipped) {
		label(self, "skipped");
		buf_addf(&self->text, "%zu, they require what the profile has not\n",
			 summary->skipped);
	}
}

static void add_aot(struct text_sink *self, const struct event_aot *aot)
{
	if (aot->not_run == 0)
		return;
	label(self, "aot-not-run");
	buf_addf(&self->text, "%zu, compared without AOT (--aot %s", aot->not_run, aot->wish);
	if (aot->budget_ms)
		buf_addf(&self->text, " --budget %lldms", (long long)aot->budget_ms);
	buf_adds(&self->text, ")\n");
}

static void add_cache(struct text_sink *self, const struct event_cache *cache)
{
	if (cache->cached || cache->checked) {
		label(self, "cached");
		buf_addf(&self->text, "%zu of them not run, %zu run again to check\n",
			 cache->cached, cache->checked);
	}
	if (cache->damaged) {
		label(self, "damaged");
		buf_addf(&self->text, "%zu entries of the cache were not whole, and were run\n",
			 cache->damaged);
	}
	if (cache->why) {
		label(self, "no cache");
		buf_addf(&self->text, "%s\n", cache->why);
	}
}

static void add_artifacts(struct text_sink *self, const struct event_artifacts *artifacts)
{
	if (artifacts->reused || artifacts->checked) {
		label(self, "artifacts");
		buf_addf(&self->text, "%zu builds reused, %zu built again to check\n",
			 artifacts->reused, artifacts->checked);
	}
	if (artifacts->damaged) {
		label(self, "damaged");
		buf_addf(&self->text, "%zu kept builds were not whole, and were made again\n",
			 artifacts->damaged);
	}
	if (artifacts->why) {
		label(self, "no artifacts");
		buf_addf(&self->text, "%s\n", artifacts->why);
	}
}

static void add_rules(struct text_sink *self, const struct event_summary *summary)
{
	size_t fired = 0;
	size_t hits = 0;
	size_t masked = 0;

	for (size_t i = 0; i < summary->rule_len; i++) {
		fired += summary->rules[i].hits > 0;
		hits += summary->rules[i].hits;
		masked += summary->rules[i].masked_bytes;
	}
	label(self, "rules");
	buf_addf(&self->text, "%zu of %zu fired, %zu times, %zu bytes masked\n", fired,
		 summary->rule_len, hits, masked);
}

static void add_filing(struct text_sink *self, const struct event_summary *summary)
{
	const struct filed *facts = &self->filed.facts;

	if (!self->filed.done) {
		label(self, "not filed");
		buf_addf(&self->text, "%s\n", summary->not_filed ? summary->not_filed : "");
		return;
	}
	label(self, "filed");
	buf_addf(&self->text, "%s at %s, run %s\n",
		 facts->compacted ? "refs/parity/ledger" : facts->run_ref, self->filed.commit,
		 self->filed.run_id);
	if (facts->new_findings + facts->reopened + facts->verified_fixed + facts->still_open) {
		label(self, "findings");
		buf_addf(&self->text, "%zu new, %zu reopened, %zu verified fixed, %zu open\n",
			 facts->new_findings, facts->reopened, facts->verified_fixed,
			 facts->still_open);
	}
}

static void add_witness(struct text_sink *self, const struct event_summary *summary)
{
	const size_t *counts = summary->witness_counts;

	if (!summary->witness)
		return;
	label(self, "witness");
	buf_addf(&self->text, "%s agrees in %zu, alone differs in %zu", summary->witness,
		 counts[WITNESS_AGREES], counts[WITNESS_DIFFERS]);
	if (counts[WITNESS_SIDES])
		buf_addf(&self->text, ", takes sides in %zu", counts[WITNESS_SIDES]);
	if (counts[WITNESS_UNSETTLED])
		buf_addf(&self->text, ", met a limit in %zu", counts[WITNESS_UNSETTLED]);
	buf_addc(&self->text, '\n');
	if (counts[WITNESS_DIFFERS] == 0)
		return;
	label(self, "by the text");
	buf_addf(&self->text,
		 "the toolchain is right in %zu, the witness in %zu, silent in %zu, "
		 "unruled %zu\n",
		 summary->ruled[RIGHT_TOOLCHAIN], summary->ruled[RIGHT_WITNESS],
		 summary->ruled[RIGHT_SILENT], event_unruled(summary));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct question *)a)->name, ((const struct question *)b)->name);
}

static void add_outdated(struct text_sink *self, const struct rulings *rulings)
{
	bool any = false;

	if (!rulings)
		return;
	vec_each (&rulings->items, ruling) {
		if (!ruling->outdated)
			continue;
		if (!any)
			buf_adds(&self->text, "\nrulings on differences that are no more\n");
		any = true;
		buf_addf(&self->text, "  %s  rulings.json:%zu\n", ruling->case_name, ruling->line);
	}
}

static void add_questions(struct text_sink *self)
{
	if (self->questions.len == 0)
		return;
	qsort(self->questions.items, self->questions.len, sizeof(*self->questions.items), by_name);
	buf_adds(&self->text, "\nquestions to the specification: only the witness differs\n");
	vec_each (&self->questions, question) {
		buf_addf(&self->text, "  %-9s  %s", question->right, question->name);
		if (question->clause)
			buf_addf(&self->text, "  %s", question->clause);
		buf_addc(&self->text, '\n');
		if (question->why)
			buf_addf(&self->text, "             %s\n", question->why);
	}
	if (self->questions_unlisted)
		buf_addf(&self->text, "  and %zu more\n", self->questions_unlisted);
}

static void add_failures(struct text_sink *self)
{
	if (self->failures.len == 0)
		return;
	buf_adds(&self->text, "\nnot ok\n");
	vec_each (&self->failures, failure) {
		buf_adds(&self->text, "  ");
		add_verdict(self, failure->verdict, 14);
		buf_addf(&self->text, "%s", failure->name);
		if (failure->clause)
			buf_addf(&self->text, "  %s", failure->clause);
		if (*failure->fp)
			buf_addf(&self->text, "  %s", failure->fp);
		buf_addc(&self->text, '\n');
	}
	if (self->failures_unlisted)
		buf_addf(&self->text, "  and %zu more\n", self->failures_unlisted);
}

static void add_profile_flag(struct text_sink *self)
{
	if (self->options.profile_flag)
		buf_addf(&self->text, " --profile %s", self->options.profile_flag);
}

static void add_next(struct text_sink *self, const struct event_summary *summary)
{
	const struct failure *first = self->failures.len ? &self->failures.items[0] : NULL;

	buf_adds(&self->text, "\nnext\n");
	if (first && self->filed.done && *first->fp)
		buf_addf(&self->text, "  parity show %s\n", first->fp);
	if (first) {
		buf_adds(&self->text, "  parity run");
		add_profile_flag(self);
		buf_addf(&self->text, " --keep %s\n", first->name);
	}
	if (!first && self->filed.done)
		buf_adds(&self->text, "  parity log HEAD      what was filed for this commit\n");
	if (!first && self->filed.facts.still_open)
		buf_adds(&self->text, "  parity findings      what is still open\n");
	if (!first)
		buf_adds(&self->text,
			 "  parity list          the cases, and the clauses they cite\n");
	if (summary->errors || summary->signal || (!first && !self->filed.done)) {
		buf_adds(&self->text, "  parity run");
		add_profile_flag(self);
		buf_adds(&self->text, " --help    how to run less, more, or elsewhere\n");
	}
}

static void on_summary(struct text_sink *self, const struct event_summary *summary)
{
	struct buf *out = &self->text;

	erase_live(self);
	add_headline(self, summary);
	label(self, "compared");
	buf_addf(out, "%zu case%s under ", summary->cases, summary->cases == 1 ? "" : "s");
	add_backends(out, summary->backends, summary->backend_len);
	buf_addc(out, '\n');
	label(self, "channels");
	for (int channel = 0; channel < EVENT_CHANNELS; channel++)
		buf_addf(out, "%s%s", channel ? ", " : "", channel_name((enum channel)channel));
	buf_addc(out, '\n');
	if (self->version && *self->version) {
		label(self, "toolchain");
		buf_addf(out, "%s, ", self->profile);
		buf_add_escaped(out, slice_of(self->version));
		buf_addc(out, '\n');
	}
	add_verdicts(self, summary);
	add_aot(self, &summary->aot);
	add_cache(self, &summary->cache);
	add_artifacts(self, &summary->artifacts);
	add_witness(self, summary);
	add_rules(self, summary);
	label(self, "time");
	buf_addf(out, "%.1f s with %zu job%s\n", (double)summary->wall_ms / 1000.0, self->jobs,
		 self->jobs == 1 ? "" : "s");
	if (summary->isolation) {
		label(self, "isolation");
		buf_addf(out, "%s%s%s\n", summary->isolation, summary->step_down ? ", " : "",
			 summary->step_down ? summary->step_down : "");
	}
	add_filing(self, summary);
	add_questions(self);
	add_outdated(self, summary->rulings);
	add_failures(self);
	if (!self->options.quiet)
		add_next(self, summary);
	write_out(self, self->options.results_fd);
}

static void emit_text(struct sink *sink, const struct event *event)
{
	struct text_sink *self = (struct text_sink *)sink;

	switch (event->kind) {
	case EVENT_START:
		on_start(self, &event->start);
		break;
	case EVENT_CASE:
		on_case(self, &event->one);
		break;
	case EVENT_ERROR:
		on_error(self, &event->error);
		break;
	case EVENT_FILED:
		on_filed(self, &event->filed);
		break;
	case EVENT_SUMMARY:
		on_summary(self, &event->summary);
		break;
	}
}

static void add_running(struct buf *out, const struct progress *progress)
{
	size_t named =
		progress->running_len < PROGRESS_NAMES ? progress->running_len : PROGRESS_NAMES;

	buf_addf(out, "%zu of %zu cases, %zu not ok", progress->done, progress->total,
		 progress->failures);
	for (size_t i = 0; i < named; i++)
		buf_addf(out, "%s%s", i ? ", " : "; running ", progress->running[i]);
	if (progress->running_len > named)
		buf_addf(out, " and %zu more", progress->running_len - named);
}

/* What the terminal shows in a line, less the last column, which some wrap at. */
static size_t columns(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col - 1u : 79;
}

static void add_bar(struct buf *out, const struct progress *progress)
{
	size_t full = progress->total ? progress->done * BAR / progress->total : 0;

	buf_addc(out, '[');
	for (size_t i = 0; i < BAR; i++)
		buf_addc(out, i < full ? '=' : ' ');
	buf_adds(out, "] ");
}

/* In the background the terminal is somebody else's. */
static bool owns_terminal(int fd)
{
	pid_t group = tcgetpgrp(fd);

	return group < 0 || group == getpgrp();
}

static void draw_live(struct text_sink *self, const struct progress *progress)
{
	size_t width = columns(self->options.progress_fd);

	buf_addc(&self->text, '\r');
	add_bar(&self->text, progress);
	add_running(&self->text, progress);
	if (self->text.len > width + 1) {
		self->text.len = width - 2;
		buf_adds(&self->text, "...");
	}
	buf_adds(&self->text, "\033[K");
	self->drawn = true;
}

static int show_progress(struct sink *sink, const struct progress *progress)
{
	struct text_sink *self = (struct text_sink *)sink;
	int period = self->options.live ? LIVE_MS : HEARTBEAT_MS;
	int64_t now = clock_monotonic_ms();

	if (self->options.quiet)
		return HEARTBEAT_MS;
	if (now < self->next_ms)
		return (int)(self->next_ms - now);
	self->next_ms = now + period;
	if (self->options.live && !owns_terminal(self->options.progress_fd))
		return period;
	if (self->options.live) {
		draw_live(self, progress);
	} else {
		buf_adds(&self->text, "parity: ");
		add_running(&self->text, progress);
		buf_addc(&self->text, '\n');
	}
	write_progress(self);
	return period;
}

static void add_seconds(struct buf *out, int64_t ms)
{
	buf_addf(out, "%lld.%lld s", (long long)(ms / 1000), (long long)(ms % 1000 / 100));
}

static void tell_text(struct sink *sink, const struct progress *progress,
		      const struct progress_process *processes, size_t len)
{
	struct text_sink *self = (struct text_sink *)sink;

	erase_live(self);
	buf_addf(&self->text, "parity: %zu of %zu cases, %zu not ok, %zu process%s running\n",
		 progress->done, progress->total, progress->failures, len, len == 1 ? "" : "es");
	for (size_t i = 0; i < len; i++) {
		buf_addf(&self->text, "  %s  %s %s", processes[i].case_name, processes[i].backend,
			 processes[i].phase);
		if (processes[i].attempt > 1)
			buf_addf(&self->text, ", attempt %d", processes[i].attempt);
		buf_adds(&self->text, "  ");
		add_seconds(&self->text, processes[i].ms);
		if (processes[i].limit_ms) {
			buf_adds(&self->text, " of ");
			add_seconds(&self->text, processes[i].limit_ms);
		}
		buf_addc(&self->text, '\n');
	}
	write_progress(self);
}

static void rest_text(struct sink *sink)
{
	erase_live((struct text_sink *)sink);
}

static struct sink *free_text(struct sink *sink)
{
	struct text_sink *self = (struct text_sink *)sink;

	erase_live(self);
	vec_done(&self->failures);
	vec_done(&self->questions);
	arena_done(&self->arena);
	buf_done(&self->text);
	free(self);
	return NULL;
}

struct sink *sink_text_new(const struct sink_text_options *options)
{
	struct text_sink *self = mem_zeroed(1, sizeof(*self));

	self->sink.emit = emit_text;
	self->sink.progress = show_progress;
	self->sink.tell = tell_text;
	self->sink.rest = rest_text;
	self->sink.free = free_text;
	self->options = *options;
	return &self->sink;
}
