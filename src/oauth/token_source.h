#pragma once
// TokenSource: an access token whenever one is needed. It is cached, asked for anew five minutes before it
// runs out, by one request at a time that all who wait share, and never logged. Thread safe.

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "oauth/credentials.h"
#include "web/web_client.h"

namespace postrider {

class TokenSource {
 public:
  using Done = std::function<void(Result<std::string>)>;

  virtual ~TokenSource() = default;

  /// Calls `done` once: at once on this thread when there is a token, else on the web client's. Errors:
  /// `oauth_refused` (invalid): the server does not accept the credentials any more, a person has to act;
  /// `oauth_unavailable` (unavailable): it does not answer now; `no_credentials` (invalid): there are none.
  virtual void token(Done done) = 0;
  /// This token was refused although it should be valid: it is not handed out again.
  virtual void forget(const std::string& token) = 0;

  /// The same, waiting. Not on the web client's thread.
  Result<std::string> token();
};

/// Told a consent's new refresh token where the server hands one out in place of the old one, before anybody
/// gets the access token that came with it; on the web client's thread.
using Rotated = std::function<void(const std::string& refresh_token)>;

/// `web` and `clock` outlive it. `scope` is asked of service accounts and metadata servers; a consent has its
/// own, and its new refresh tokens are used from then on.
std::unique_ptr<TokenSource> make_token_source(Credentials credentials, std::string scope, WebClient& web,
                                               const Clock& clock, Rotated rotated = {});

}  // namespace postrider
