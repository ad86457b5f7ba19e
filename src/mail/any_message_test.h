#pragma once
// AnyMessage: messages nobody would write, from a number: names, subjects, texts, HTML, files and
// headers of all scripts, with everything that has broken mail programs in between; and what a
// reader must find in them. The same number makes the same message. Used by the unit tests and by
// tests/programs/any_messages.cc, whose output other mail programs read.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mail/message.h"

namespace postrider {

/// SplitMix64: small, and the same everywhere, unlike the distributions of <random>.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(next() % limit); }
  bool one_in(std::size_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

struct AnyMessage {
  MessageParts parts;
  std::vector<Attachment> attachments;

  /// What a reader sees of a value in a header: no control characters, valid UTF-8, trimmed.
  static std::string shown(std::string_view value);
  /// What a reader sees of a text: valid UTF-8, CRLF line ends, one at the end.
  static std::string shown_text(std::string_view text);
};

AnyMessage any_message(std::uint64_t number);

}  // namespace postrider
