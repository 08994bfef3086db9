// SPDX-License-Identifier: MIT
// Who signs: a key that we have, or someone who is asked and answers later.
#pragma once

#include <chrono>
#include <memory>

#include <uvnostr/callback.hpp>
#include <uvnostr/event.hpp>
#include <uvnostr/keys.hpp>

namespace uvnostr {

/// Signs drafts for one user. Copies are the same signer. Source: NIP-46 and NIP-07 have signers of this kind.
class UVNOSTR_API signer {
 public:
  /// Takes the signed event, or why there is none. To be called once, on the loop's thread: inside the function below, at
  /// any time later, or never. A second call does nothing, and neither does one that comes after all is over.
  using answer = callback<void(result<event>)>;
  /// Is called from the loop, never inside a call of yours, and may destroy anything.
  using function = callback<void(const draft&, answer)>;

  /// Signs at once.
  signer(const secret_key&);
  /// Asks the function. A signer that has not answered after `timeout` (1 ms to 365 days) counts as having refused.
  signer(const uvnostr::pubkey& user, function ask, std::chrono::milliseconds timeout = std::chrono::minutes(1));

  const uvnostr::pubkey& pubkey() const noexcept;
  std::chrono::milliseconds timeout() const noexcept;
  /// Whether it has the key: then sign() answers before it returns.
  bool has_key() const noexcept;
  void sign(const draft&, answer) const;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace uvnostr
