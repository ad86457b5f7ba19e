#include "http/cloud_tasks/route.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "base/text.h"

namespace postrider::cloud_tasks {
namespace {

constexpr std::size_t kMostParameters = 50;
constexpr std::string_view kService = "google.cloud.tasks.";

/// A path in its pieces: decoded segments behind the version, and what stands behind the last colon of the
/// last one. The colon is looked for before anything is decoded, for ids may hold an encoded one.
struct Path {
  unsigned version = 0;
  std::vector<std::string> segments;
  std::string verb;
};

Path read_path(const boost::urls::url_view& url) {
  Path path;
  const auto encoded = url.encoded_segments();
  const auto count = encoded.size();
  std::size_t at = 0;
  for (const auto segment : encoded) {
    std::string_view raw(segment.data(), segment.size());
    ++at;
    if (at == 1 && raw == "v2") {
      path.version = kV2;
    } else if (at == 1 && raw == "v1") {
      path.version = kV1;
    } else {
      if (at == 1) path.version = kBare;
      const auto colon = at == count ? raw.rfind(':') : raw.npos;
      if (colon != raw.npos) path.verb = raw.substr(colon + 1);
      path.segments.push_back(boost::urls::pct_string_view(segment.substr(0, colon)).decode());
    }
  }
  return path;
}

/// Whether the segments are as `pattern` says; then what stood for its stars.
bool matches(std::string_view pattern, const std::vector<std::string>& segments,
             std::vector<std::string>& names) {
  const auto pieces = split(pattern, '/');
  if (pieces.size() != segments.size()) return false;
  names.clear();
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i] == "*") {
      names.push_back(segments[i]);
    } else if (pieces[i] != segments[i]) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool is_ours(std::string_view target) {
  const auto path = target.substr(0, target.find('?'));
  if (!path.starts_with('/')) return false;
  const auto rest = path.substr(1);
  return rest.starts_with("v2/") || rest.starts_with("v1/projects/") || rest.starts_with("projects/") ||
         rest.starts_with(kService);
}

std::optional<Route> find_route(std::string_view http_method, std::string_view target) {
  const auto url = boost::urls::parse_origin_form(boost::urls::string_view(target.data(), target.size()));
  if (!url) return std::nullopt;
  Route route;
  for (const auto parameter : url->params()) {
    if (route.query.size() >= kMostParameters) return std::nullopt;
    route.query[parameter.key] = parameter.value;
  }
  const auto path = read_path(*url);
  route.is_grpc = path.segments.size() == 2 && path.segments[0].starts_with(kService);
  for (const auto& method : methods()) {
    if (method.http != http_method || method.verb != path.verb || (method.versions & path.version) == 0)
      continue;
    if (!matches(method.path, path.segments, route.names)) continue;
    route.method = &method;
    const auto named = path.segments.size() / 2 * 2;
    for (std::size_t i = 0; i < named; ++i) route.resource += (i == 0 ? "" : "/") + path.segments[i];
    break;
  }
  return route;
}

}  // namespace postrider::cloud_tasks
