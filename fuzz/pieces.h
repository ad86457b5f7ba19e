#pragma once
// Pieces: an input taken apart, for targets that need more than one text or feed a stream.

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace postrider::fuzz {

/// What stands between two texts of one input: the unit separator, which no ordinary text holds.
constexpr char kBetween = '\x1F';

/// The texts of an input; there are as many as one asks for.
class Pieces {
 public:
  explicit Pieces(std::string_view bytes) : texts_(split(bytes, kBetween)) {}
  std::string_view next() { return at_ < texts_.size() ? texts_[at_++] : std::string_view{}; }
  bool has_more() const { return at_ < texts_.size(); }

 private:
  std::vector<std::string_view> texts_;
  std::size_t at_ = 0;
};

/// Cuts bytes at places that look random and are always the same for the same bytes, which leaves
/// the corpus readable: no byte of it only says where to cut.
class Cuts {
 public:
  explicit Cuts(std::string_view bytes) {
    for (const char c : bytes) state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  }
  /// A number from 0 to `most`.
  std::size_t number(std::size_t most) {
    state_ ^= state_ << 13, state_ ^= state_ >> 7, state_ ^= state_ << 17;
    return static_cast<std::size_t>(state_ % (most + 1));
  }
  /// Takes 1 to `most` bytes off the front of `rest`, which is not empty.
  std::string_view take(std::string_view& rest, std::size_t most) {
    const auto piece = rest.substr(0, 1 + number(std::min(most, rest.size()) - 1));
    rest.remove_prefix(piece.size());
    return piece;
  }

 private:
  std::uint64_t state_ = 0xCBF29CE484222325u;  // FNV-1a, then xorshift
};

}  // namespace postrider::fuzz
