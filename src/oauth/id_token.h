#pragma once
// ID tokens (OpenID Connect Core 1.0, section 2; RFC 7519): whom a pushed task comes from. One side signs
// them with its own key and publishes the public half (RFC 7517); the other verifies them by what the issuer
// publishes.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "web/web_client.h"

namespace postrider {

/// Where an issuer publishes, below its URL: what it is (OpenID Connect Discovery 1.0, section 4), and, where
/// the issuer is ours, its keys.
inline constexpr std::string_view kOpenIdConfigurationPath = "/.well-known/openid-configuration";
inline constexpr std::string_view kKeySetPath = "/.well-known/jwks.json";

/// Signs with one RSA key (RS256). Thread safe.
class IdTokenSigner {
 public:
  virtual ~IdTokenSigner() = default;
  /// A token with iss, aud, azp and sub (a number made from the address), email, email_verified, iat, and exp
  /// an hour later. Signed once for an audience and account, then handed out until ten minutes before its
  /// end.
  virtual std::string token(std::string_view service_account, std::string_view audience) = 0;
  /// What to answer at kKeySetPath:
  /// {"keys":[{"kty":"RSA","alg":"RS256","use":"sig","kid":…,"n":…,"e":…}]}
  virtual std::string key_set() const = 0;
  /// What to answer at kOpenIdConfigurationPath: issuer, jwks_uri (issuer + kKeySetPath), response types and
  /// algorithms.
  virtual std::string configuration() const = 0;
};

/// A new private key, PEM (PKCS#8), RSA 2048.
std::string make_signing_key();
/// An error if `pem` is no RSA key of 2048 bits or more (`bad_private_key`), or `issuer` no http or https URL
/// without a slash at its end (`bad_issuer`). `clock` outlives it.
Result<std::unique_ptr<IdTokenSigner>> make_id_token_signer(std::string_view pem, std::string issuer,
                                                            const Clock& clock);

/// Whom to believe. None of them is empty.
struct IdTokenRules {
  std::string issuer = "https://accounts.google.com";  ///< Google's may leave out its scheme in `iss`
  std::string audience;                                ///< exactly this
  std::string email;                                   ///< of the service account; verified
};

/// Verifies. Keys come from the issuer (for Google https://www.googleapis.com/oauth2/v3/certs, else by the
/// jwks_uri of its /.well-known/openid-configuration, which is https unless the issuer itself is http), are
/// kept as long as its Cache-Control says, and stay when it cannot be reached; an unknown key id asks for
/// them anew, once a minute at most. A token that was found good is not verified again until it runs out.
/// Thread safe; blocks while keys are fetched, not on the web client's thread.
class IdTokenVerifier {
 public:
  virtual ~IdTokenVerifier() = default;
  /// Errors: `bad_id_token` (invalid), with what is wrong; `no_issuer_keys` (unavailable): whether the token
  /// is good cannot be known now.
  virtual Result<void> verify(std::string_view token) = 0;
};

/// `web` and `clock` outlive it.
std::unique_ptr<IdTokenVerifier> make_id_token_verifier(IdTokenRules rules, WebClient& web,
                                                        const Clock& clock);

}  // namespace postrider
