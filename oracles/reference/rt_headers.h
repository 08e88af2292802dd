/* SPDX-License-Identifier: Apache-2.0 */
/* rt_headers: the text of rt_value.h, rt_ops.h and rt_emit.h, carried inside the compiler. */
#pragma once

#include "base/slice.h"

extern const struct slice rt_headers;
