#pragma once
// ReplyParser: a mail server's replies out of the bytes as they come (RFC 5321 §4.2). It owns the
// one buffer a connection reads into and finds the replies in place, so that a healthy dialog
// allocates nothing. Every dimension is bounded, because the bytes come from a stranger: 2 KiB a
// line, 100 lines, 64 KiB in all. Not thread safe; knows no socket.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mail/reply.h"

namespace postrider {

class ReplyParser {
 public:
  static constexpr std::size_t max_line = 2048;
  static constexpr std::size_t max_lines = 100;
  static constexpr std::size_t max_reply = 64 * 1024;

  enum class State {
    incomplete,  ///< needs more bytes
    complete,    ///< code() and reply() describe one whole reply
    garbage      ///< not SMTP, or beyond a bound; stays so
  };

  ReplyParser() : buffer_(4096) {}

  /// Where the next bytes go; never empty. Valid until the next space(): a read may be under way
  /// in it while next() is called.
  std::span<char> space();
  /// `size` bytes have arrived in space().
  void filled(std::size_t size) { end_ += size; }

  /// Forgets the reply found before, if any, and looks for the next one.
  State next();

  /// True when the last next() said complete.
  bool found() const { return found_ != begin_; }
  int code() const { return code_; }
  /// The reply's lines, raw: "250-SIZE 1000\r\n250 OK\r\n".
  std::string_view raw() const { return {buffer_.data() + begin_, found_ - begin_}; }
  /// For people and for mail/reply.h: lines joined, codes split off, always valid UTF-8.
  Reply reply() const;

  /// True when bytes lie behind the reply found last: the server speaks unasked.
  bool has_more() const { return found_ < end_; }
  /// Why the bytes are garbage, in words.
  std::string_view complaint() const { return complaint_; }

 private:
  State refuse(std::string_view complaint);

  std::vector<char> buffer_;
  std::size_t begin_ = 0;  ///< of the reply being read
  std::size_t found_ = 0;  ///< end of the reply found, == begin_ while there is none
  std::size_t line_ = 0;   ///< begin of the line being read
  std::size_t scan_ = 0;   ///< no line end before this
  std::size_t end_ = 0;    ///< of the bytes that arrived
  std::size_t lines_ = 0;
  int code_ = 0;
  std::string_view complaint_;
};

/// The lines of a raw reply without their codes: calls `use(text)` for each.
template <class Use>
void for_each_line(std::string_view raw, Use use) {
  while (!raw.empty()) {
    const auto end = raw.find('\n');
    std::string_view line = raw.substr(0, end);
    raw = end == std::string_view::npos ? std::string_view{} : raw.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    use(line.size() > 4 ? line.substr(4) : std::string_view{});
  }
}

}  // namespace postrider
