#include "smtp/reply_parser.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace postrider {
namespace {

bool digit(char c) {
  return c >= '0' && c <= '9';
}

/// 0 when the line does not begin like a reply. "250" alone is legal (RFC 5321 §4.2).
int code_of(std::string_view line) {
  if (line.size() < 3 || line[0] < '2' || line[0] > '5' || !digit(line[1]) || !digit(line[2])) return 0;
  if (line.size() > 3 && line[3] != ' ' && line[3] != '-') return 0;
  return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

/// "5.1.1" when the text begins with an enhanced code and a blank (RFC 3463).
std::string_view enhanced_of(std::string_view text) {
  const auto end = text.find(' ');
  const std::string_view word = text.substr(0, end);
  const bool shaped = word.size() >= 5 && word.size() <= 9 && digit(word[0]) && word[1] == '.' &&
                      std::ranges::count(word, '.') == 2 &&
                      std::ranges::all_of(word, [](char c) { return digit(c) || c == '.'; });
  return shaped ? word : std::string_view{};
}

}  // namespace

std::span<char> ReplyParser::space() {
  if (begin_ != found_ || begin_ == end_) {
    // Nothing of a found reply is needed any more once somebody asks for further bytes.
    begin_ = line_ = found_ = std::max(found_, begin_);
    scan_ = std::max(scan_, begin_);
    lines_ = 0;
  }
  if (begin_ > 0 && (begin_ == end_ || buffer_.size() - end_ < 512)) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    line_ -= begin_;
    scan_ -= begin_;
    end_ -= begin_;
    begin_ = found_ = 0;
  }
  if (buffer_.size() - end_ < 512) buffer_.resize(buffer_.size() * 2);
  return std::span(buffer_).subspan(end_);
}

ReplyParser::State ReplyParser::refuse(std::string_view complaint) {
  complaint_ = complaint;
  return State::garbage;
}

ReplyParser::State ReplyParser::next() {
  if (!complaint_.empty()) return State::garbage;
  if (found_ != begin_) {
    begin_ = line_ = found_;
    scan_ = std::max(scan_, begin_);
    lines_ = 0;
  }
  while (scan_ < end_) {
    const char* from = buffer_.data() + scan_;
    const auto* newline = static_cast<const char*>(std::memchr(from, '\n', end_ - scan_));
    const std::size_t line_end = newline ? static_cast<std::size_t>(newline - buffer_.data()) + 1 : end_;
    if (line_end - line_ > max_line) return refuse("a line of its reply is longer than 2 KiB");
    if (line_end - begin_ > max_reply) return refuse("its reply is longer than 64 KiB");
    scan_ = line_end;
    if (!newline) return State::incomplete;

    std::string_view line(buffer_.data() + line_, line_end - line_ - 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const int code = code_of(line);
    if (code == 0) return refuse("its answer is not SMTP");
    if (lines_ > 0 && code != code_) return refuse("the lines of its reply have different codes");
    code_ = code;
    line_ = line_end;
    if (++lines_ > max_lines) return refuse("its reply has more than 100 lines");
    if (line.size() == 3 || line[3] == ' ') {
      found_ = line_end;
      return State::complete;
    }
  }
  return State::incomplete;
}

Reply ReplyParser::reply() const {
  std::string text;
  std::string_view enhanced;
  for_each_line(raw(), [&](std::string_view line) {
    // Servers repeat the enhanced code on every line (RFC 2034 §4); people need it once.
    if (text.empty()) {
      enhanced = enhanced_of(line);
    } else if (!enhanced.empty() && line.starts_with(enhanced)) {
      line = line.substr(enhanced.size());
    }
    line = trim(line);
    if (line.empty()) return;
    if (!text.empty()) text += ' ';
    text += line;
  });
  const bool utf8 = is_valid_utf8(text);
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = ' ';
    if (byte >= 0x80 && !utf8) c = '?';
  }
  return make_reply(code_, text);
}

}  // namespace postrider
