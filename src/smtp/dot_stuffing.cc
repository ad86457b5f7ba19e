#include "smtp/dot_stuffing.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace postrider {

void DotStuffer::append(std::string& out, std::size_t size) {
  const std::size_t room = std::numeric_limits<std::size_t>::max() - out.size();
  const std::size_t end = out.size() + std::min(size, room);
  append_of_piece(out, end);
  while (rest_.empty() && !next_.empty() && out.size() < end) {
    rest_ = std::exchange(next_, {});
    append_of_piece(out, end);
  }
  if (rest_.empty() && next_.empty() && !at_line_start_) {
    out += "\r\n";
    at_line_start_ = true;
  }
}

/// Up to about `most` bytes in `out`, or to the end of this piece.
void DotStuffer::append_of_piece(std::string& out, std::size_t most) {
  // Good lines are copied in runs: `run` begins the stretch that goes out unchanged.
  const char* run = rest_.data();
  const char* at = run;
  const char* const end = run + rest_.size();
  while (at != end && out.size() + static_cast<std::size_t>(at - run) < most) {
    if (at_line_start_ && *at == '.') {
      out.append(run, at);
      out += '.';
      run = at;
    }
    const auto* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    const char* const line_end = newline ? newline : end;
    const auto* cr = static_cast<const char*>(std::memchr(at, '\r', static_cast<std::size_t>(line_end - at)));
    if (cr && newline && cr + 1 == newline) {
      at = newline + 1;  // a good line
      at_line_start_ = true;
    } else if (cr || newline) {
      const char* const bare = cr ? cr : newline;
      out.append(run, bare);
      out += "\r\n";
      at = run = bare + 1;
      at_line_start_ = true;
    } else {
      at = end;
      at_line_start_ = false;
    }
  }
  out.append(run, at);
  rest_ = {at, static_cast<std::size_t>(end - at)};
}

std::string dot_stuff(const MessageView& message) {
  std::string out;
  out.reserve(message.size() + message.size() / 64 + 2);
  DotStuffer stuffer(message);
  stuffer.append(out, std::numeric_limits<std::size_t>::max());
  return out;
}

}  // namespace postrider
