#include "web/web_client.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <future>
#include <list>
#include <mutex>
#include <thread>

#include "base/check.h"
#include "base/text.h"

namespace postrider {
namespace {

constexpr long kConnectionsKept = 16;
constexpr long kStreamsAtATime = 100;  // on one connection (HTTP/2)
constexpr int kPollMillis = 1000;

long milliseconds(Micros time) {
  return static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(time).count());
}

std::optional<IpAddress> address_of(const sockaddr& raw) {
  if (raw.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &raw, sizeof v4);
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
    return IpAddress::of_v4(bytes);
  }
  if (raw.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &raw, sizeof v6);
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return IpAddress::of_v6(bytes);
  }
  return std::nullopt;
}

/// One request on its way: what curl calls back into. It stays where it is until it is over.
class Transfer {
 public:
  Transfer(WebRequest request, WebClient::Done done)
      : request_(std::move(request)), done_(std::move(done)), easy_(::curl_easy_init()) {
    if (easy_ == nullptr) throw Fault("cannot begin an HTTP request: out of memory");
  }
  ~Transfer() {
    ::curl_easy_cleanup(easy_);
    ::curl_slist_free_all(headers_);
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* easy() const { return easy_; }

  void set_up() {
    set(CURLOPT_URL, request_.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_ERRORBUFFER, why_.data());
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    set(CURLOPT_PIPEWAIT, 1L);
    set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request_.connect));
    set(CURLOPT_TIMEOUT_MS, milliseconds(request_.time));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, std::max(1L, milliseconds(request_.silence) / 1000));
    if (!request_.ca_file.empty()) set(CURLOPT_CAINFO, request_.ca_file.c_str());
    if (!request_.targets.allows_any()) {
      set(CURLOPT_PROXY, "");  // a proxy would be judged instead of whom it connects to
      set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
      set(CURLOPT_OPENSOCKETDATA, this);
      set(CURLOPT_FRESH_CONNECT, 1L);  // one that is kept was judged by other rules
      set(CURLOPT_FORBID_REUSE, 1L);
    }
    set_body();
    set_headers();
    set(CURLOPT_HEADERFUNCTION, &Transfer::take_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &Transfer::take_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_PRIVATE, this);
  }

  void finish(CURLcode code) {
    if (code != CURLE_OK) return done_(std::unexpected(error_of(code)));
    long status = 0;
    ::curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    answer_.status = static_cast<int>(status);
    done_(std::move(answer_));
  }
  void close() { done_(std::unexpected(error("client_closed", "was given up: this program is ending"))); }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    CHECK(::curl_easy_setopt(easy_, option, value) == CURLE_OK);
  }

  void set_body() {
    if (request_.method == "HEAD") {
      set(CURLOPT_NOBODY, 1L);
    } else if (request_.upload) {
      set(CURLOPT_POST, 1L);
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.upload_bytes));
      set(CURLOPT_READFUNCTION, &Transfer::give_body);
      set(CURLOPT_READDATA, this);
    } else if (!request_.body.empty() || request_.method == "POST" || request_.method == "PUT") {
      set(CURLOPT_POST, 1L);
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
      set(CURLOPT_POSTFIELDS, request_.body.data());
    }
    set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }

  void set_headers() {
    add_header("Expect:");  // curl's own waits a second for servers that do not know it
    if (std::ranges::none_of(request_.headers, [](const auto& header) {
          return equals_ignoring_case(header.first, "Content-Type");
        }))
      add_header("Content-Type:");  // nor is a body a form
    for (const auto& [name, value] : request_.headers) {
      add_header(value.empty() ? name + ";" : name + ": " + value);
    }
    set(CURLOPT_HTTPHEADER, headers_);
  }
  void add_header(const std::string& line) {
    CHECK(line.find_first_of("\r\n") == line.npos);
    headers_ = ::curl_slist_append(headers_, line.c_str());
  }

  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* target) {
    auto& transfer = *static_cast<Transfer*>(self);
    const auto address = address_of(target->addr);
    if (!address || !transfer.request_.targets.allows(*address)) {
      transfer.not_allowed_ = address ? address->text() : "an address of an unknown kind";
      return CURL_SOCKET_BAD;
    }
    return ::socket(target->family, target->socktype | SOCK_CLOEXEC, target->protocol);
  }

  static std::size_t give_body(char* to, std::size_t size, std::size_t count, void* self) {
    const auto given = static_cast<Transfer*>(self)->request_.upload(to, size * count);
    return given ? *given : CURL_READFUNC_ABORT;
  }

  static std::size_t take_header(const char* text, std::size_t size, std::size_t count, void* self) {
    auto& answer = static_cast<Transfer*>(self)->answer_;
    const std::string_view line(text, size * count);
    if (line.starts_with("HTTP/")) answer.headers.clear();  // one after "100 Continue"
    if (const auto colon = line.find(':'); colon != line.npos && answer.headers.size() < 200)
      answer.headers.emplace_back(lower_ascii(line.substr(0, colon)),
                                  std::string(trim(line.substr(colon + 1))));
    return line.size();
  }

  static std::size_t take_body(const char* text, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::string_view piece(text, size * count);
    long status = 0;
    ::curl_easy_getinfo(transfer.easy_, CURLINFO_RESPONSE_CODE, &status);
    if (transfer.request_.piece && status >= 200 && status < 300) {
      transfer.stopped_ = !transfer.request_.piece(piece);
      return transfer.stopped_ ? 0 : piece.size();
    }
    transfer.too_large_ = transfer.answer_.body.size() + piece.size() > transfer.request_.most_bytes;
    if (transfer.too_large_) return 0;
    transfer.answer_.body += piece;
    return piece.size();
  }

  Error error(std::string code, std::string_view what) const {
    return {Error::Kind::unavailable, std::move(code),
            fmt::format("The request to {} {}.", origin_of(request_.url), what)};
  }

  Error error_of(CURLcode code) const {
    if (!not_allowed_.empty()) {
      return error(
          "target_not_allowed",
          fmt::format("was not made: {} is not a public address. POSTRIDER_ALLOW_PRIVATE_TARGETS names "
                      "those that are allowed beside",
                      not_allowed_));
    }
    if (stopped_) return error("stopped", "was given up by whoever made it");
    if (too_large_)
      return error("answer_too_large", fmt::format("brought more than {} bytes", request_.most_bytes));
    const std::string why = one_line(why_[0] != '\0' ? why_.data() : ::curl_easy_strerror(code), 200);
    switch (code) {
      case CURLE_URL_MALFORMAT:
      case CURLE_UNSUPPORTED_PROTOCOL:
        return {Error::Kind::invalid, "bad_url",
                fmt::format("{} is no URL to make a request to.", origin_of(request_.url))};
      case CURLE_COULDNT_RESOLVE_HOST:
        return error("name_not_found", "failed: there is no such name now");
      case CURLE_COULDNT_CONNECT:
        return error("cannot_connect", "failed: nobody answers there");
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_SSL_CACERT_BADFILE:
      case CURLE_SSL_CONNECT_ERROR:
        return error("tls_failed", fmt::format("failed, its TLS cannot be trusted: {}", why));
      case CURLE_OPERATION_TIMEDOUT:
        return error("timed_out", "was not answered in time");
      default:
        return error("connection_broke", fmt::format("broke off: {}", why));
    }
  }

  const WebRequest request_;
  const WebClient::Done done_;
  CURL* easy_;
  curl_slist* headers_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> why_{};
  std::string not_allowed_;
  bool too_large_ = false, stopped_ = false;
  WebAnswer answer_;
};

/// One thread that moves all transfers.
class CurlClient final : public WebClient {
 public:
  CurlClient() {
    static const auto ready = ::curl_global_init(CURL_GLOBAL_DEFAULT);
    CHECK(ready == CURLE_OK);
    multi_ = ::curl_multi_init();
    if (multi_ == nullptr) throw Fault("cannot begin HTTP requests: out of memory");
    ::curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kConnectionsKept);
    ::curl_multi_setopt(multi_, CURLMOPT_MAX_CONCURRENT_STREAMS, kStreamsAtATime);
    thread_ = std::thread([this] { run(); });
  }
  ~CurlClient() override {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    ::curl_multi_wakeup(multi_);
    thread_.join();
    ::curl_multi_cleanup(multi_);
  }

  void start(WebRequest request, Done done) override {
    auto transfer = std::make_unique<Transfer>(std::move(request), std::move(done));
    {
      const std::lock_guard lock(mutex_);
      arrived_.push_back(std::move(transfer));
    }
    ::curl_multi_wakeup(multi_);
  }

 private:
  void run() {
    ::pthread_setname_np(::pthread_self(), "web");
    while (take_arrived()) {
      int running = 0;
      ::curl_multi_perform(multi_, &running);
      hand_out();
      ::curl_multi_poll(multi_, nullptr, 0, kPollMillis, nullptr);
    }
    for (auto& [easy, transfer] : under_way_) {
      ::curl_multi_remove_handle(multi_, easy);
      transfer->close();
    }
    under_way_.clear();
  }

  /// False: the end.
  bool take_arrived() {
    std::vector<std::unique_ptr<Transfer>> arrived;
    bool ending = false;
    {
      const std::lock_guard lock(mutex_);
      arrived.swap(arrived_);
      ending = ending_;
    }
    for (auto& transfer : arrived) {
      auto* easy = transfer->easy();
      transfer->set_up();
      ::curl_multi_add_handle(multi_, easy);
      under_way_.emplace_back(easy, std::move(transfer));
    }
    return !ending;
  }

  void hand_out() {
    int left = 0;
    while (const auto* message = ::curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      auto* easy = message->easy_handle;
      const auto code = message->data.result;
      const auto found = std::ranges::find(under_way_, easy, &UnderWay::first);
      CHECK(found != under_way_.end());
      const auto transfer = std::move(found->second);
      under_way_.erase(found);
      ::curl_multi_remove_handle(multi_, easy);
      transfer->finish(code);
    }
  }

  using UnderWay = std::pair<CURL*, std::unique_ptr<Transfer>>;
  CURLM* multi_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Transfer>> arrived_;
  bool ending_ = false;
  std::list<UnderWay> under_way_;  // the thread's own
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

std::unique_ptr<WebClient> make_web_client() {
  return std::make_unique<CurlClient>();
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
