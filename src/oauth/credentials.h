#pragma once
// Credentials: what somebody was given to prove to Google (or another OAuth 2.0 server) who they are, in the
// forms in which Google writes them: a service account's key, a person's consent (authorized_user), or the
// metadata server of the machine. Reading them touches files only, never the network.

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

namespace postrider {

/// A robot with a key pair: it signs for itself (RFC 7523).
struct ServiceAccount {
  std::string email;
  std::string private_key;  ///< PEM
  std::string key_id;
  std::string token_uri;
};

/// Somebody who consented once (RFC 6749, section 6).
struct Consent {
  std::string client_id, client_secret, refresh_token;
  std::string token_uri;
  std::string scope = {};          ///< asked for at each refresh; empty: the one consented to
  std::string quota_project = {};  ///< of x-goog-user-project; empty: none
};

/// A machine at Google whose metadata server hands tokens out.
struct MetadataServer {
  std::string url = "http://metadata.google.internal";
};

using Credentials = std::variant<ServiceAccount, Consent, MetadataServer>;

/// What a credentials file of Google's holds. `called` names it in errors, which never quote what it holds.
Result<Credentials> parse_google_credentials(std::string_view text, std::string_view called);

/// Where credentials may be; empty: not there.
struct CredentialPlaces {
  std::string file;         ///< GOOGLE_CREDENTIALS_FILE
  std::string json;         ///< GOOGLE_CREDENTIALS_JSON
  std::string application;  ///< GOOGLE_APPLICATION_CREDENTIALS
  std::string cloud_sdk;    ///< CLOUDSDK_CONFIG
  std::string home;
  std::string metadata;  ///< GCE_METADATA_HOST: a host, perhaps with a port; empty: Google's
};

/// The first there is, in that order; application_default_credentials.json of the cloud SDK comes after
/// `application`, the metadata server last. A place that is named but cannot be used is an error.
Result<Credentials> find_google_credentials(const CredentialPlaces& places);

/// Whom a resource has to be shared with: the service account's address; nothing when it is not known here.
std::optional<std::string> account_of(const Credentials& credentials);

}  // namespace postrider
