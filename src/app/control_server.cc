#include "app/control_server.h"

#include <fmt/format.h>
#include <poll.h>
#include <pwd.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <vector>

#include "app/frame_buffer.h"

namespace postrider {
namespace {

constexpr std::size_t kLongestRequest = 4 * 1024 * 1024;
constexpr int kSlowestCaller = 30;  // seconds to take what we say, or to say what it wants

std::string name_of(uid_t uid) {
  std::vector<char> space(16 * 1024);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, space.data(), space.size(), &found) == 0 && found != nullptr)
    return found->pw_name;
  return fmt::format("uid-{}", uid);
}

/// Waits; false when the caller hangs up or the server ends. A caller has nothing more to say
/// after its request, so anything readable is its end.
bool wait_with(int caller, int ending, Micros time) {
  pollfd watched[] = {{caller, POLLIN | POLLRDHUP, 0}, {ending, POLLIN, 0}};
  const auto until = std::chrono::steady_clock::now() + time;
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    const int ready = ::poll(watched, 2, static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000)));
    if (ready > 0) return false;
    if (ready == 0 && left <= 60'000) return true;
  }
}

void refuse(UnixSocket& socket, std::string_view why) {
  socket.send(encode(ControlFrame{ControlFrame::Kind::err, fmt::format("postrider: {}.\n", why), 0}) +
              encode(ControlFrame{ControlFrame::Kind::exit, {}, 1}));
}

}  // namespace

struct ControlServer::Caller {
  explicit Caller(UnixSocket connected) : socket(std::move(connected)) {}
  UnixSocket socket;
  std::thread thread;
  std::atomic<bool> done{false};
};

ControlServer::ControlServer(std::string path, Log& log, std::function<int(ControlCall&)> run)
    : path_(std::move(path)), log_(log), run_(std::move(run)) {}

ControlServer::~ControlServer() {
  if (ending_ < 0) return;
  hush();
  if (acceptor_.joinable()) acceptor_.join();
  reap(true);
  ::close(ending_);
}

void ControlServer::start() {
  ending_ = ::eventfd(0, EFD_CLOEXEC);
  if (ending_ < 0) throw Fault("cannot make an eventfd");
  listener_ = UnixSocket::listen(path_);
  acceptor_ = std::thread([this] { accept_calls(); });
}

void ControlServer::hush() {
  const std::uint64_t one = 1;
  if (::write(ending_, &one, sizeof one) != sizeof one) return;  // it is set already
}

bool ControlServer::stop(Micros patience) {
  if (ending_ < 0) return true;
  hush();
  if (acceptor_.joinable()) {
    acceptor_.join();
    ::unlink(path_.c_str());
  }
  {
    std::unique_lock lock(mutex_);
    const auto all_done = [this] {
      return std::ranges::all_of(callers_, [](const Caller& caller) { return caller.done.load(); });
    };
    if (!finished_.wait_for(lock, patience, all_done)) return false;
  }
  reap(true);
  return true;
}

void ControlServer::accept_calls() {
  pollfd watched[] = {{listener_.get(), POLLIN, 0}, {ending_, POLLIN, 0}};
  while (true) {
    if (::poll(watched, 2, -1) < 0) continue;
    if ((watched[1].revents & POLLIN) != 0) return;
    UnixSocket socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (socket.get() < 0) {
      ::usleep(100'000);  // out of descriptors: asking again at once would only spin
      continue;
    }
    const timeval patience{kSlowestCaller, 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    reap(false);
    if (is_full()) {
      turn_away(socket);
      continue;
    }
    const std::lock_guard lock(mutex_);
    auto& caller = callers_.emplace_back(std::move(socket));
    caller.thread = std::thread([this, &caller] {
      serve(caller);
      ::shutdown(caller.socket.get(), SHUT_RDWR);
      const std::lock_guard done(mutex_);
      caller.done = true;
      finished_.notify_all();
    });
  }
}

/// Only the accepting thread adds callers, so the answer cannot turn from false to true.
bool ControlServer::is_full() {
  const std::lock_guard lock(mutex_);
  return callers_.size() >= kMostCalls;
}

void ControlServer::turn_away(UnixSocket& socket) {
  // Heard out first: closing on unread words would take our answer away with them.
  const timeval moment{1, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment);
  (void)socket.read_line(kLongestRequest);
  refuse(socket,
         fmt::format("the server runs {} verbs already; try again when one of them is done", kMostCalls));
}

void ControlServer::serve(Caller& caller) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(caller.socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return;
  // Heard out before any answer: closing on unread words would take the answer away with them.
  const auto line = caller.socket.read_line(kLongestRequest);
  if (peer.uid != 0 && peer.uid != ::geteuid()) {
    log_.write(LogLevel::warning, "control_refused", {{"uid", std::to_string(peer.uid)}});
    refuse(caller.socket, "only the server's owner may do this");
    return;
  }
  const auto request = line ? decode_request(*line) : std::nullopt;
  if (!request) return;
  std::mutex sending;
  const auto send = [&](const std::string& frame) {
    const std::lock_guard lock(sending);
    return caller.socket.send(frame);
  };
  FrameBuffer out_frames(send, ControlFrame::Kind::out);
  FrameBuffer err_frames(send, ControlFrame::Kind::err);
  std::ostream out(&out_frames), err(&err_frames);
  LocalFiles files(request->directory);
  ControlCall call{.request = *request,
                   .who = "local:" + name_of(peer.uid),
                   .files = files,
                   .out = out,
                   .err = err,
                   .pause = {}};
  call.pause = [&](Micros time) {
    out.flush();
    err.flush();
    return out.good() && err.good() && wait_with(caller.socket.get(), ending_, time);
  };
  const int code = run_(call);
  out.flush();
  err.flush();
  caller.socket.send(encode(ControlFrame{ControlFrame::Kind::exit, {}, code}));
}

void ControlServer::reap(bool all) {
  std::list<Caller> gone;
  {
    const std::lock_guard lock(mutex_);
    for (auto caller = callers_.begin(); caller != callers_.end();) {
      const auto next = std::next(caller);
      if (all || caller->done) gone.splice(gone.end(), callers_, caller);
      caller = next;
    }
  }
  for (auto& caller : gone) caller.thread.join();
}

}  // namespace postrider
