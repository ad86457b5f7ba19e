#pragma once
// The Unix socket beside the database ("<database>.sock", mode 0600): how a verb reaches the server
// that runs on the same database. Here: finding it, and what travels over it, one JSON object a line.
//
//   client → server   {"argv":[…],"directory":"…","terminal":true,"columns":80,"password":"…"}
//   server → client   {"out":"…"} and {"err":"…"}, any number of each, then {"exit":0}
//
// The frames are for this program's two halves only and may change with it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postrider {

struct ControlRequest {
  std::vector<std::string> argv;
  std::string directory;
  bool terminal = false;
  int columns = 80;
  std::string password;
};

struct ControlFrame {
  enum class Kind { out, err, exit };
  Kind kind = Kind::out;
  std::string text;  ///< of out and err
  int code = 0;      ///< of exit
};

std::string control_socket_beside(const std::string& database_file);

std::string encode(const ControlRequest& request);  ///< with its line end
std::string encode(const ControlFrame& frame);
std::optional<ControlRequest> decode_request(std::string_view line);
std::optional<ControlFrame> decode_frame(std::string_view line);

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
