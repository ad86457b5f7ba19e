#pragma once
// What travels between a verb's caller and the server that runs it, by the Unix socket (control_socket.h)
// or over HTTP (POST /api/shell): JSON objects, one a line.
//
//   caller → server   {"argv":[…],"directory":"…","terminal":true,"columns":80,"password":"…"}
//   server → caller   {"out":"…"} and {"err":"…"}, any number of each, then {"exit":0}
//
// Secrets of OAuth come beside the password, as "client_secret" and "refresh_token", where there are any.
// A caller on another machine also sends what the verb will read: its first line names the files in "reads",
// whose bytes follow it, and in "writes" those it takes back; the server's line {"file":"…","bytes":N} is
// followed by N bytes. The frames are for this program's two halves only and may change with it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postrider {

struct ControlRequest {
  struct Read {
    std::string name;         ///< absolute, as the caller knows it
    std::uint64_t bytes = 0;  ///< that follow
    std::string trouble;      ///< why the caller cannot read it; then nothing follows
  };
  struct Write {
    std::string name;
    bool exists = false;  ///< the caller has such a file
  };
  std::vector<std::string> argv;
  std::string directory;
  bool terminal = false;
  int columns = 80;
  std::string password;
  std::string client_secret = {}, refresh_token = {};  ///< of OAuth
  std::vector<Read> reads = {};
  std::vector<Write> writes = {};
};

struct ControlFrame {
  enum class Kind { out, err, file, exit };
  Kind kind = Kind::out;
  std::string text;         ///< of out and err; the name of a file
  int code = 0;             ///< of exit
  std::uint64_t bytes = 0;  ///< of a file, that follow
};

std::string encode(const ControlRequest& request);  ///< with its line end
std::string encode(const ControlFrame& frame);
std::optional<ControlRequest> decode_request(std::string_view line);
std::optional<ControlFrame> decode_frame(std::string_view line);

}  // namespace postrider
