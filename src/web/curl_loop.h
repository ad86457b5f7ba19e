#pragma once
// CurlLoop: waits for whatever curl's transfers wait for and lets curl go on with those, and only those, to
// which something happened: with a thousand that wait for slow servers, looking at each of them time and
// again would cost far more than the answers do. For this room's client: one thread uses it; `wake` may be
// called from any.

#include <curl/curl.h>

#include <chrono>
#include <optional>
#include <unordered_set>

namespace postrider {

class CurlLoop {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  /// A Fault where the system has no room for it.
  CurlLoop();
  ~CurlLoop();  ///< no transfer is in it any more
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  /// The transfers and connections it moves.
  CURLM* multi() const { return multi_; }

  /// Waits until something happens, wake() is called or `until` has come, and lets curl go on; at `until`
  /// with all transfers, which should be now and then.
  void wait(Moment until);
  void wake();

 private:
  static int watch(CURL* easy, curl_socket_t socket, int what, void* self, void* known);
  static int set_timer(CURLM* multi, long milliseconds, void* self);
  void go_on(curl_socket_t socket, int what);

  CURLM* multi_ = nullptr;
  int epoll_ = -1, bell_ = -1;
  std::optional<Moment> timer_;
  std::unordered_set<curl_socket_t> watched_;
};

}  // namespace postrider
