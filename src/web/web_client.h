#pragma once
// WebClient: HTTP requests to other servers: Google's, a receiver of alerts, a task's target, a Postrider
// elsewhere. HTTPS with the certificate checked (TLS 1.2 or newer), HTTP/2 where the server offers it, else
// HTTP/1.1; connections are kept, and lent only to requests whose rules allow the address at their other end.
// No header goes out that the caller did not give but Host and Content-Length. Redirects are answers like any
// other: nobody is sent anywhere that the caller did not name. Thread safe.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "web/target_rules.h"

namespace postrider {

struct WebRequest {
  std::string method = "GET";
  std::string url;  ///< http or https
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  /// Instead of `body`, for long ones: puts the next bytes there and says how many; 0 is the end, nothing
  /// breaks the request off. Called on the client's thread.
  std::function<std::optional<std::size_t>(char* to, std::size_t room)> upload = nullptr;
  std::uint64_t upload_bytes = 0;  ///< how many there will be
  /// Pieces of the body of a 2xx answer go here instead of WebAnswer::body; false breaks off. Called on
  /// the client's thread.
  std::function<bool(std::string_view piece)> piece = nullptr;
  /// The body is of no interest: it is thrown away, and the answer is there after `most_bytes` of it at the
  /// latest.
  bool only_status = false;
  /// HTTP/1.1 even where the server offers HTTP/2, which writes all header names in small letters.
  bool http1 = false;
  Micros time = std::chrono::seconds{30};     ///< for all of it, from start() on; 0: as long as it takes
  Micros silence = std::chrono::seconds{30};  ///< without a byte either way; 0: as long as `time` allows
  Micros connect = std::chrono::seconds{10};
  std::size_t most_bytes = 8 << 20;  ///< a longer body is an error
  std::string ca_file = {};          ///< authorities beside the system's
  TargetRules targets = TargetRules::any();
};

struct WebAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in small letters
  std::string body;

  std::string_view header(std::string_view name) const;  ///< empty: there is none
};

class WebClient {
 public:
  using Done = std::function<void(Result<WebAnswer>)>;

  virtual ~WebClient() = default;  ///< what is under way ends with the error `client_closed`

  /// `done` is called once, on the client's thread. An answer of any status is a result. Errors say whom we
  /// could not speak to and why, without path or query: bad_url, target_not_allowed, name_not_found,
  /// cannot_connect, tls_failed, timed_out, answer_too_large, connection_broke, stopped (by `piece`),
  /// client_closed.
  virtual void start(WebRequest request, Done done) = 0;

  /// start, and waits. Not on the client's thread.
  Result<WebAnswer> call(WebRequest request);
};

/// How many requests at once share one connection to a server that speaks HTTP/2; whoever has many for one
/// server does best to keep no more than these in flight, since further ones make connections of their own.
inline constexpr std::size_t kStreamsAtATime = 100;

/// `at_a_time`: how many requests are on their way at most, and how many connections there are, kept ones
/// included; further requests wait for their turn. Each connection is a file descriptor.
std::unique_ptr<WebClient> make_web_client(std::size_t at_a_time = 1000);

/// True for https, and for http that does not leave this machine.
bool may_carry_secrets(std::string_view url);

/// "https://mail.example.org:8443" of a URL: what may be shown of it.
std::string origin_of(std::string_view url);

}  // namespace postrider
