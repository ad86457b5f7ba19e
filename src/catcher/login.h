#pragma once
// Login: the catcher's side of AUTH PLAIN, LOGIN and SCRAM-SHA-256 (RFC 4954, RFC 4616, RFC 7677), line
// by line, without a socket. Not thread safe.

#include <optional>
#include <string>
#include <string_view>

#include "catcher/catcher.h"
#include "catcher/scram_server.h"

namespace postrider {

class Login {
 public:
  enum class Step {
    awaits_line,  ///< the next line is the sender's answer to a 334
    over,         ///< answered for good: in, or turned away
    mistake       ///< over, and not as a sender should speak
  };

  explicit Login(const CatcherOptions& options) : options_(options) {}

  /// "PLAIN", "PLAIN <base64>", "LOGIN" …; appends the answer to `out`.
  Step begin(std::string_view arguments, std::string& out);
  /// The answer to the last 334.
  Step take(std::string_view line, std::string& out);

  bool succeeded() const { return succeeded_; }
  /// TLS has begun: what was said before it does not count (RFC 3207 §4.2).
  void forget() { succeeded_ = false; }

 private:
  enum class Awaits { plain, scram, user, password };
  Step take_scram(std::string_view message, std::string& out);
  Step judge(std::string_view user, std::string_view password, std::string& out);

  const CatcherOptions& options_;
  Awaits awaits_ = Awaits::plain;
  std::optional<ScramServer> scram_;
  std::string user_;  ///< of LOGIN, while the password is awaited
  bool succeeded_ = false;
};

}  // namespace postrider
