// SPDX-License-Identifier: MIT
#pragma once

#include <uvnostr/testing/connection.hpp>

namespace uvnostr::testing::detail {

class link;

/// Makes the application's handles.
struct connection_access {
  static connection make(link&);
  static connection make(std::shared_ptr<const link_record> record, std::weak_ptr<link> of) {
    return connection(std::move(record), std::move(of));
  }
};

}  // namespace uvnostr::testing::detail
