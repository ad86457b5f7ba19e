#include "web/curl_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <span>
#include <vector>

#include "base/check.h"
#include "base/result.h"

namespace postrider {
namespace {

constexpr int kEventsAtATime = 256;

CurlLoop::Moment now() {
  return std::chrono::steady_clock::now();
}

bool set_events(int epoll, int how, int fd, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.fd = fd}};
  return ::epoll_ctl(epoll, how, fd, &event) == 0;
}

}  // namespace

CurlLoop::CurlLoop() {
  static const auto ready = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  CHECK(ready == CURLE_OK);
  multi_ = ::curl_multi_init();
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  bell_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (multi_ == nullptr || epoll_ < 0 || bell_ < 0 || !set_events(epoll_, EPOLL_CTL_ADD, bell_, EPOLLIN))
    throw Fault("cannot begin HTTP requests: no memory or no file descriptor is left");
  ::curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlLoop::watch);
  ::curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  ::curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlLoop::set_timer);
  ::curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
}

CurlLoop::~CurlLoop() {
  ::curl_multi_cleanup(multi_);  // takes leave of kept connections, by `watch` too
  ::close(epoll_);
  ::close(bell_);
}

void CurlLoop::wait(Moment until) {
  const auto left = std::min(timer_.value_or(until), until) - now();
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  std::array<epoll_event, kEventsAtATime> events;
  constexpr std::int64_t kLongest = 60'000;
  const int count = ::epoll_wait(epoll_, events.data(), kEventsAtATime,
                                 static_cast<int>(std::clamp<std::int64_t>(milliseconds, 0, kLongest)));
  CHECK(count >= 0 || errno == EINTR);
  const std::span happened(events.data(), static_cast<std::size_t>(std::max(count, 0)));
  for (const auto& event : happened) {
    if (event.data.fd == bell_) {
      std::uint64_t rings = 0;
      (void)!::read(bell_, &rings, sizeof rings);  // it cannot block: nothing is read when nobody rang
      continue;
    }
    int what = 0;
    if ((event.events & (EPOLLIN | EPOLLHUP)) != 0) what |= CURL_CSELECT_IN;
    if ((event.events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
    if ((event.events & EPOLLERR) != 0) what |= CURL_CSELECT_ERR;
    go_on(event.data.fd, what);
  }
  // On a shared connection (HTTP/2) one transfer may have read what another waits for that had its turn
  // already; curl 7.88 leaves that one waiting for a socket that says nothing more. A second turn finds what
  // was read, and the look at all of them what even that missed.
  for (const auto& event : happened) {
    if (event.data.fd != bell_) go_on(event.data.fd, CURL_CSELECT_IN);
  }
  const auto moment = now();
  if ((timer_ && moment >= *timer_) || moment >= until) {
    timer_.reset();
    go_on(CURL_SOCKET_TIMEOUT, 0);
  }
  if (moment < until) return;
  for (const auto socket : std::vector(watched_.begin(), watched_.end())) go_on(socket, CURL_CSELECT_IN);
}

void CurlLoop::wake() {
  const std::uint64_t ring = 1;
  (void)!::write(bell_, &ring, sizeof ring);  // fails only when it rings already
}

void CurlLoop::go_on(curl_socket_t socket, int what) {
  int running = 0;
  CHECK(::curl_multi_socket_action(multi_, socket, what, &running) == CURLM_OK);
}

int CurlLoop::watch(CURL*, curl_socket_t socket, int what, void* self, void*) {
  auto& loop = *static_cast<CurlLoop*>(self);
  const int epoll = loop.epoll_;
  if (what == CURL_POLL_REMOVE) {
    loop.watched_.erase(socket);
    (void)set_events(epoll, EPOLL_CTL_DEL, socket, 0);  // one that is closed already is gone
    return 0;
  }
  const std::uint32_t events = (what != CURL_POLL_OUT ? std::uint32_t{EPOLLIN} : 0U) |
                               (what != CURL_POLL_IN ? std::uint32_t{EPOLLOUT} : 0U);
  // Where the system has no room for it, the socket is looked at only now and then, which beats giving up.
  (void)(set_events(epoll, EPOLL_CTL_MOD, socket, events) ||
         (errno == ENOENT && set_events(epoll, EPOLL_CTL_ADD, socket, events)));
  loop.watched_.insert(socket);
  return 0;
}

int CurlLoop::set_timer(CURLM*, long milliseconds, void* self) {
  auto& timer = static_cast<CurlLoop*>(self)->timer_;
  timer.reset();
  if (milliseconds >= 0) timer = now() + std::chrono::milliseconds{milliseconds};
  return 0;
}

}  // namespace postrider
