#include "catcher/message_reader.h"

#include <algorithm>

namespace postrider {
namespace {

constexpr std::size_t max_partial_line = 64 * 1024;

}  // namespace

bool MessageReader::read(Incoming& incoming, std::size_t limit) {
  while (!incoming.empty()) {
    const auto line_end = incoming.next_line();
    const bool whole = line_end.has_value();
    if (!whole && incoming.size() < max_partial_line) return false;
    std::string_view line = whole ? *line_end : incoming.take_piece();
    if (at_line_start_ && line == ".\r\n") return true;
    if (whole && !line.ends_with("\r\n")) bad_line_end_ = true;
    const std::size_t end = whole ? std::min<std::size_t>(2, line.size()) : 0;
    if (line.substr(0, line.size() - end).find('\r') != line.npos) bad_line_end_ = true;
    if (at_line_start_ && line.front() == '.') line.remove_prefix(1);
    at_line_start_ = whole;
    if (message_.size() + line.size() > limit) {
      too_big_ = true;
    } else if (!too_big_) {
      message_ += line;
    }
  }
  return false;
}

}  // namespace postrider
