#include "actions/mailbox_oauth.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "campaign/mailbox_preset.h"

namespace postrider {
namespace {

constexpr std::size_t kLongestSecret = 8 * 1024;

Result<std::string> seal(const ActionContext& context, std::string_view what, std::string_view clear) {
  const auto secret = trim(clear);
  const auto odd = [](char c) { return c <= ' ' || c > '~'; };
  if (secret.size() > kLongestSecret || std::ranges::any_of(secret, odd)) {
    return invalid(
        "bad_oauth_secret",
        fmt::format("The {} must be at most {} visible characters, without blanks.", what, kLongestSecret));
  }
  return context.secrets.seal(secret);
}

/// Token URI and scope: what was said, else what is known of the provider behind the host.
Result<void> find_token_server(const MailboxChange& change, std::string_view host, MailboxOAuth& oauth) {
  const auto* preset = preset_of_host(host);
  if (change.oauth_token_uri) {
    oauth.token_uri = std::string(trim(*change.oauth_token_uri));
  } else if (oauth.token_uri.empty() || change.oauth_tenant) {
    auto uri = token_uri_of(preset ? *preset : mailbox_presets().back(), change.oauth_tenant.value_or(""));
    if (!uri) return std::unexpected(uri.error());
    oauth.token_uri = std::move(*uri);
    if (preset != nullptr && oauth.scope.empty()) oauth.scope = preset->scope;
  }
  if (change.oauth_scope) oauth.scope = std::string(trim(*change.oauth_scope));
  return {};
}

}  // namespace

bool changes_oauth(const MailboxChange& change) {
  return change.oauth_client_id || change.oauth_client_secret || change.oauth_refresh_token ||
         change.oauth_token_uri || change.oauth_scope || change.oauth_tenant;
}

Result<void> merge_oauth(ActionContext& context, const MailboxChange& change, Mailbox& mailbox) {
  if (!changes_oauth(change)) return {};
  const std::string client(
      trim(change.oauth_client_id.value_or(mailbox.oauth ? mailbox.oauth->client_id : "")));
  if (change.oauth_client_id && (client.empty() || client == "none")) {
    mailbox.oauth.reset();
    return {};
  }
  if (client.empty()) {
    return invalid("no_client_id",
                   fmt::format("Mailbox {} does not log in by OAuth: name the client, --oauth-client-id ID.",
                               mailbox.name));
  }
  auto oauth = mailbox.oauth.value_or(MailboxOAuth{});
  oauth.client_id = client;
  if (const auto found = find_token_server(change, mailbox.host, oauth); !found) return found;
  if (change.oauth_client_secret) {
    auto sealed = seal(context, "client secret", *change.oauth_client_secret);
    if (!sealed) return std::unexpected(sealed.error());
    oauth.client_secret_sealed = std::move(*sealed);
  }
  if (change.oauth_refresh_token && !trim(*change.oauth_refresh_token).empty()) {
    auto sealed = seal(context, "refresh token", *change.oauth_refresh_token);
    if (!sealed) return std::unexpected(sealed.error());
    oauth.refresh_token_sealed = std::move(*sealed);
  }
  if (oauth.refresh_token_sealed.empty() ||
      (change.oauth_refresh_token && trim(*change.oauth_refresh_token).empty())) {
    return invalid(
        "no_refresh_token",
        fmt::format("Mailbox {} needs a refresh token: set POSTRIDER_OAUTH_REFRESH_TOKEN or type it "
                    "when asked.",
                    mailbox.name));
  }
  oauth.revision = std::max(oauth.revision + 1, to_micros(context.clock.wall_now()));
  mailbox.oauth = std::move(oauth);
  return {};
}

}  // namespace postrider
