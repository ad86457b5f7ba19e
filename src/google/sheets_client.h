#pragma once
// The Sheets API v4 behind the seam campaign/sheets.h
// (developers.google.com/workspace/sheets/api/reference/rest).

#include <memory>
#include <string>

#include "campaign/sheets.h"
#include "oauth/credentials.h"
#include "oauth/token_source.h"
#include "web/web_client.h"

namespace postrider {

inline constexpr const char* kSheetsUrl = "https://sheets.googleapis.com";
inline constexpr const char* kSheetsScope = "https://www.googleapis.com/auth/spreadsheets";

/// `web` and `clock` outlive it. `url`: kSheetsUrl, or another server that speaks the same.
std::unique_ptr<Sheets> make_google_sheets(Credentials credentials, std::string url, WebClient& web,
                                           const Clock& clock);

}  // namespace postrider
