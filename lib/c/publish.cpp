// SPDX-License-Identifier: MIT
// Publishing to the relays of a pool, or to a single one.
#include <uvnostr/publish.hpp>

#include "c/draft.hpp"
#include "c/read_options.hpp"

namespace uvnostr::c {
namespace {

// The enumerators have the same numbers in both languages.
static_assert(UVNOSTR_ACCEPTED == static_cast<int>(outcome::accepted) &&
              UVNOSTR_REJECTED == static_cast<int>(outcome::rejected) &&
              UVNOSTR_TIMED_OUT == static_cast<int>(outcome::timed_out) &&
              UVNOSTR_NOT_SENT == static_cast<int>(outcome::not_sent));

uvnostr_publish_options publish_defaults() {
  const publish_options from;
  uvnostr_publish_options to{};
  to.size = sizeof to;
  to.verify = from.verify ? 1 : 0;
  to.send_timeout_ms = from.send_timeout.count();
  to.ok_timeout_ms = from.ok_timeout.count();
  to.retry_timeout_ms = from.retry_timeout.count();
  return to;
}

void call(void (*function)(void*, const uvnostr_receipt*), void* data, const receipt& from) {
  uvnostr_receipt to{};
  to.relay = to_c(from.relay);
  to.outcome = static_cast<uvnostr_outcome>(from.outcome);
  to.cause = code_of(from.cause);
  to.event = *to_c(from.event);
  to.message = to_c(from.message);
  to.prefix = to_c(from.prefix);
  to.text = to_c(from.text);
  function(data, &to);
}

/// Publishes by `send`, which gets the callbacks, the options and the relays.
template <class Send>
int publish(const uvnostr_publish_callbacks* callbacks, const uvnostr_publish_options* options, uvnostr_error* error,
            Send send) {
  publish_callbacks calls;
  publish_options how;
  std::vector<relay_id> relays;
  if (const uvnostr::error wrong = read_callbacks(callbacks, calls)) return report(wrong, error);
  if (const uvnostr::error wrong = read_options(options, how, relays)) return report(wrong, error);
  const uvnostr::error wrong = send(std::move(calls), how, std::move(relays));
  return wrong ? report(wrong, error) : UVNOSTR_OK;
}

}  // namespace

error read_options(const uvnostr_publish_options* options, publish_options& into, std::vector<relay_id>& relays) {
  uvnostr_publish_options from = publish_defaults();
  if (error wrong = read_sized("uvnostr_publish_options", options, from)) return wrong;
  into.verify = from.verify != 0;
  into.send_timeout = std::chrono::milliseconds(from.send_timeout_ms);
  into.ok_timeout = std::chrono::milliseconds(from.ok_timeout_ms);
  into.retry_timeout = std::chrono::milliseconds(from.retry_timeout_ms);
  into.enough_accepted = from.enough_accepted;
  return read_relays("uvnostr_publish_options", from.relays, from.relay_count, relays);
}

error read_callbacks(const uvnostr_publish_callbacks* callbacks, publish_callbacks& into) {
  uvnostr_publish_callbacks from{};
  if (error wrong = read_sized("uvnostr_publish_callbacks", callbacks, from)) return wrong;
  void* const data = from.data;
  if (from.on_receipt != nullptr) {
    into.on_receipt = [function = from.on_receipt, data](const receipt& answer) { call(function, data, answer); };
  }
  if (from.on_enough != nullptr) {
    into.on_enough = [function = from.on_enough, data](bool enough) { function(data, enough ? 1 : 0); };
  }
  if (from.on_done != nullptr) {
    into.on_done = [function = from.on_done, data](std::size_t accepted, std::size_t asked) {
      function(data, accepted, asked);
    };
  }
  return {};
}

}  // namespace uvnostr::c

using namespace uvnostr;

extern "C" {

void uvnostr_publish_options_init(uvnostr_publish_options* options, size_t size) {
  c::write_defaults(c::publish_defaults(), options, size);
}

int uvnostr_pool_publish(uvnostr_pool* pool, const uvnostr_event* event, const uvnostr_publish_callbacks* callbacks,
                         const uvnostr_publish_options* options, uvnostr_error* error) {
  if (pool == nullptr) return c::report(c::missing(__func__, "pool"), error);
  if (event == nullptr) return c::report(c::missing(__func__, "event"), error);
  return c::publish(callbacks, options, error,
                    [&](publish_callbacks calls, const publish_options& how, std::vector<relay_id> relays) {
                      return pool->pool.publish(event->own(), std::move(calls), how, std::move(relays));
                    });
}

int uvnostr_pool_publish_draft(uvnostr_pool* pool, const uvnostr_draft* draft, const uvnostr_signer* signer,
                               const uvnostr_publish_callbacks* callbacks, const uvnostr_publish_options* options,
                               uvnostr_error* error) {
  if (pool == nullptr) return c::report(c::missing(__func__, "pool"), error);
  if (signer == nullptr) return c::report(c::missing(__func__, "signer"), error);
  uvnostr::draft wanted;
  if (const uvnostr::error wrong = c::read_draft(__func__, draft, wanted)) return c::report(wrong, error);
  return c::publish(callbacks, options, error,
                    [&](publish_callbacks calls, const publish_options& how, std::vector<relay_id> relays) {
                      return pool->pool.publish(std::move(wanted), signer->signer, std::move(calls), how,
                                                std::move(relays));
                    });
}

int uvnostr_relay_publish(uvnostr_relay* relay, const uvnostr_event* event, const uvnostr_publish_callbacks* callbacks,
                          const uvnostr_publish_options* options, uvnostr_error* error) {
  if (relay == nullptr) return c::report(c::missing(__func__, "relay"), error);
  if (event == nullptr) return c::report(c::missing(__func__, "event"), error);
  return c::publish(callbacks, options, error,
                    [&](publish_callbacks calls, const publish_options& how, const std::vector<relay_id>& relays) {
                      if (!relays.empty()) return uvnostr::error(errc::unknown_relay);
                      return relay->relay.publish(event->own(), std::move(calls), how);
                    });
}

int uvnostr_relay_publish_draft(uvnostr_relay* relay, const uvnostr_draft* draft, const uvnostr_signer* signer,
                                const uvnostr_publish_callbacks* callbacks, const uvnostr_publish_options* options,
                                uvnostr_error* error) {
  if (relay == nullptr) return c::report(c::missing(__func__, "relay"), error);
  if (signer == nullptr) return c::report(c::missing(__func__, "signer"), error);
  uvnostr::draft wanted;
  if (const uvnostr::error wrong = c::read_draft(__func__, draft, wanted)) return c::report(wrong, error);
  return c::publish(callbacks, options, error,
                    [&](publish_callbacks calls, const publish_options& how, const std::vector<relay_id>& relays) {
                      if (!relays.empty()) return uvnostr::error(errc::unknown_relay);
                      return relay->relay.publish(std::move(wanted), signer->signer, std::move(calls), how);
                    });
}

}  // extern "C"
