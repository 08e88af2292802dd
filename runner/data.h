/* SPDX-License-Identifier: Apache-2.0 */
/*
 * data: where spec/, corpus/, diff/rules/ and oracles/profiles/ are found. PARITY_DATADIR names the
 * folder that holds them; without it, the source tree this program was built from.
 */
#pragma once

#include "base/error.h"

/* malloc'ed path of something in the data folder; an input error when it is not there. */
int data_find(char **out, const char *relative, struct error *err);

/*
 * What was typed, or a name in the data folder: a `typed` with a '/' or the ending ".json" is a
 * path as it stands, anything else is "FOLDER/typed.json" among the data. An unknown name lists the
 * known ones.
 */
int data_find_named(char **out, const char *typed, const char *folder, const char *what,
		    struct error *err);
