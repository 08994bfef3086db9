// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace uvnostr::net {

/// Whether the file can be read and holds a certificate in PEM form. Reads the file: not for the hot path.
bool holds_certificate(const std::string& path) noexcept;

/// The file with the system's CAs, for a TLS library that does not know it by itself: SSL_CERT_FILE if set, else
/// where the distributions keep it. Empty if there is none.
std::string system_ca_file() noexcept;

}  // namespace uvnostr::net
