// SPDX-License-Identifier: MIT
// The system's libwebsockets loads its libuv plugin when a context is made; here it does not find the plugin. The
// bundled one contains it.
#if UVNOSTR_BUNDLED_LWS == 0
#include <dlfcn.h>

#include <cstring>

#include "loopback/loop_fixture.hpp"

namespace {

bool plugin_is_missing = false;

}  // namespace

extern "C" void* dlopen(const char* file, int flags) noexcept {
  using opener = void* (*)(const char*, int);
  static const auto real = reinterpret_cast<opener>(dlsym(RTLD_NEXT, "dlopen"));
  if (plugin_is_missing && file != nullptr && std::strstr(file, "evlib_uv") != nullptr) return nullptr;
  return real(file, flags);
}

namespace uvnostr {
namespace {

using SystemPlugin = LoopTest;

TEST_F(SystemPlugin, IsNamedWhereItIsMissing) {
  plugin_is_missing = true;
  const result<pool> made = pool::make(&loop, {}, {});
  plugin_is_missing = false;
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error(), errc::loop_unusable);
  EXPECT_NE(made.error().message().find("libwebsockets-evlib-uv"), std::string::npos) << made.error().message();
  EXPECT_TRUE(pool::make(&loop, {}, {}));
}

}  // namespace
}  // namespace uvnostr
#endif
