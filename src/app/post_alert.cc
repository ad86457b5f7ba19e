#include "app/post_alert.h"

#include <fmt/format.h>

#include <algorithm>

#include "campaign/loopback.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLongestUrl = 2000;
constexpr Micros kPatience = 10s;
constexpr std::size_t kMostBytes = 64 * 1024;

std::string_view authority_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == url.npos) return {};
  const auto rest = url.substr(scheme + 3);
  return rest.substr(0, rest.find_first_of("/?#\\"));
}

/// Of "host:port" or "[::1]:port"; empty: there is none.
std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    return end == authority.npos ? std::string_view() : authority.substr(1, end - 1);
  }
  return authority.substr(0, authority.find(':'));
}

}  // namespace

Result<void> check_alert_url(std::string_view url) {
  const auto wrong = [](std::string_view why) {
    return invalid("bad_alert_url", fmt::format("must be like https://hooks.example.org/alerts: {}", why));
  };
  const auto authority = authority_of(url);
  if (url.size() > kLongestUrl) return wrong(fmt::format("it has more than {} characters", kLongestUrl));
  if (std::ranges::any_of(url, [](char c) { return c <= ' ' || c > '~' || c == '\\'; }))
    return wrong("it holds a space or another character that URLs write as %20");
  if (url.contains('#')) return wrong("it has a fragment (#)");
  if (authority.contains('@')) return wrong("it holds a login; the receiver knows us by the signature");
  if (host_of(authority).empty()) return wrong("it names no server");
  if (!may_carry_secrets(url))
    return wrong("only https is posted to, and http on this machine (127.0.0.1, [::1], localhost)");
  return {};
}

std::string alert_url_trouble(std::string_view url, const TargetRules& targets) {
  const auto host = host_of(authority_of(url));
  const auto address = IpAddress::parse(is_loopback(host) && !IpAddress::parse(host) ? "127.0.0.1" : host);
  if (!address || targets.allows(*address)) return {};
  return fmt::format("{} is not a public address, and POSTRIDER_ALLOW_PRIVATE_TARGETS does not allow it.",
                     address->text());
}

Result<int> post_alert(WebClient& web, const std::string& url, const TargetRules& targets,
                       const AlertPost& post) {
  const auto answer = web.call({.method = "POST",
                                .url = url,
                                .headers = post.headers,
                                .body = post.body,
                                .time = kPatience,
                                .silence = kPatience,
                                .connect = kPatience,
                                .most_bytes = kMostBytes,
                                .targets = targets});
  if (!answer) return std::unexpected(answer.error());
  return answer->status;
}

}  // namespace postrider
