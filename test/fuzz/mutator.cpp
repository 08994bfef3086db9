// SPDX-License-Identifier: MIT
#include "fuzz/mutator.hpp"

#include <string_view>

namespace uvnostr::fuzz {
namespace {

constexpr std::size_t longest_input = 8192;
constexpr std::string_view telling_bytes =
    "\"\\/{}[]:,0129-+.eEaAfFnu \t\r\n|$#%@TSBAMEPQCX\x01\x1f\x7f\x80\xbf\xc0\xed\xf4\xff";

}  // namespace

std::string mutator::next() {
  if (given_ < corpus_.size()) return corpus_[given_++];
  std::string input = any();
  for (std::size_t changes = 1 + below(4); changes != 0; --changes) change(input);
  if (input.size() > longest_input) input.resize(longest_input);
  return input;
}

std::string mutator::piece_of(const std::string& from) {
  const std::size_t at = below(from.size() + 1);
  return from.substr(at, 1 + below(below(8) == 0 ? 200 : 12));
}

void mutator::change(std::string& input) {
  const std::size_t at = below(input.size() + 1);
  const char telling = telling_bytes[below(telling_bytes.size())];
  if (at == input.size()) {
    input += telling;
    return;
  }
  switch (below(9)) {
    case 0: input[at] = static_cast<char>(input[at] ^ (1 << below(8))); break;
    case 1: input[at] = static_cast<char>(below(256)); break;
    case 2: input[at] = telling; break;
    case 3: input.insert(at, 1, telling); break;
    case 4: input.erase(at, 1 + below(3)); break;
    case 5: input.insert(at, piece_of(any())); break;
    case 6: input.insert(below(input.size()), piece_of(input)); break;
    case 7: input.replace(at, 1 + below(20), piece_of(any())); break;
    default: input.resize(at); break;
  }
}

}  // namespace uvnostr::fuzz
