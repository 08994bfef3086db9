// SPDX-License-Identifier: MIT
// Prints what relays say of themselves. Source: NIP-11.
#include <iostream>

#include "text.hpp"
#include "tool.hpp"

namespace demo {

namespace {

class informer final : public tool {
 public:
  explicit informer(const arguments& given) : tool(given) {}

 private:
  uvnostr::error begin() override {
    waiting_ = pool().relays().size();
    for (const uvnostr::relay_id each : pool().relays()) {
      const uvnostr::error wrong =
          pool().information(each, [this, each](const uvnostr::result<uvnostr::relay_information>& told) {
            show(each, told);
            if (--waiting_ == 0) pool().close();
          });
      if (wrong) return wrong;
    }
    return {};
  }

  std::string_view failure() const override { return "no relay has a document"; }

  void show(uvnostr::relay_id of, const uvnostr::result<uvnostr::relay_information>& told) {
    if (!told) {
      std::cerr << pool().url(of) << ": " << told.error().message() << '\n';
      return;
    }
    succeed();
    if (shows_json()) {
      std::cout << "{\"relay\":" << quoted(pool().url(of)) << ",\"document\":" << one_line(told->json) << '}'
                << std::endl;
      return;
    }
    std::cout << pool().url(of) << '\n';
    line("name", told->name);
    line("description", told->description);
    line("contact", told->contact);
    line("software", told->software + " " + told->version);
    std::string nips;
    for (const unsigned each : told->supported_nips) nips += std::to_string(each) + " ";
    line("NIPs", nips);
    number("most bytes of a message", told->limitation.max_message_length);
    number("most subscriptions", told->limitation.max_subscriptions);
    number("most events of an answer", told->limitation.max_limit);
    if (told->limitation.auth_required.value_or(false)) line("demands", "AUTH (NIP-42)");
    if (told->limitation.payment_required.value_or(false)) line("demands", "payment");
    std::cout << std::flush;
  }

  static void line(std::string_view name, std::string_view value) {
    const std::string shown = excerpt(value, 300);
    if (shown.find_first_not_of(' ') != std::string::npos) std::cout << "  " << name << ": " << shown << '\n';
  }
  static void number(std::string_view name, const std::optional<std::uint64_t>& value) {
    if (value) line(name, std::to_string(*value));
  }

  std::size_t waiting_ = 0;
};

}  // namespace

int show_information(const arguments& given) { return informer(given).run(); }

}  // namespace demo
