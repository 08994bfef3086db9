// SPDX-License-Identifier: MIT
#include "testing/temporary_file.hpp"

#include <array>
#include <cstddef>

#include <uv.h>

namespace uvnostr::testing::detail {
namespace {

void remove(const std::string& path) noexcept {
  uv_fs_t request;
  uv_fs_unlink(nullptr, &request, path.c_str(), nullptr);
  uv_fs_req_cleanup(&request);
}

}  // namespace

temporary_file::~temporary_file() {
  if (!path_.empty()) remove(path_);
}

// Without a callback libuv's file functions are synchronous.
void temporary_file::write(std::string_view content) noexcept {
  std::array<char, 4096> directory;
  std::size_t size = directory.size();
  if (uv_os_tmpdir(directory.data(), &size) != 0) return;
  const std::string pattern = std::string(directory.data(), size) + "/uvnostr-test-XXXXXX";
  uv_fs_t request;
  const int file = uv_fs_mkstemp(nullptr, &request, pattern.c_str(), nullptr);
  if (file >= 0) path_ = request.path;
  uv_fs_req_cleanup(&request);
  if (file < 0) return;

  std::string copy(content);
  const uv_buf_t buffer = uv_buf_init(copy.data(), static_cast<unsigned>(copy.size()));
  const int written = uv_fs_write(nullptr, &request, file, &buffer, 1, 0, nullptr);
  uv_fs_req_cleanup(&request);
  uv_fs_close(nullptr, &request, file, nullptr);
  uv_fs_req_cleanup(&request);
  if (written == static_cast<int>(content.size())) return;
  remove(path_);
  path_.clear();
}

}  // namespace uvnostr::testing::detail
