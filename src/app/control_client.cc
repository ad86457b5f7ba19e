#include "app/control_client.h"

#include "app/control_socket.h"

namespace postrider {
namespace {

constexpr std::size_t kLongestFrame = 1024 * 1024;

}  // namespace

std::optional<Result<int>> call_server(const std::string& path, const ControlRequest& request,
                                       std::ostream& out, std::ostream& err) {
  auto socket = UnixSocket::connect(path);
  if (!socket) return std::nullopt;
  bool answered = false;
  if (socket->send(encode(request))) {
    while (const auto line = socket->read_line(kLongestFrame)) {
      const auto frame = decode_frame(*line);
      if (!frame) break;
      answered = true;
      switch (frame->kind) {
        case ControlFrame::Kind::out:
          out << frame->text << std::flush;
          break;
        case ControlFrame::Kind::err:
          out.flush();
          err << frame->text << std::flush;
          break;
        case ControlFrame::Kind::file:  // for callers on other machines only
          break;
        case ControlFrame::Kind::exit:
          return frame->code;
      }
    }
  }
  if (!answered) {
    return unavailable("server_went_away",
                       "The server went away before it answered: look at what it says, and ask again.");
  }
  return unavailable(
      "server_went_away",
      "The server went away before the verb ended. What it had committed stands: look before you ask again.");
}

}  // namespace postrider
