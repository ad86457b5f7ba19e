#include "oauth/credentials.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "web/web_client.h"

namespace postrider {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestFile = 64 * 1024;
constexpr const char* kGoogleTokens = "https://oauth2.googleapis.com/token";

std::unexpected<Error> wrong(std::string_view called, std::string_view why) {
  return invalid("bad_google_credentials",
                 fmt::format("{} holds no credentials that can be used: {}. Google's console makes a service "
                             "account's key as a JSON file; that file is meant.",
                             called, why));
}

std::string text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

Result<std::string> token_uri_of(const json::object& object, std::string_view called) {
  auto uri = text_of(object, "token_uri");
  if (uri.empty()) uri = kGoogleTokens;
  if (!may_carry_secrets(uri)) return wrong(called, "its token_uri is not https");
  return uri;
}

Result<Credentials> read_file(const std::string& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    return invalid("bad_google_credentials", fmt::format("Cannot read the Google credentials {}: {}.", file,
                                                         error ? error.message() : "it is not a file"));
  }
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  std::string text(kLongestFile + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (!in && in.gcount() == 0)) {
    return invalid("bad_google_credentials", fmt::format("Cannot read the Google credentials {}: {}.", file,
                                                         errno != 0 ? std::strerror(errno) : "it is empty"));
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  return parse_google_credentials(text, file);
}

std::string default_file(const CredentialPlaces& places) {
  const std::filesystem::path folder = !places.cloud_sdk.empty() ? std::filesystem::path(places.cloud_sdk)
                                       : !places.home.empty()
                                           ? std::filesystem::path(places.home) / ".config/gcloud"
                                           : std::filesystem::path();
  return folder.empty() ? std::string() : (folder / "application_default_credentials.json").string();
}

}  // namespace

Result<Credentials> parse_google_credentials(std::string_view text, std::string_view called) {
  if (text.size() > kLongestFile) return wrong(called, "it is too long");
  json::error_code bad;
  const auto value = json::parse(text, bad);
  if (bad || !value.is_object()) return wrong(called, "it is no JSON object");
  const auto& object = value.as_object();
  const auto type = text_of(object, "type");
  auto token_uri = token_uri_of(object, called);
  if (!token_uri) return std::unexpected(token_uri.error());
  if (type == "service_account") {
    ServiceAccount account{.email = text_of(object, "client_email"),
                           .private_key = text_of(object, "private_key"),
                           .key_id = text_of(object, "private_key_id"),
                           .token_uri = std::move(*token_uri)};
    if (account.email.empty()) return wrong(called, "client_email is missing");
    if (!account.private_key.contains("PRIVATE KEY")) return wrong(called, "private_key is missing");
    return account;
  }
  if (type == "authorized_user") {
    Consent consent{.client_id = text_of(object, "client_id"),
                    .client_secret = text_of(object, "client_secret"),
                    .refresh_token = text_of(object, "refresh_token"),
                    .token_uri = std::move(*token_uri),
                    .quota_project = text_of(object, "quota_project_id")};
    if (consent.client_id.empty() || consent.refresh_token.empty())
      return wrong(called, "client_id or refresh_token is missing");
    return consent;
  }
  if (type.empty()) return wrong(called, "it does not say its type");
  return wrong(called, "its type is neither service_account nor authorized_user");
}

Result<Credentials> find_google_credentials(const CredentialPlaces& places) {
  if (!places.file.empty()) return read_file(places.file);
  if (!places.json.empty()) return parse_google_credentials(places.json, "GOOGLE_CREDENTIALS_JSON");
  if (!places.application.empty()) return read_file(places.application);
  const auto usual = default_file(places);
  std::error_code ignored;
  if (!usual.empty() && std::filesystem::exists(usual, ignored)) return read_file(usual);
  MetadataServer server;
  if (!places.metadata.empty()) server.url = "http://" + places.metadata;
  return server;
}

std::optional<std::string> account_of(const Credentials& credentials) {
  if (const auto* account = std::get_if<ServiceAccount>(&credentials)) return account->email;
  return std::nullopt;
}

}  // namespace postrider
