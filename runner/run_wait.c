/* SPDX-License-Identifier: Apache-2.0 */
/* run_wait: what a run does while programs run: signals, the global limit, progress. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/mem.h"
#include "runner/interrupt.h"
#include "runner/run_internal.h"

/* SIGUSR1: what is going on? */
static void answer_query(struct run *run, const struct sched_status *status,
			 const struct progress *progress)
{
	size_t cap = exec_slots(run->exec);
	CLEANUP(free_p) struct sched_process *found = mem_zeroed(cap, sizeof(*found));
	CLEANUP(free_p) struct progress_process *shown = mem_zeroed(cap, sizeof(*shown));
	size_t len = sched_processes(found, cap, status->sched);
	int64_t now_ns = clock_monotonic_ns();

	for (size_t i = 0; i < len; i++)
		shown[i] = (struct progress_process){.case_name = found[i].case_name,
						     .backend = found[i].backend,
						     .phase = phase_name(found[i].phase),
						     .attempt = found[i].attempt,
						     .ms = (now_ns - found[i].since_ns) / 1000000,
						     .limit_ms = found[i].limit_ms};
	for (size_t i = 0; i < run->sink_len; i++)
		if (run->sinks[i]->tell)
			run->sinks[i]->tell(run->sinks[i], progress, shown, len);
}

void run_on_pause(void *payload)
{
	struct run *run = payload;

	for (size_t i = 0; i < run->sink_len; i++)
		if (run->sinks[i]->rest)
			run->sinks[i]->rest(run->sinks[i]);
	interrupt_pause();
}

void run_on_resume(void *payload, int64_t paused_ns)
{
	struct run *run = payload;

	run->started_ns += paused_ns;
}

int run_on_wait(void *payload, const struct sched_status *status)
{
	struct run *run = payload;
	struct progress progress = {.done = status->done,
				    .total = status->total,
				    .failures = run->blocking,
				    .running_len = status->running_len};
	int wait = RUN_WAIT_MAX_MS;

	if (interrupt_wants_pause())
		return SCHED_PAUSE;
	if (interrupt_take_query())
		answer_query(run, status, &progress);
	if (interrupt_count())
		return interrupt_count() > 1 ? SCHED_ABORT : SCHED_DRAIN;
	if (run->options->global_timeout_ms) {
		int64_t left = run->options->global_timeout_ms -
			       (clock_monotonic_ns() - run->started_ns) / 1000000;

		if (left <= 0) {
			run->stopped = "global-timeout";
			return SCHED_ABORT;
		}
		if (left < wait)
			wait = (int)left;
	}
	for (size_t i = 0; i < status->running_len && i < PROGRESS_NAMES; i++)
		progress.running[i] = status->running[i];
	for (size_t i = 0; i < run->sink_len; i++) {
		int wish = RUN_WAIT_MAX_MS;

		if (run->sinks[i]->progress)
			wish = run->sinks[i]->progress(run->sinks[i], &progress);
		if (wish < wait)
			wait = wish;
	}
	return wait;
}
