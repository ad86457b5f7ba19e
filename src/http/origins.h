#pragma once
// Origins: which other sites' pages may call the API from a browser (CORS_ORIGINS, the CORS protocol of the
// Fetch standard). An origin that is listed by name may also send the session's cookie and change things
// with it, as our own pages may; `*` lets every page call with an API key of its own and never with a
// cookie. Immutable.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace postrider {

class Origins {
 public:
  /// "https://app.example.org, http://localhost:3000", or "*"; empty: none. An error says what is wrong.
  static Result<Origins> parse(std::string_view list);

  /// Whether this very origin is listed by name.
  bool lists(std::string_view origin) const;
  /// What every answer to this request says of it.
  HttpHeaders headers(const HttpHead& head) const;
  /// The answer to a browser that asks before it sends (a preflight); nothing: it is none, or not for us.
  /// It is the same for every path, so it tells nothing of what there is.
  std::optional<HttpAnswer> preflight(const HttpHead& head) const;

 private:
  bool allows(std::string_view origin) const { return !origin.empty() && (any_ || lists(origin)); }

  bool any_ = false;
  std::vector<std::string> listed_;
};

}  // namespace postrider
