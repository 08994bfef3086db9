// SPDX-License-Identifier: MIT
#include "net/vhost_table.hpp"

#include <utility>

#include "net/ca_bundle.hpp"
#include "net/creation_info.hpp"

namespace uvnostr::net {

result<lws_vhost*> vhost_table::get(lws_context* context, bool secure, const std::string& ca_file) noexcept {
  const std::string wanted = secure ? ca_file : std::string();
  for (const auto& known : entries_) {
    if (known->secure == secure && known->ca_file == wanted) return known->vhost;
  }
  if (!wanted.empty() && !holds_certificate(wanted)) return errc::option_ca_file;
  auto made = std::make_unique<entry>();
  made->secure = secure;
  made->ca_file = wanted;
  made->name = "uvnostr" + std::to_string(entries_.size());
  auto info = creation_info();
  info.vhost_name = made->name.c_str();
  std::string file = wanted;
#if defined(LWS_WITH_MBEDTLS)
  if (secure && file.empty()) file = system_ca_file();
#endif
  if (secure) make_secure(info, file);
  made->vhost = lws_create_vhost(context, &info);
  if (made->vhost == nullptr) return wanted.empty() ? errc::tls_failed : errc::option_ca_file;
  entries_.push_back(std::move(made));
  return entries_.back()->vhost;
}

}  // namespace uvnostr::net
