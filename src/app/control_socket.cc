#include "app/control_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/result.h"

namespace postrider {
namespace {

/// A path of any length: what does not fit into sun_path is reached through its directory.
class SocketAddress {
 public:
  explicit SocketAddress(const std::string& path) {
    address_.sun_family = AF_UNIX;
    std::string text = path;
    if (text.size() >= sizeof address_.sun_path) {
      const std::filesystem::path whole(path);
      directory_ = ::open(whole.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
      text = fmt::format("/proc/self/fd/{}/{}", directory_, whole.filename().string());
    }
    if (text.size() >= sizeof address_.sun_path)
      throw Fault("the database's file name is too long for its socket");
    text.copy(address_.sun_path, text.size());
  }
  ~SocketAddress() {
    if (directory_ >= 0) ::close(directory_);
  }
  SocketAddress(const SocketAddress&) = delete;
  SocketAddress& operator=(const SocketAddress&) = delete;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }

 private:
  sockaddr_un address_{};
  int directory_ = -1;
};

UnixSocket make_socket() {
  UnixSocket made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (made.get() < 0) throw Fault(fmt::format("cannot make a socket: {}", std::strerror(errno)));
  return made;
}

}  // namespace

std::string control_socket_beside(const std::string& database_file) {
  return database_file + ".sock";
}

UnixSocket& UnixSocket::operator=(UnixSocket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(read_, other.read_);
  return *this;
}

UnixSocket::~UnixSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

UnixSocket UnixSocket::listen(const std::string& path) {
  auto made = make_socket();
  const SocketAddress address(path);
  ::unlink(path.c_str());  // left by a server that was killed; the caller holds the database's lock
  // The mode is set before there is a name, so that there is no moment at which others may connect.
  if (::fchmod(made.get(), 0600) != 0 || ::bind(made.get(), address.get(), sizeof(sockaddr_un)) != 0 ||
      ::chmod(path.c_str(), 0600) != 0 || ::listen(made.get(), 64) != 0) {
    throw Fault(fmt::format("cannot listen on {}: {}", path, std::strerror(errno)));
  }
  return made;
}

std::optional<UnixSocket> UnixSocket::connect(const std::string& path) {
  auto made = make_socket();
  const SocketAddress address(path);
  if (::connect(made.get(), address.get(), sizeof(sockaddr_un)) != 0) {
    if (errno == EACCES || errno == EPERM) {
      throw Fault(fmt::format("{} may be used by the server's owner only", path));
    }
    return std::nullopt;
  }
  return made;
}

bool UnixSocket::send(std::string_view text) const {
  while (!text.empty()) {
    const auto n = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::optional<std::string> UnixSocket::read_line(std::size_t limit) {
  std::size_t looked = 0;
  while (true) {
    if (const auto end = read_.find('\n', looked); end != read_.npos) {
      auto line = read_.substr(0, end);
      read_.erase(0, end + 1);
      return line;
    }
    looked = read_.size();
    if (looked > limit) return std::nullopt;
    char block[16 * 1024];
    const auto n = ::recv(descriptor_, block, sizeof block, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return std::nullopt;
    read_.append(block, static_cast<std::size_t>(n));
  }
}

}  // namespace postrider
