#include "http/recognise.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/token.h"

namespace postrider {
namespace {

constexpr std::size_t kLongestToken = 200;

/// The session's token among the cookies; the first of its name, as a browser sends none twice.
std::string_view session_token(const HttpHead& head) {
  for (const auto piece : split(head.header("Cookie"), ';')) {
    const auto cookie = trim(piece);
    const auto equals = cookie.find('=');
    if (equals != cookie.npos && cookie.substr(0, equals) == kSessionCookie) return cookie.substr(equals + 1);
  }
  return {};
}

/// Nothing: it is of another scheme.
std::optional<std::string_view> token_in(std::string_view credential) {
  constexpr std::string_view kScheme = "bearer ";
  if (credential.size() < kScheme.size() ||
      !equals_ignoring_case(credential.substr(0, kScheme.size()), kScheme))
    return std::nullopt;
  return trim(credential.substr(kScheme.size()));
}

std::expected<Caller, std::string> by_key(ActionContext& context, std::string_view credential) {
  const auto token = token_in(credential);
  if (!token) return std::unexpected("An API key is sent as: Authorization: Bearer KEY.");
  const auto now = context.clock.wall_now();
  if (token->empty() || token->size() > kLongestToken) return std::unexpected("The API key is not valid.");
  const auto key = context.accounts.find_key(token_hash(*token), now);
  if (!key)
    return std::unexpected("The API key is not valid: it was revoked, has expired, or never was one.");
  context.accounts.note_used(*key, now);
  return Caller{
      .kind = Caller::Kind::key, .name = "key:" + key->name, .role = key->role, .scopes = key->scopes};
}

}  // namespace

std::expected<Caller, std::string> recognise(ActionContext& context, const HttpHead& head) {
  const auto credential = head.header("Authorization");
  const auto token = session_token(head);
  if (head.count("Authorization") > 1) return std::unexpected("There is more than one Authorization header.");
  if (!credential.empty()) return by_key(context, credential);
  if (token.empty()) return Caller{};
  const auto now = context.clock.wall_now();
  const auto found =
      token.size() > kLongestToken ? std::nullopt : context.accounts.find_session(token_hash(token), now);
  if (!found) return std::unexpected("The session has ended. Sign in again.");
  context.accounts.note_seen(found->session, now);
  return Caller{.kind = Caller::Kind::session,
                .name = "account:" + found->account.name,
                .role = found->account.role,
                .scopes = {},
                .account = found->account.id,
                .session_token = std::string(token)};
}

std::string_view bearer_token(const HttpHead& head) {
  if (head.count("Authorization") != 1) return {};
  return token_in(head.header("Authorization")).value_or("");
}

std::string session_cookie(std::string_view token, Micros life) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(life).count();
  return fmt::format("{}={}; Path=/; Max-Age={}; Secure; HttpOnly; SameSite=Lax", kSessionCookie, token,
                     seconds);
}

std::string no_session_cookie() {
  return fmt::format("{}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax", kSessionCookie);
}

}  // namespace postrider
