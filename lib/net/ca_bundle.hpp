// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace uvnostr::net {

/// Whether the file can be read and holds a certificate in PEM form. Reads the file, so it is not for the hot path.
bool holds_certificate(const std::string& path) noexcept;

/// The file with the system's CAs, for TLS libraries that do not find it themselves: SSL_CERT_FILE if that is set,
/// otherwise the first of the distributions' files that exists. Empty if there is none.
std::string system_ca_file() noexcept;

}  // namespace uvnostr::net
