#pragma once
// Dot-stuffing: a message in the form in which it travels after DATA (RFC 5321 §4.5.2). A line
// that begins with a dot gets a second one, and every bare CR or LF becomes CRLF first: a server
// that takes "\n.\n" for the end would otherwise read what follows as commands. A message of two pieces
// travels as if they were one. Pure.

#include <cstddef>
#include <string>
#include <string_view>

#include "mail/session.h"

namespace postrider {

/// Walks through one message block by block, so that a large one never lies in memory twice.
class DotStuffer {
 public:
  explicit DotStuffer(const MessageView& message) : rest_(message.head), next_(message.tail) {}

  /// Appends about `size` bytes to `out` (whole lines, at most one line more). The last block
  /// ends with CRLF, whatever the message ends with.
  void append(std::string& out, std::size_t size);
  bool finished() const { return rest_.empty() && next_.empty() && at_line_start_; }

 private:
  void append_of_piece(std::string& out, std::size_t most);

  std::string_view rest_;
  std::string_view next_;  ///< the piece after it
  bool at_line_start_ = true;
};

/// The whole message at once, without the final dot.
std::string dot_stuff(const MessageView& message);

inline constexpr std::string_view final_dot = ".\r\n";

}  // namespace postrider
