// SPDX-License-Identifier: MIT
#include "net/ca_bundle.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace uvnostr::net {

bool holds_certificate(const std::string& path) noexcept {
  constexpr std::string_view mark = "-----BEGIN CERTIFICATE-----";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (file == nullptr) return false;
  std::string text;
  std::array<char, 4096> chunk{};
  while (const std::size_t size = std::fread(chunk.data(), 1, chunk.size(), file.get())) {
    text.append(chunk.data(), size);
    if (text.find(mark) != std::string::npos) return true;
    // The mark may span two chunks.
    if (text.size() > mark.size()) text.erase(0, text.size() - mark.size());
  }
  return false;
}

std::string system_ca_file() noexcept {
  // OpenSSL uses the same variable.
  if (const char* chosen = std::getenv("SSL_CERT_FILE"); chosen != nullptr && *chosen != '\0') return chosen;
  for (const char* path : {
           "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Arch, Alpine, OpenWrt
           "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora
           "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // RHEL
           "/etc/ssl/ca-bundle.pem",                             // SUSE
           "/etc/ssl/cert.pem",                                  // Alpine, the BSDs, macOS
           "/usr/local/share/certs/ca-root-nss.crt",             // FreeBSD
       }) {
    if (std::FILE* file = std::fopen(path, "rb")) {
      std::fclose(file);
      return path;
    }
  }
  return {};
}

}  // namespace uvnostr::net
