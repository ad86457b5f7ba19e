#include "app/open_alarms.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>

#include "base/text.h"
#include "google/cloud_tasks_client.h"

namespace postrider {
namespace {

constexpr std::size_t kLongestToken = 10'000;

/// The token in a file, read for each request, so that it may be replaced while the server runs.
class TokenFile final : public TokenSource {
 public:
  explicit TokenFile(std::string file) : file_(std::move(file)) {}

  void token(Done done) override {
    std::ifstream in(file_, std::ios::binary);
    std::string text(kLongestToken, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    auto token = std::string(trim(text));
    if (token.empty() || token.find_first_of("\r\n ") != token.npos) {
      return done(
          invalid("no_credentials",
                  fmt::format("The file {} (CLOUDSDK_AUTH_ACCESS_TOKEN_FILE) holds no token.", file_)));
    }
    done(std::move(token));
  }
  void forget(const std::string&) override {}

 private:
  const std::string file_;
};

}  // namespace

Result<AlarmQueue> open_alarms(const Settings& settings, WebClient& web, const Clock& clock) {
  const auto& ours = settings.cloud_tasks;
  if (!ours.rings) return AlarmQueue{};
  CloudTasksOptions options{.queue = ours.queue.text(), .target = ours.service_url};
  if (!ours.trust_platform) {
    options.identity = ours.oidc_email;
    options.audience = ours.oidc_audience;
  }
  options.url = ours.base_url;
  // Whoever else answers as Cloud Tasks never sees us ask Google, nor Google the token that is meant for it.
  if (ours.base_url != kCloudTasksUrl) options.iam_url = ours.base_url;
  AlarmQueue queue;
  if (!ours.token_file.empty()) {
    queue.tokens = std::make_unique<TokenFile>(ours.token_file);
    queue.alarms = make_google_alarms(std::move(options), *queue.tokens, ours.token_file, web, clock);
    return queue;
  }
  auto places = settings.google.credentials;
  if (const char* home = std::getenv("HOME"); home != nullptr) places.home = home;
  auto credentials = find_google_credentials(places);
  if (!credentials) return std::unexpected(credentials.error());
  queue.alarms = make_google_alarms(std::move(options), std::move(*credentials), web, clock);
  return queue;
}

}  // namespace postrider
