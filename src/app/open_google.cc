#include "app/open_google.h"

#include <cstdlib>
#include <filesystem>

#include "google/sheets_client.h"
#include "oauth/credentials.h"

namespace postrider {
namespace {

/// Whether the metadata server is worth asking. Elsewhere its name is only a slow way to learn that it is not
/// there.
bool at_google(const GoogleSettings& settings) {
  std::error_code ignored;
  return !settings.credentials.metadata.empty() || std::getenv("K_SERVICE") != nullptr ||
         std::filesystem::exists("/run/google-mds-mtls", ignored);
}

}  // namespace

Google open_google(const GoogleSettings& settings, WebClient* web, const Clock& clock) {
  Google google;
  auto places = settings.credentials;
  if (const char* home = std::getenv("HOME"); home != nullptr) places.home = home;
  auto credentials = find_google_credentials(places);
  if (!credentials) {
    google.trouble = credentials.error().message;
    return google;
  }
  if (std::holds_alternative<MetadataServer>(*credentials) && !at_google(settings)) return google;
  if (web == nullptr) {
    google.web = make_web_client();
    web = google.web.get();
  }
  google.sheets = make_google_sheets(std::move(*credentials), settings.sheets_url, *web, clock);
  return google;
}

}  // namespace postrider
