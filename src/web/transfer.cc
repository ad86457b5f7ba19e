#include "web/transfer.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/text.h"

namespace postrider {
namespace {

constexpr std::size_t kMostHeaders = 200;
constexpr long kKeepAliveSeconds = 60;  // a line that is silent for long is not forgotten on the way

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

/// With a folder of certificates beside the file, curl reads the whole file anew for each connection instead
/// of keeping it read; where the file is there, it holds them all.
bool has_bundle() {
  static const bool readable = [] {
    const auto* version = ::curl_version_info(CURLVERSION_NOW);
    return version->age >= CURLVERSION_SEVENTH + 1 && version->cainfo != nullptr &&
           ::access(version->cainfo, R_OK) == 0;
  }();
  return readable;
}

bool is_https(std::string_view url) {
  constexpr std::string_view kScheme = "https:";
  return equals_ignoring_case(url.substr(0, kScheme.size()), kScheme);
}

}  // namespace

Transfer::Transfer(WebRequest request, WebClient::Done done, Moment now)
    : request_(std::move(request)),
      done_(std::move(done)),
      deadline_(request_.time > Micros{0} ? now + request_.time : Moment::max()),
      easy_(::curl_easy_init()) {
  if (easy_ == nullptr) throw Fault("cannot begin an HTTP request: out of memory");
}

Transfer::~Transfer() {
  ::curl_easy_cleanup(easy_);
  ::curl_slist_free_all(headers_);
}

Transfer& Transfer::of(CURL* easy) {
  void* self = nullptr;
  CHECK(::curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self) == CURLE_OK && self != nullptr);
  return *static_cast<Transfer*>(self);
}

template <class Value>
void Transfer::set(CURLoption option, Value value) {
  CHECK(::curl_easy_setopt(easy_, option, value) == CURLE_OK);
}

void Transfer::set_up(Moment now) {
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, why_.data());
  // PIPEWAIT: many requests to one server wait until it is known whether they can share the connection of the
  // first. In clear text that is not known before the first answer, which would be long to wait for.
  const bool may_share = is_https(request_.url) && !request_.http1;
  set(CURLOPT_HTTP_VERSION, static_cast<long>(may_share ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  set(CURLOPT_PIPEWAIT, may_share ? 1L : 0L);
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_TCP_KEEPIDLE, kKeepAliveSeconds);
  set(CURLOPT_TCP_KEEPINTVL, kKeepAliveSeconds);
  set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request_.connect));
  if (request_.time > Micros{0}) {
    const auto left = std::chrono::duration_cast<Micros>(deadline_ - now);
    set(CURLOPT_TIMEOUT_MS, std::max(1L, milliseconds(left)));
  }
  if (request_.silence > Micros{0}) {
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, std::max(1L, milliseconds(request_.silence) / 1000));
  }
  set_trust();
  set_targets();
  set_body();
  set_headers();
  set(CURLOPT_HEADERFUNCTION, &Transfer::take_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &Transfer::take_body);
  set(CURLOPT_WRITEDATA, this);
}

void Transfer::set_trust() {
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!request_.ca_file.empty()) {
    set(CURLOPT_CAINFO, request_.ca_file.c_str());
  } else if (has_bundle()) {
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
}

/// A new connection is judged before it is made, since even that can do harm, and one that was kept when a
/// request is about to go over it: other rules may have let it be made.
void Transfer::set_targets() {
  if (request_.targets.allows_any()) return;
  set(CURLOPT_PROXY, "");  // a proxy would be judged instead of whom it connects to
  set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
  set(CURLOPT_OPENSOCKETDATA, this);
  set(CURLOPT_PREREQFUNCTION, &Transfer::judge_peer);
  set(CURLOPT_PREREQDATA, this);
}

void Transfer::set_body() {
  if (request_.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (request_.upload) {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.upload_bytes));
    set(CURLOPT_READFUNCTION, &Transfer::give_body);
    set(CURLOPT_READDATA, this);
  } else if (!request_.body.empty() || request_.method == "POST" || request_.method == "PUT" ||
             request_.method == "PATCH") {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(CURLOPT_POSTFIELDS, request_.body.data());
  }
  set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

/// Nothing goes out that the caller did not say but Host and Content-Length: curl's own "Expect" waits a
/// second for servers that do not know it, and a body is no form.
void Transfer::set_headers() {
  for (const std::string_view own : {"Expect", "Accept", "Content-Type"}) {
    if (std::ranges::none_of(request_.headers,
                             [&](const auto& header) { return equals_ignoring_case(header.first, own); }))
      add_header(std::string(own) + ":");
  }
  for (const auto& [name, value] : request_.headers) {
    const auto kept = trim(value);  // of a value that is only blank curl would make no header at all
    add_header(kept.empty() ? name + ";" : name + ": " + std::string(kept));
  }
  set(CURLOPT_HTTPHEADER, headers_);
}

void Transfer::add_header(const std::string& line) {
  CHECK(line.find_first_of("\r\n") == line.npos);
  headers_ = ::curl_slist_append(headers_, line.c_str());
}

curl_socket_t Transfer::open_socket(void* self, curlsocktype, curl_sockaddr* target) {
  auto& transfer = *static_cast<Transfer*>(self);
  const auto address = address_of(target->addr);
  if (!address || !transfer.request_.targets.allows(*address)) {
    transfer.not_allowed_ = address ? address->text() : "an address of an unknown kind";
    return CURL_SOCKET_BAD;
  }
  return ::socket(target->family, target->socktype | SOCK_CLOEXEC, target->protocol);
}

int Transfer::judge_peer(void* self, char* peer, char*, int, int) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::string_view text(peer);
  const auto address = IpAddress::parse(text.substr(0, text.find('%')));  // without a zone
  if (address && transfer.request_.targets.allows(*address)) return CURL_PREREQFUNC_OK;
  transfer.not_allowed_ = address ? address->text() : "an address of an unknown kind";
  return CURL_PREREQFUNC_ABORT;
}

std::size_t Transfer::give_body(char* to, std::size_t size, std::size_t count, void* self) {
  const auto given = static_cast<Transfer*>(self)->request_.upload(to, size * count);
  return given ? *given : CURL_READFUNC_ABORT;
}

std::size_t Transfer::take_header(const char* text, std::size_t size, std::size_t count, void* self) {
  auto& answer = static_cast<Transfer*>(self)->answer_;
  const std::string_view line(text, size * count);
  if (line.starts_with("HTTP/")) answer.headers.clear();  // one after "100 Continue"
  if (const auto colon = line.find(':'); colon != line.npos && answer.headers.size() < kMostHeaders)
    answer.headers.emplace_back(lower_ascii(line.substr(0, colon)),
                                std::string(trim(line.substr(colon + 1))));
  return line.size();
}

std::size_t Transfer::take_body(const char* text, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const auto& request = transfer.request_;
  const std::string_view piece(text, size * count);
  if (request.only_status) {
    transfer.thrown_away_ += piece.size();
    transfer.cut_ = transfer.thrown_away_ > request.most_bytes;
    return transfer.cut_ ? 0 : piece.size();
  }
  long status = 0;
  ::curl_easy_getinfo(transfer.easy_, CURLINFO_RESPONSE_CODE, &status);
  if (request.piece && status >= 200 && status < 300) {
    transfer.stopped_ = !request.piece(piece);
    return transfer.stopped_ ? 0 : piece.size();
  }
  transfer.too_large_ = transfer.answer_.body.size() + piece.size() > request.most_bytes;
  if (transfer.too_large_) return 0;
  transfer.answer_.body += piece;
  return piece.size();
}

void Transfer::finish(CURLcode code) {
  if (code != CURLE_OK && !cut_) return done_(std::unexpected(error_of(code)));
  long status = 0;
  ::curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  answer_.status = static_cast<int>(status);
  done_(std::move(answer_));
}

void Transfer::close() {
  done_(std::unexpected(error("client_closed", "was given up: this program is ending")));
}

Error Transfer::error(std::string code, std::string_view what) const {
  return {Error::Kind::unavailable, std::move(code),
          fmt::format("The request to {} {}.", origin_of(request_.url), what)};
}

Error Transfer::error_of(CURLcode code) const {
  if (!not_allowed_.empty()) {
    return error("target_not_allowed",
                 fmt::format("was not made: {} is not a public address. POSTRIDER_ALLOW_PRIVATE_TARGETS "
                             "names those that are allowed beside",
                             not_allowed_));
  }
  if (stopped_) return error("stopped", "was given up by whoever made it");
  if (too_large_)
    return error("answer_too_large", fmt::format("brought more than {} bytes", request_.most_bytes));
  const std::string why = one_line(why_[0] != '\0' ? why_.data() : ::curl_easy_strerror(code), 200);
  long asked = 0;
  ::curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &asked);
  if (code == CURLE_UNSUPPORTED_PROTOCOL && asked > 0)
    return error("connection_broke", "was answered by something that is no HTTP");
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

}  // namespace postrider
