/* SPDX-License-Identifier: Apache-2.0 */
/* interrupt: see interrupt.h. The handlers only note. */
#include "runner/interrupt.h"

#include <signal.h>
#include <stddef.h>

static const int watched[] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGUSR1};
enum { WATCHED = sizeof(watched) / sizeof(*watched) };

static volatile sig_atomic_t seen_count;
static volatile sig_atomic_t seen_signal;
static volatile sig_atomic_t pause_wanted;
static volatile sig_atomic_t query_wanted;
static struct sigaction before[WATCHED];
static struct sigaction before_pipe;

static void note(int number)
{
	if (number == SIGTSTP) {
		pause_wanted = 1;
	} else if (number == SIGUSR1) {
		query_wanted = 1;
	} else {
		if (seen_count == 0)
			seen_signal = number;
		if (seen_count < 1000)
			seen_count++;
	}
}

void interrupt_watch(void)
{
	struct sigaction action = {.sa_handler = note}; /* no SA_RESTART: waits must return */

	seen_count = seen_signal = pause_wanted = query_wanted = 0;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < WATCHED; i++) {
		(void)sigaction(watched[i], NULL, &before[i]);
		/* nohup and background shells ignore some on purpose. */
		if (before[i].sa_handler != SIG_IGN)
			(void)sigaction(watched[i], &action, NULL);
	}
	action.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &action, &before_pipe);
}

void interrupt_unwatch(void)
{
	for (size_t i = 0; i < WATCHED; i++)
		(void)sigaction(watched[i], &before[i], NULL);
	(void)sigaction(SIGPIPE, &before_pipe, NULL);
}

int interrupt_count(void)
{
	return seen_count;
}

int interrupt_signal(void)
{
	return seen_signal;
}

bool interrupt_wants_pause(void)
{
	return pause_wanted;
}

void interrupt_pause(void)
{
	struct sigaction stop = {.sa_handler = SIG_DFL};
	struct sigaction ours;

	sigemptyset(&stop.sa_mask);
	(void)sigaction(SIGTSTP, &stop, &ours);
	(void)raise(SIGTSTP);
	(void)sigaction(SIGTSTP, &ours, NULL);
	pause_wanted = 0;
}

bool interrupt_take_query(void)
{
	bool wanted = query_wanted;

	query_wanted = 0;
	return wanted;
}
