// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace uvnostr::dedup {

/// Asks the system to back a large block of memory by pages of two megabytes, where it knows such pages. A table that is
/// read at random places then needs one miss of the processor's caches for a read and not another one for the address.
/// Does nothing for a block that would hardly fill such pages.
void prefer_huge_pages(void* at, std::size_t bytes) noexcept;

}  // namespace uvnostr::dedup
