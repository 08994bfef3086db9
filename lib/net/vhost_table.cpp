// SPDX-License-Identifier: MIT
#include "net/vhost_table.hpp"

#include <utility>

#include "net/creation_info.hpp"

namespace uvnostr::net {

result<lws_vhost*> vhost_table::get(lws_context* context, bool secure, const tls_settings& settings) noexcept {
  const tls_settings wanted = secure ? settings : tls_settings();
  for (const auto& known : entries_) {
    if (known->secure == secure && known->settings == wanted) return known->vhost;
  }
  auto made = std::make_unique<entry>();
  made->secure = secure;
  made->settings = wanted;
  made->name = "uvnostr" + std::to_string(entries_.size());
  auto info = creation_info();
  info.vhost_name = made->name.c_str();
  tls_material material(made->settings);
  if (secure) {
    if (error wrong = wanted.check()) return wrong;
    if (error wrong = material.apply(info)) return wrong;
    info.user = &material;
  }
  made->vhost = lws_create_vhost(context, &info);
  if (made->vhost == nullptr) return wanted == tls_settings() ? errc::tls_failed : errc::option_certificate;
  if (material.has_failed()) return errc::option_certificate;  // the vhost stays unused until the context ends
  entries_.push_back(std::move(made));
  return entries_.back()->vhost;
}

}  // namespace uvnostr::net
