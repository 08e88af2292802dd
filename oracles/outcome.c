/* SPDX-License-Identifier: Apache-2.0 */
/* outcome: the words that reports and events use for how a process ended. */
#include "oracles/outcome.h"

const char *end_name(enum end_kind end)
{
	switch (end) {
	case END_EXIT:
		return "exit";
	case END_SIGNAL:
		return "signal";
	case END_TIMEOUT:
		return "timeout";
	case END_MEMORY_LIMIT:
		return "memory-limit";
	case END_OUTPUT_LIMIT:
		return "output-limit";
	case END_LEAK:
		return "leak";
	case END_NOT_STARTED:
		return "could-not-start";
	case END_CPU_LIMIT:
		return "cpu-limit";
	case END_FILE_LIMIT:
		return "file-limit";
	case END_PROCESS_LIMIT:
		return "process-limit";
	case END_DISK_LIMIT:
		return "disk-limit";
	case END_LOST:
		return "lost";
	}
	return "?";
}
