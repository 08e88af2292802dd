/* SPDX-License-Identifier: Apache-2.0 */
/* figure: what benchmarks have in common: medians, a line a figure, bare starts to measure against.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of `len` values, at least one; they are sorted. */
double figure_median(double *values, size_t len);

/* Print "NAME VALUE TARGET ok|short"; false when the value is above its target. */
bool figure_report(const char *name, double value, double target);

/* The environment of every program started bare or by the runner. */
extern char *figure_environment[];

/*
 * Nanoseconds that `count` starts of a program take, `in_flight` at once, by posix_spawn and
 * waitpid with output to the null device: the least that starting can cost. Negative with errno
 * when one cannot be started or does not end well.
 */
int64_t figure_bare_starts(char *const argv[], int count, int in_flight);
