// SPDX-License-Identifier: MIT
// A relay's end of a simulated connection: the link without a socket.
//
// Happy path: start, open at once, messages both ways, a close frame comes and is answered (phase ending), the client
// goes, gone. A handshake rule leads to another phase: `answering` opens late, `mute` never opens, `ending` ends before it
// opens. A fault in the bytes on the wire becomes the end that lib/net would report. A client that ignores the end is
// forgotten a second later, as by a socket.
#pragma once

#include <memory>

#include "testing/relay/host.hpp"
#include "testing/relay/link.hpp"
#include "testing/simulation/simulated_host.hpp"

namespace uvnostr::testing::detail {

class simulated_link final : public link {
 public:
  simulated_link(relay_core&, std::shared_ptr<link_record>, simulated_caller);

  /// How a connection ends for a client that got no answer to its upgrade request.
  static port::disconnect lost_before_answer(bool secure);

  void start(relay_core&, handshake_rule) override;
  void abandon() noexcept override;

  void send_text(std::string_view text) override;
  /// Sends nothing: half a message never arrives.
  void send_half_text(std::string_view) override {}
  void send_binary(std::string_view bytes) override;
  void send_ping(std::string_view payload) override;
  void send_raw(std::string_view bytes) override;
  void close(std::uint16_t code, std::string_view reason) override;
  void drop(ending how) override;
  void pause_reading() noexcept override { client_.up->pause(); }
  void resume_reading() noexcept override { client_.up->resume(); }

 private:
  enum class phase { answering, mute, open, closing, ending, gone };

  void answer(relay_core&, const handshake_rule&);
  void open(relay_core&);
  void refuse(port::disconnect);
  void refuse_unless_http(std::string_view bytes);
  void send_document(relay_core&);
  void take(frame);
  void on_close_frame(relay_core&, const frame&);
  void on_too_big(relay_core&);
  void say(frame);
  void end(ending how);
  void gone();

  simulated_caller client_;
  phase phase_ = phase::mute;
  bool was_open_ = false;
  bool close_sent_ = false;
  std::unique_ptr<timer> pace_;  // of the handshake, then of the end
};

}  // namespace uvnostr::testing::detail
