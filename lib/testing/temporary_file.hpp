// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace uvnostr::testing::detail {

/// A file in the system's temporary directory, removed with this object.
class temporary_file {
 public:
  temporary_file() noexcept = default;
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  ~temporary_file();

  /// Creates the file with this content. If that fails, path() stays empty.
  void write(std::string_view content) noexcept;
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

}  // namespace uvnostr::testing::detail
