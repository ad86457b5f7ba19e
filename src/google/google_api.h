#pragma once
// GoogleApi: a request to one of Google's REST APIs with an access token; a token that is refused although it
// should be valid is replaced once. For this room's clients. Blocking, thread safe.

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "oauth/credentials.h"
#include "oauth/token_source.h"
#include "web/web_client.h"

namespace postrider {

/// What Google says is wrong: {"error":{"code":403,"message":"…","status":"PERMISSION_DENIED"}}.
struct GoogleError {
  int http = 0;         ///< the answer's status
  std::string status;   ///< "PERMISSION_DENIED"; empty: the answer was no answer of Google's
  std::string message;  ///< one line
  std::string reason;   ///< of an ErrorInfo: "RATE_LIMIT_EXCEEDED", "SERVICE_DISABLED"
};
GoogleError read_google_error(const WebAnswer& answer);

class GoogleApi {
 public:
  /// All outlive it. `quota_project`: of x-goog-user-project; empty: none.
  GoogleApi(WebClient& web, TokenSource& tokens, std::string quota_project)
      : web_(web), tokens_(tokens), quota_project_(std::move(quota_project)) {}

  /// The answer, of any status. Errors are the token's and the network's.
  Result<WebAnswer> call(const WebRequest& request);

 private:
  WebClient& web_;
  TokenSource& tokens_;
  const std::string quota_project_;
};

/// Whose credentials these are, an email address; the metadata server is asked, for three seconds at most.
/// Empty: it is not known.
std::string ask_account(const Credentials& credentials, WebClient& web);

/// Percent-encoded but for what stands for itself everywhere in a URL (RFC 3986, section 2.3).
std::string percent_encoded(std::string_view text);

/// A JSON object's member that is an object, an array, a text or a whole number; an empty one if it is not
/// there.
const boost::json::object& member_object(const boost::json::object& object, std::string_view name);
const boost::json::array& member_array(const boost::json::object& object, std::string_view name);
std::string member_text(const boost::json::object& object, std::string_view name);
std::int64_t member_number(const boost::json::object& object, std::string_view name);

}  // namespace postrider
