#pragma once
// The Unix socket beside the database ("<database>.sock", mode 0600): how a verb reaches the server
// that runs on the same database. What travels over it: control_frames.h.

#include <optional>
#include <string>
#include <string_view>

namespace postrider {

std::string control_socket_beside(const std::string& database_file);

/// A connected or listening stream socket, closed with it.
class UnixSocket {
 public:
  explicit UnixSocket(int descriptor = -1) : descriptor_(descriptor) {}
  UnixSocket(UnixSocket&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  UnixSocket& operator=(UnixSocket&& other) noexcept;
  ~UnixSocket();

  /// Replaces what is at `path`; mode 0600. Throws Fault.
  static UnixSocket listen(const std::string& path);
  /// Nothing when nobody listens there.
  static std::optional<UnixSocket> connect(const std::string& path);

  int get() const { return descriptor_; }
  bool send(std::string_view text) const;  ///< all of it; false: the other side is gone
  /// The next line without its end; nothing at the end, on an error, or beyond `limit` bytes.
  std::optional<std::string> read_line(std::size_t limit);

 private:
  int descriptor_;
  std::string read_;  // beyond the last line
};

}  // namespace postrider
