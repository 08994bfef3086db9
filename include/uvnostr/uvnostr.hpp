// SPDX-License-Identifier: MIT
// All of uvnostr.
#pragma once

#include <uvnostr/callback.hpp>
#include <uvnostr/error.hpp>
#include <uvnostr/event.hpp>
#include <uvnostr/fetch.hpp>
#include <uvnostr/filter.hpp>
#include <uvnostr/gap.hpp>
#include <uvnostr/histogram.hpp>
#include <uvnostr/information.hpp>
#include <uvnostr/keys.hpp>
#include <uvnostr/log.hpp>
#include <uvnostr/metrics.hpp>
#include <uvnostr/newest.hpp>
#include <uvnostr/pool.hpp>
#include <uvnostr/printable.hpp>
#include <uvnostr/publish.hpp>
#include <uvnostr/relay.hpp>
#include <uvnostr/relay_options.hpp>
#include <uvnostr/relay_status.hpp>
#include <uvnostr/seen_lru.hpp>
#include <uvnostr/signer.hpp>
#include <uvnostr/stats.hpp>
#include <uvnostr/subscription.hpp>
#include <uvnostr/types.hpp>
#include <uvnostr/url.hpp>
