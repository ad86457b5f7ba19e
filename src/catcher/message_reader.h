#pragma once
// MessageReader: a message on its way in, between 354 and the final dot (RFC 5321 §4.5.2): takes
// the dots off, and remembers what a strict server would refuse it for. Not thread safe.

#include <string>

#include "catcher/incoming.h"

namespace postrider {

class MessageReader {
 public:
  /// True when the final dot was read; else more bytes are needed. What exceeds `limit` is dropped.
  bool read(Incoming& incoming, std::size_t limit);

  bool has_bad_line_end() const { return bad_line_end_; }  ///< a CR or LF that is no CRLF
  bool is_too_big() const { return too_big_; }
  std::string take() { return std::move(message_); }
  void forget() { *this = {}; }

 private:
  std::string message_;
  bool at_line_start_ = true;
  bool bad_line_end_ = false;
  bool too_big_ = false;
};

}  // namespace postrider
