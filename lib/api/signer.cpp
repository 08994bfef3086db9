// SPDX-License-Identifier: MIT
#include <uvnostr/signer.hpp>

#include <optional>
#include <utility>

namespace uvnostr {

struct signer::state {
  std::optional<secret_key> key;
  uvnostr::pubkey user;
  function ask;
  std::chrono::milliseconds timeout{1'000};
};

signer::signer(const secret_key& key)
    : state_(std::make_shared<state>(state{.key = key, .user = key.pubkey(), .ask = {}})) {}

signer::signer(const uvnostr::pubkey& user, function ask, std::chrono::milliseconds timeout)
    : state_(std::make_shared<state>(state{.key = {}, .user = user, .ask = std::move(ask), .timeout = timeout})) {}

const uvnostr::pubkey& signer::pubkey() const noexcept { return state_->user; }
std::chrono::milliseconds signer::timeout() const noexcept { return state_->timeout; }
bool signer::has_key() const noexcept { return state_->key.has_value(); }

void signer::sign(const draft& unsigned_event, answer take) const {
  if (state_->key) return take(state_->key->sign(unsigned_event));
  if (!state_->ask) return take(errc::not_signed);
  const std::shared_ptr<state> keep = state_;  // the function may destroy the last copy of this signer
  keep->ask(unsigned_event, std::move(take));
}

}  // namespace uvnostr
