#include "app/mailbox_tokens.h"

#include <fmt/format.h>

#include "oauth/token_source.h"

namespace postrider {
namespace {

/// What no token means to a session.
Trouble trouble_of(const Error& error) {
  const bool later = error.kind == Error::Kind::unavailable;
  return {later ? Trouble::Kind::no_token : Trouble::Kind::consent, Stage::connect, {}, error.message};
}

class SourcedTokens final : public AccessTokens {
 public:
  explicit SourcedTokens(std::unique_ptr<TokenSource> source) : source_(std::move(source)) {}

  void token(Done done) override {
    source_->token([done = std::move(done)](Result<std::string> token) {
      if (token) return done(std::move(*token));
      done(std::unexpected(trouble_of(token.error())));
    });
  }
  void forget(const std::string& token) override { source_->forget(token); }

 private:
  const std::unique_ptr<TokenSource> source_;
};

}  // namespace

MailboxTokens::MailboxTokens(CampaignStore& store, const SecretBox& secrets, const Clock& clock, Log& log)
    : store_(store), secrets_(secrets), clock_(clock), log_(log) {}

Result<std::shared_ptr<AccessTokens>> MailboxTokens::of(const Mailbox& mailbox) {
  const auto& oauth = *mailbox.oauth;
  const std::lock_guard lock(mutex_);
  const auto kept = kept_.find(mailbox.id);
  if (kept != kept_.end() && kept->second.revision == oauth.revision) return kept->second.tokens;

  if (!may_carry_secrets(oauth.token_uri)) {
    return invalid("bad_token_uri", "The OAuth token URI must be https, or http to this machine itself.");
  }
  auto secret = secrets_.open(oauth.client_secret_sealed);
  if (!secret) return std::unexpected(secret.error());
  auto refresh_token = secrets_.open(oauth.refresh_token_sealed);
  if (!refresh_token) return std::unexpected(refresh_token.error());
  if (!web_) web_ = make_web_client();
  Consent consent{.client_id = oauth.client_id,
                  .client_secret = std::move(*secret),
                  .refresh_token = std::move(*refresh_token),
                  .token_uri = oauth.token_uri,
                  .scope = oauth.scope};
  auto rotated = [&store = store_, &secrets = secrets_, &log = log_, id = mailbox.id, name = mailbox.name,
                  revision = oauth.revision](const std::string& renewed) {
    try {
      store.keep_refresh_token(id, revision, secrets.seal(renewed));
    } catch (const std::exception& fault) {  // the web client's thread: it serves others, too
      log.write(LogLevel::error, "refresh_token_not_stored", {{"mailbox", name}, {"why", fault.what()}});
    }
  };
  auto tokens = std::make_shared<SourcedTokens>(
      make_token_source(std::move(consent), {}, *web_, clock_, std::move(rotated)));
  kept_.insert_or_assign(mailbox.id, Kept{oauth.revision, tokens});
  return tokens;
}

}  // namespace postrider
