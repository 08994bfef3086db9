// SPDX-License-Identifier: MIT
// Publishes a note, or an event that is signed already.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

#include "text.hpp"
#include "tool.hpp"

namespace demo {

namespace {

constexpr const char* key_variable = "NOSTR_SECRET_KEY";

std::string without_line_end(std::string text) {
  text.erase(text.find_last_not_of(" \r\n") + 1);
  return text;
}

/// From the file or the environment. Never from an argument, which every user of the machine can see.
uvnostr::result<uvnostr::secret_key> read_key(const std::string& file) {
  std::string text;
  if (!file.empty()) {
    std::ifstream in(file);
    if (!std::getline(in, text)) return uvnostr::error(std::make_error_code(std::errc::io_error), file);
  } else if (const char* const value = std::getenv(key_variable)) {
    text = value;
  } else {
    return uvnostr::error(std::make_error_code(std::errc::invalid_argument),
                          std::string("no key: name a file with --key-file, or set ") + key_variable);
  }
  return uvnostr::secret_key::parse(without_line_end(std::move(text)));
}

uvnostr::result<uvnostr::event> make_event(const arguments& given) {
  std::string text = given.text;
  if (text == "-") text.assign(std::istreambuf_iterator<char>(std::cin), {});
  text = without_line_end(std::move(text));
  if (text.starts_with('{')) return uvnostr::event::parse(text);
  const auto key = read_key(given.key_file);
  if (!key) return key.error();
  uvnostr::draft note{.content = std::move(text)};
  if (!given.wanted.kinds.empty()) note.kind = given.wanted.kinds.front();
  return key->sign(note);
}

class publisher final : public tool {
 public:
  explicit publisher(const arguments& given) : tool(given) {}

 private:
  uvnostr::error begin() override {
    const auto made = make_event(given());
    if (!made) return made.error();
    return pool().publish(*made, {.on_receipt = [this](const uvnostr::receipt& answer) { show(answer); },
                                  .on_done = [this] { pool().close(); }});
  }

  std::string_view failure() const override { return "no relay has accepted the event"; }

  void show(const uvnostr::receipt& answer) {
    if (answer.outcome == uvnostr::outcome::accepted) succeed();
    const std::string_view url = pool().url(answer.relay);
    const std::string words = excerpt(answer.message, 300);
    const std::string cause = answer.cause ? answer.cause.message() : "";
    if (shows_json()) {
      std::cout << "{\"relay\":" << quoted(url) << ",\"event\":\"" << answer.event << "\",\"outcome\":\""
                << to_string(answer.outcome) << "\",\"message\":" << quoted(words) << ",\"cause\":" << quoted(cause)
                << '}' << std::endl;
      return;
    }
    std::cout << url << ' ' << to_string(answer.outcome);
    for (const std::string& each : {words, cause}) {
      if (!each.empty()) std::cout << ": " << each;
    }
    std::cout << std::endl;
  }
};

}  // namespace

int publish(const arguments& given) { return publisher(given).run(); }

}  // namespace demo
