// SPDX-License-Identifier: MIT
// Who signs: a key in this program, or a signer elsewhere that answers later.
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
  /// Takes the signed event or an error. Call it once, on the loop's thread: inside the function below or at any time
  /// later. Further calls do nothing, and neither do calls after the pool has ended.
  using answer = callback<void(result<event>)>;
  /// Called from the loop, never from inside one of your calls. It may destroy anything.
  using function = callback<void(const draft&, answer)>;

  /// Signs at once.
  signer(const secret_key&);
  /// Asks the function. A signer that has not answered after `timeout` (1 ms to 365 days) counts as having refused.
  signer(const uvnostr::pubkey& user, function ask, std::chrono::milliseconds timeout = std::chrono::minutes(1));

  const uvnostr::pubkey& pubkey() const noexcept;
  std::chrono::milliseconds timeout() const noexcept;
  /// Whether the signer has the key. Then sign() answers before it returns.
  bool has_key() const noexcept;
  /// Signs, or asks the function, which calls `answer` at once or later. The timeout is the pool's: it does not apply here.
  void sign(const draft&, answer) const;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace uvnostr
