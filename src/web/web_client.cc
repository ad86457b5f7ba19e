#include "web/web_client.h"

#include <curl/curl.h>

#include <deque>
#include <future>
#include <mutex>
#include <thread>

#include "base/check.h"
#include "base/text.h"
#include "web/curl_loop.h"
#include "web/transfer.h"

namespace postrider {
namespace {

using Moment = Transfer::Moment;

constexpr auto kRound = std::chrono::seconds{1};

Moment now() {
  return std::chrono::steady_clock::now();
}

/// One thread that moves all transfers.
class CurlClient final : public WebClient {
 public:
  explicit CurlClient(std::size_t at_a_time) : at_a_time_(at_a_time) {
    CHECK(at_a_time > 0);
    // As many connections as requests, so that each finds one that is kept or makes one: the oldest that is
    // idle goes for it.
    ::curl_multi_setopt(loop_.multi(), CURLMOPT_MAXCONNECTS, static_cast<long>(at_a_time));
    ::curl_multi_setopt(loop_.multi(), CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(at_a_time));
    ::curl_multi_setopt(loop_.multi(), CURLMOPT_MAX_CONCURRENT_STREAMS, static_cast<long>(kStreamsAtATime));
    thread_ = std::thread([this] { run(); });
  }
  ~CurlClient() override {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    loop_.wake();
    thread_.join();
  }

  void start(WebRequest request, Done done) override {
    auto transfer = std::make_unique<Transfer>(std::move(request), std::move(done), now());
    {
      const std::lock_guard lock(mutex_);
      if (!ending_) arrived_.push_back(std::move(transfer));
    }
    if (transfer != nullptr) return transfer->close();  // by something that ended with the client
    loop_.wake();
  }

 private:
  using Owned = std::unique_ptr<Transfer>;

  void run() {
    ::pthread_setname_np(::pthread_self(), "web");
    auto round_ends = now() + kRound;
    while (take_arrived()) {
      begin_waiting();
      loop_.wait(round_ends);
      hand_out();
      if (now() < round_ends) continue;
      end_late();
      round_ends = now() + kRound;
    }
    for (auto& transfer : under_way_) {
      ::curl_multi_remove_handle(loop_.multi(), transfer->easy());
      transfer->close();
    }
    for (auto& transfer : waiting_) transfer->close();
    under_way_.clear();
    waiting_.clear();
  }

  /// False: the end.
  bool take_arrived() {
    const std::lock_guard lock(mutex_);
    for (auto& transfer : arrived_) waiting_.push_back(std::move(transfer));
    arrived_.clear();
    return !ending_;
  }

  void begin_waiting() {
    while (!waiting_.empty() && under_way_.size() < at_a_time_) {
      auto transfer = std::move(waiting_.front());
      waiting_.pop_front();
      transfer->set_up(now());
      transfer->place = under_way_.size();
      CHECK(::curl_multi_add_handle(loop_.multi(), transfer->easy()) == CURLM_OK);
      under_way_.push_back(std::move(transfer));
    }
  }

  void hand_out() {
    int left = 0;
    while (const auto* message = ::curl_multi_info_read(loop_.multi(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const auto code = message->data.result;
      take_out(Transfer::of(message->easy_handle))->finish(code);
    }
  }

  /// From among those under way.
  Owned take_out(const Transfer& transfer) {
    const auto place = transfer.place;
    CHECK(place < under_way_.size() && under_way_[place].get() == &transfer);
    std::swap(under_way_[place], under_way_.back());
    under_way_[place]->place = place;
    auto taken = std::move(under_way_.back());
    under_way_.pop_back();
    ::curl_multi_remove_handle(loop_.multi(), taken->easy());
    return taken;
  }

  void end_late() {
    const auto moment = now();
    for (std::size_t i = 0; i < under_way_.size();) {
      if (under_way_[i]->is_late(moment)) {
        take_out(*under_way_[i])->time_out();  // another takes its place
      } else {
        ++i;
      }
    }
    std::erase_if(waiting_, [&](const Owned& transfer) {
      if (!transfer->is_late(moment)) return false;
      transfer->time_out();
      return true;
    });
  }

  const std::size_t at_a_time_;
  CurlLoop loop_;
  std::mutex mutex_;
  std::vector<Owned> arrived_;
  bool ending_ = false;
  std::deque<Owned> waiting_;     // the thread's own, as is:
  std::vector<Owned> under_way_;  // each knows its place
  std::thread thread_;
};

}  // namespace

std::string_view WebAnswer::header(std::string_view name) const {
  for (const auto& [known, value] : headers) {
    if (equals_ignoring_case(known, name)) return value;
  }
  return {};
}

Result<WebAnswer> WebClient::call(WebRequest request) {
  std::promise<Result<WebAnswer>> promise;
  auto answer = promise.get_future();
  start(std::move(request), [&promise](Result<WebAnswer> result) { promise.set_value(std::move(result)); });
  return answer.get();
}

std::unique_ptr<WebClient> make_web_client(std::size_t at_a_time) {
  return std::make_unique<CurlClient>(at_a_time);
}

bool may_carry_secrets(std::string_view url) {
  const auto origin = lower_ascii(origin_of(url));
  if (origin.starts_with("https://")) return true;
  constexpr std::string_view kClear = "http://";
  if (!origin.starts_with(kClear)) return false;
  auto host = std::string_view(origin).substr(kClear.size());
  if (const auto end = host.find(']'); end != host.npos) {
    host = host.substr(1, end - 1);
  } else {
    host = host.substr(0, host.find(':'));
  }
  const auto address = IpAddress::parse(host);
  return host == "localhost" || (address && (IpRange::parse("127.0.0.0/8")->contains(*address) ||
                                             *address == *IpAddress::parse("::1")));
}

std::string origin_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == url.npos) return std::string("the given address");
  auto authority = url.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const auto user = authority.rfind('@'); user != authority.npos) authority.remove_prefix(user + 1);
  return one_line(std::string(url.substr(0, scheme)) + "://" + std::string(authority), 200);
}

}  // namespace postrider
