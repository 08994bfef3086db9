// SPDX-License-Identifier: MIT
// Where a story is played: a pool or relay with relays around it, in a simulated world or on a real loop.
#pragma once

#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <uvnostr/uvnostr.hpp>

namespace uvnostr {

class stage {
 public:
  virtual ~stage() = default;

  // The object under test. The first REQ that any relay gets is refused; two events are stored at the first relay.
  virtual error make(pool_callbacks) = 0;
  virtual result<relay_id> add_relay() = 0;
  virtual error remove_relay(relay_id) = 0;
  virtual error reconnect(relay_id) = 0;
  virtual result<subscription> subscribe(const filter&, subscription_callbacks) = 0;
  virtual error publish(const event&, publish_callbacks) = 0;
  virtual void close() = 0;
  virtual void destroy() = 0;
  /// In the order of their adding, the first relay first.
  virtual std::vector<relay_id> relays() const = 0;

  // The world.
  /// Goes on by one turn. False if nothing will ever happen any more.
  virtual bool step() = 0;
  /// The first relay says something to humans, as soon as it has a connection.
  virtual void send_notice() = 0;
  /// The first relay loses its connection, as soon as it has one.
  virtual void drop_connections() = 0;
  /// After the object was destroyed: lets happen what still can, then proves that nothing is left.
  virtual void leave() = 0;
};

}  // namespace uvnostr
