// SPDX-License-Identifier: MIT
#pragma once

namespace uvnostr::verify {

enum class verdict : unsigned char { good, wrong_id, wrong_signature };

}  // namespace uvnostr::verify
