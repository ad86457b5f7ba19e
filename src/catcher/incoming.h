#pragma once
// Incoming: what a client of the catcher has sent and nobody has read yet, taken off line by line.
// Views into it hold until the next feed(). Not thread safe.

#include <optional>
#include <string>
#include <string_view>

namespace postrider {

class Incoming {
 public:
  void feed(std::string_view bytes) {
    bytes_.erase(0, begin_);
    scan_ -= begin_;
    begin_ = 0;
    bytes_.append(bytes);
  }

  /// The next line with its '\n'.
  std::optional<std::string_view> next_line() {
    const auto newline = bytes_.find('\n', scan_);
    if (newline == bytes_.npos) {
      scan_ = bytes_.size();
      return std::nullopt;
    }
    return take(newline + 1);
  }

  /// The last line or piece comes again.
  void put_back() { begin_ = scan_ = last_; }

  /// Of a line without an end all but the last byte, which may be the CR of its CRLF.
  std::string_view take_piece() { return take(bytes_.size() - 1); }

  bool empty() const { return begin_ == bytes_.size(); }
  /// How much there is.
  std::size_t size() const { return bytes_.size() - begin_; }
  void clear() {
    bytes_.clear();
    begin_ = scan_ = last_ = 0;
  }

 private:
  std::string_view take(std::size_t end) {
    const std::string_view taken(bytes_.data() + begin_, end - begin_);
    last_ = begin_;
    begin_ = scan_ = end;
    return taken;
  }

  std::string bytes_;
  std::size_t begin_ = 0;  ///< of what is not read
  std::size_t scan_ = 0;   ///< no line end before this
  std::size_t last_ = 0;   ///< where the last line began
};

}  // namespace postrider
