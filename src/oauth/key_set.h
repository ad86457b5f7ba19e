#pragma once
// KeySet: the keys that an issuer of ID tokens publishes (RFC 7517; OpenID Connect Discovery 1.0), fetched
// when they are needed and kept as long as its Cache-Control says. An issuer that cannot be reached keeps the
// keys it had. Whoever makes up key ids has no more than one request a minute made. Thread safe; blocks while
// keys are fetched, not on the web client's thread.

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "oauth/rsa_key.h"
#include "web/web_client.h"

namespace postrider {

inline constexpr std::string_view kGoogleIssuer = "https://accounts.google.com";

class KeySet {
 public:
  /// `web` and `clock` outlive it.
  KeySet(std::string issuer, WebClient& web, const Clock& clock);

  /// Errors: `unknown_key` (invalid): the issuer has none of this id; `no_issuer_keys` (unavailable): it
  /// could not be asked.
  Result<RsaKey> find(std::string_view key_id);

 private:
  using Keys = std::map<std::string, RsaKey, std::less<>>;
  struct Fetched {
    Keys keys;
    Micros fresh{};
  };

  Result<Fetched> fetch() const;
  Result<std::string> find_uri() const;
  Result<WebAnswer> ask(const std::string& url) const;
  void fetch_and_keep(std::unique_lock<std::mutex>& lock);

  const std::string issuer_;
  WebClient& web_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable fetched_;
  Keys keys_;
  BootTime fresh_until_{}, rest_until_{};
  bool fetching_ = false;
  std::string trouble_;  ///< why the last fetch failed; empty: it did not
};

/// How long an answer may be kept (RFC 9111): a minute to a day, an hour where it does not say.
Micros freshness_of(const WebAnswer& answer);

}  // namespace postrider
