#include "google/google_api.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/text.h"

namespace postrider {

namespace json = boost::json;

const json::object& member_object(const json::object& object, std::string_view name) {
  static const json::object kNone;
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_object() ? value->as_object() : kNone;
}

const json::array& member_array(const json::object& object, std::string_view name) {
  static const json::array kNone;
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_array() ? value->as_array() : kNone;
}

std::string member_text(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::int64_t member_number(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->as_int64() : 0;
}

GoogleError read_google_error(const WebAnswer& answer) {
  GoogleError error{.http = answer.status, .status = {}, .message = {}, .reason = {}};
  json::error_code bad;
  const auto body = json::parse(answer.body, bad);
  if (bad || !body.is_object()) return error;
  const auto& said = member_object(body.as_object(), "error");
  error.status = member_text(said, "status");
  error.message = one_line(member_text(said, "message"), 300);
  for (const auto& detail : member_array(said, "details")) {
    if (!detail.is_object()) continue;
    if (const auto reason = member_text(detail.as_object(), "reason"); !reason.empty()) error.reason = reason;
  }
  return error;
}

std::string ask_account(const Credentials& credentials, WebClient& web) {
  if (auto known = account_of(credentials)) return *known;
  const auto* server = std::get_if<MetadataServer>(&credentials);
  if (server == nullptr) return {};
  const auto answer =
      web.call({.url = server->url + "/computeMetadata/v1/instance/service-accounts/default/email",
                .headers = {{"Metadata-Flavor", "Google"}},
                .time = std::chrono::seconds{3},
                .most_bytes = 1024});
  const bool fine = answer && answer->status == 200 && answer->header("Metadata-Flavor") == "Google";
  return fine && answer->body.contains('@') ? answer->body : std::string();
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").contains(c);
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

Result<WebAnswer> GoogleApi::call(const WebRequest& request) {
  for (int tries = 0;; ++tries) {
    const auto token = tokens_.token();
    if (!token) return std::unexpected(token.error());
    auto asked = request;
    asked.headers.emplace_back("Authorization", "Bearer " + *token);
    asked.headers.emplace_back("Accept", "application/json");
    if (!quota_project_.empty()) asked.headers.emplace_back("x-goog-user-project", quota_project_);
    auto answer = web_.call(std::move(asked));
    if (!answer || answer->status != 401 || tries > 0) return answer;
    tokens_.forget(*token);
  }
}

}  // namespace postrider
