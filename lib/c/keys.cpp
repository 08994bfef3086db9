// SPDX-License-Identifier: MIT
// Secret keys, drafts, and signers.
#include "c/convert.hpp"
#include "c/draft.hpp"
#include "c/handles.hpp"

using namespace uvnostr;

namespace {

uvnostr_draft draft_defaults() noexcept {
  uvnostr_draft none{};
  none.size = sizeof none;
  none.created_at = -1;
  none.kind = draft().kind;
  return none;
}

int take_key(uvnostr_secret_key** into, const result<secret_key>& made) {
  if (!made) return c::code_of(made.error().code());
  *into = new uvnostr_secret_key{*made};
  return UVNOSTR_OK;
}

/// A draft in the form of the C API, which refers to the C++ one.
class shown_draft {
 public:
  explicit shown_draft(const draft& from) : shown_(draft_defaults()) {
    std::size_t item_count = 0;
    for (const auto& each : from.tags) item_count += each.size();
    items_.reserve(item_count);  // the tags point to its elements
    for (const auto& each : from.tags) {
      tags_.push_back({items_.data() + items_.size(), each.size()});
      for (const std::string& item : each) items_.push_back(c::to_c(std::string_view(item)));
    }
    shown_.content = c::to_c(std::string_view(from.content));
    shown_.tags = tags_.data();
    shown_.tag_count = tags_.size();
    shown_.kind = from.kind;
    if (from.created_at) shown_.created_at = c::to_c(*from.created_at);
  }
  const uvnostr_draft* get() const noexcept { return &shown_; }

 private:
  std::vector<uvnostr_string> items_;
  std::vector<uvnostr_tag> tags_;
  uvnostr_draft shown_;
};

}  // namespace

error c::read_draft(const char* function, const uvnostr_draft* from, draft& into) {
  if (from == nullptr) return missing(function, "draft");
  uvnostr_draft given = draft_defaults();
  if (error wrong = read_sized("uvnostr_draft", from, given)) return wrong;
  if (given.kind < 0 || given.kind > 65'535) {
    return invalid_argument("uvnostr_draft.kind is " + std::to_string(given.kind) + "; it must be from 0 to 65535");
  }
  if (error wrong = check_text("uvnostr_draft", "content", given.content)) return wrong;
  if (error wrong = check_list("uvnostr_draft", "tags", given.tags, given.tag_count)) return wrong;
  into.kind = static_cast<event_kind>(given.kind);
  into.content = to_cpp(given.content);
  if (given.created_at >= 0) into.created_at = to_unix_seconds(given.created_at);
  for (std::size_t i = 0; i < given.tag_count; ++i) {
    const uvnostr_tag& tag = given.tags[i];
    if (error wrong = check_list("uvnostr_tag", "items", tag.items, tag.item_count)) return wrong;
    std::vector<std::string>& items = into.tags.emplace_back();
    for (std::size_t k = 0; k < tag.item_count; ++k) {
      if (error wrong = check_text("uvnostr_tag", "an item", tag.items[k])) return wrong;
      items.emplace_back(to_cpp(tag.items[k]));
    }
  }
  return {};
}

extern "C" {

void uvnostr_draft_init(uvnostr_draft* draft, size_t size) { c::write_defaults(draft_defaults(), draft, size); }

int uvnostr_secret_key_generate(uvnostr_secret_key** key) {
  return key == nullptr ? UVNOSTR_E_INVALID_ARGUMENT : take_key(key, secret_key::generate());
}
int uvnostr_secret_key_parse(uvnostr_secret_key** key, const char* text) {
  return key == nullptr || text == nullptr ? UVNOSTR_E_INVALID_ARGUMENT : take_key(key, secret_key::parse(text));
}
void uvnostr_secret_key_free(uvnostr_secret_key* key) { delete key; }

int uvnostr_secret_key_get_pubkey(const uvnostr_secret_key* key, uvnostr_pubkey* pubkey) {
  if (key == nullptr || pubkey == nullptr) return UVNOSTR_E_INVALID_ARGUMENT;
  *pubkey = *c::to_c(key->key.pubkey());
  return UVNOSTR_OK;
}
void uvnostr_secret_key_to_hex(const uvnostr_secret_key* key, char hex[UVNOSTR_HEX_SIZE]) {
  c::put_text(key == nullptr ? std::string() : key->key.to_hex(), hex, UVNOSTR_HEX_SIZE);
}
void uvnostr_secret_key_to_nsec(const uvnostr_secret_key* key, char nsec[UVNOSTR_BECH32_SIZE]) {
  c::put_text(key == nullptr ? std::string() : key->key.to_nsec(), nsec, UVNOSTR_BECH32_SIZE);
}

int uvnostr_secret_key_sign(const uvnostr_secret_key* key, const uvnostr_draft* draft, uvnostr_event** event,
                            uvnostr_error* error) {
  if (key == nullptr) return c::report(c::missing(__func__, "key"), error);
  if (event == nullptr) return c::report(c::missing(__func__, "event"), error);
  uvnostr::draft wanted;
  if (const uvnostr::error wrong = c::read_draft(__func__, draft, wanted)) return c::report(wrong, error);
  result<uvnostr::event> made = key->key.sign(wanted);
  if (!made) return c::report(made.error(), error);
  *event = new uvnostr_event(std::move(*made));
  return UVNOSTR_OK;
}

int uvnostr_signer_from_key(uvnostr_signer** signer, const uvnostr_secret_key* key) {
  if (signer == nullptr || key == nullptr) return UVNOSTR_E_INVALID_ARGUMENT;
  *signer = new uvnostr_signer{uvnostr::signer(key->key)};
  return UVNOSTR_OK;
}

int uvnostr_signer_create(uvnostr_signer** signer, const uvnostr_pubkey* user, int64_t timeout_ms,
                          uvnostr_ask_callback ask, void* data) {
  if (signer == nullptr || user == nullptr || ask == nullptr) return UVNOSTR_E_INVALID_ARGUMENT;
  uvnostr::signer::function function = [ask, data](const draft& wanted, uvnostr::signer::answer answer) {
    const shown_draft shown(wanted);
    ask(data, shown.get(), new uvnostr_signing{std::move(answer)});
  };
  *signer =
      new uvnostr_signer{uvnostr::signer(c::to_cpp(*user), std::move(function), std::chrono::milliseconds(timeout_ms))};
  return UVNOSTR_OK;
}

void uvnostr_signer_free(uvnostr_signer* signer) { delete signer; }

void uvnostr_signing_answer(uvnostr_signing* signing, const uvnostr_event* event) {
  if (signing == nullptr) return;
  // Freed first, because the answer may end in a callback that does anything.
  uvnostr::signer::answer answer = std::move(signing->answer);
  delete signing;
  if (event == nullptr) {
    answer(errc::not_signed);
  } else {
    answer(event->own());
  }
}

}  // extern "C"
