#include "http/origins.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "base/text.h"

namespace postrider {
namespace {

constexpr auto kMethods = "GET, HEAD, POST, PUT, PATCH, DELETE";
constexpr auto kTaken = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Request-Id";
constexpr auto kShown =
    "Content-Disposition, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, "
    "X-Request-Id, X-Total-Count";

/// Written as browsers write it: scheme, host, and a port that is not the scheme's own; nothing else.
bool is_origin(std::string_view text) {
  const auto url = boost::urls::parse_uri(text);
  if (!url || lower_ascii(text) != text) return false;
  const bool https = url->scheme() == "https";
  if ((!https && url->scheme() != "http") || url->host().empty() || url->has_userinfo()) return false;
  if (url->has_port() && (url->port_number() == 0 || url->port_number() == (https ? 443 : 80))) return false;
  return url->encoded_path().empty() && !url->has_query() && !url->has_fragment();
}

}  // namespace

Result<Origins> Origins::parse(std::string_view list) {
  Origins origins;
  if (trim(list).empty()) return origins;
  if (trim(list) == "*") {
    origins.any_ = true;
    return origins;
  }
  for (const auto piece : split(list, ',')) {
    const auto text = trim(piece);
    if (!is_origin(text)) {
      return invalid(
          "bad_origin",
          fmt::format("\"{}\" is no origin such as https://app.example.org: small letters, no path, "
                      "and no port that is the scheme's own; * stands alone",
                      one_line(text, 100)));
    }
    origins.listed_.emplace_back(text);
  }
  return origins;
}

bool Origins::lists(std::string_view origin) const {
  return std::ranges::find(listed_, origin) != listed_.end();
}

HttpHeaders Origins::headers(const HttpHead& head) const {
  HttpHeaders all;
  if (!any_ && listed_.empty()) return all;
  if (!any_) all.emplace_back("Vary", "Origin");
  const auto origin = head.header("Origin");
  if (head.count("Origin") != 1 || !allows(origin)) return all;
  all.emplace_back("Access-Control-Allow-Origin", any_ ? "*" : std::string(origin));
  if (!any_) all.emplace_back("Access-Control-Allow-Credentials", "true");
  all.emplace_back("Access-Control-Expose-Headers", kShown);
  return all;
}

std::optional<HttpAnswer> Origins::preflight(const HttpHead& head) const {
  if (head.method != "OPTIONS" || head.header("Access-Control-Request-Method").empty() ||
      head.count("Origin") != 1 || !allows(head.header("Origin"))) {
    return std::nullopt;
  }
  HttpAnswer answer{.status = 204, .content_type = {}};
  answer.set("Access-Control-Allow-Methods", kMethods);
  answer.set("Access-Control-Allow-Headers", kTaken);
  answer.set("Access-Control-Max-Age", "600");
  return answer;
}

}  // namespace postrider
