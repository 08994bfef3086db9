// SPDX-License-Identifier: MIT
// uvnostr for programs in C99, and for bindings of other languages.
//
// Handles are opaque pointers: what a function named _create, _parse, _copy or _generate gives is to be freed by the
// _destroy or _free beside it. Functions that can fail return 0 or a negative number (UVNOSTR_E_...). They leave their
// results alone if they fail. NULL in place of an argument that is needed gives UVNOSTR_E_INVALID_ARGUMENT where a
// function can fail; elsewhere it gives 0, an empty text, or nothing.
//
// Options and callbacks are structs that begin with their size, so that later versions can add members at the end:
// those that a program was compiled without have their defaults. Options are set up by their _init function,
// callbacks as {.size = sizeof(uvnostr_pool_callbacks), .data = me, .on_event = on_event}. Structs that the library
// gives may grow at their end as well, unless their comment says that they never grow. A size that no struct of this
// name can have, and a count of elements or bytes above PTRDIFF_MAX, give UVNOSTR_E_INVALID_ARGUMENT. An _init function
// cannot fail: the call that takes the options then refuses them.
//
// Callbacks are called by the loop, on its thread, never inside one of the program's calls. Each of them may destroy
// anything, including its own pool and subscription. Destroying means silence: once it returns, no callback of that
// object is called, and `data` may be freed. Closing means one last on_close. Arguments are copied before a call
// returns; what a callback is given is valid until it returns. Running out of memory ends the program.
#pragma once

#include <uvnostr/c/base.h>
#include <uvnostr/c/event.h>
#include <uvnostr/c/log.h>
#include <uvnostr/c/options.h>
#include <uvnostr/c/pool.h>
#include <uvnostr/c/publish.h>
#include <uvnostr/c/status.h>
#include <uvnostr/c/subscription.h>
