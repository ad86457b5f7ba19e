#include "google/sheets_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <thread>

#include "google/google_api.h"
#include "google/value_rows.h"

namespace postrider {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto kTime = 60s;
constexpr auto kReadTime = 170s;                         // Google itself gives a request up after 180 s
constexpr auto kFirstPause = 300ms, kLastPause = 900ms;  // between two tries: three in all
constexpr auto kAnchorKey = "postrider-status";
constexpr std::size_t kMostJson = 64 << 20;
constexpr std::size_t kLongestRead = 160 << 20;

/// A cell as it is shown; also numbers and truth values, should a server send them as such.
std::string cell_text(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  if (value.is_bool()) return value.as_bool() ? "TRUE" : "FALSE";
  return value.is_null() ? std::string() : json::serialize(value);
}

class GoogleSheets final : public Sheets {
 public:
  GoogleSheets(Credentials credentials, std::string url, WebClient& web, const Clock& clock)
      : url_(std::move(url)),
        credentials_(std::move(credentials)),
        web_(web),
        tokens_(make_token_source(credentials_, kSheetsScope, web, clock)),
        api_(web, *tokens_, quota_project()) {}

  Result<SheetOutline> outline(const std::string& id) override {
    const auto body = ask(
        {.url = sheet(id) + "?includeGridData=false&fields=properties.title,sheets.properties(sheetId,title,"
                            "sheetType,gridProperties(rowCount,columnCount))",
         .time = kTime});
    if (!body) return std::unexpected(body.error());
    SheetOutline outline{.title = member_text(member_object(*body, "properties"), "title"), .tabs = {}};
    for (const auto& one : member_array(*body, "sheets")) {
      if (!one.is_object()) continue;
      const auto& properties = member_object(one.as_object(), "properties");
      if (const auto type = member_text(properties, "sheetType"); !type.empty() && type != "GRID") continue;
      const auto& grid = member_object(properties, "gridProperties");
      outline.tabs.push_back({.id = member_number(properties, "sheetId"),
                              .title = member_text(properties, "title"),
                              .rows = member_number(grid, "rowCount"),
                              .columns = member_number(grid, "columnCount")});
    }
    if (outline.tabs.empty()) return nonsense();
    return outline;
  }

  Result<std::unique_ptr<SheetRows>> read(const std::string& id, const SheetRange& range) override {
    std::unique_ptr<ValueRows> rows;
    std::size_t bytes = 0;
    bool odd = false;
    WebRequest request{.url = sheet(id) + "/values/" + percent_encoded(to_a1(range)) +
                              "?majorDimension=ROWS&valueRenderOption=FORMATTED_VALUE",
                       .time = kReadTime,
                       .silence = kReadTime};
    std::exception_ptr fault;  // must not pass through the library that calls this
    request.piece = [&](std::string_view piece) {
      bytes += piece.size();
      try {
        odd = bytes <= kLongestRead && !rows->take(piece);
      } catch (const Fault&) {
        fault = std::current_exception();
      }
      return bytes <= kLongestRead && !odd && !fault;
    };
    const auto answer = patiently([&] {
      rows = std::make_unique<ValueRows>();
      bytes = 0;
      return api_.call(request);
    });
    if (fault) std::rethrow_exception(fault);
    if (bytes > kLongestRead) {
      return invalid(
          "sheet_too_large",
          fmt::format("The range has more than {} MB of text. Name a smaller one, or save it as CSV.",
                      kLongestRead >> 20));
    }
    if (odd) return nonsense();
    if (!answer) return std::unexpected(no_answer(answer.error()));
    if (answer->status != 200) return std::unexpected(error_of(*answer));
    if (!rows->finish()) return nonsense();
    return rows;
  }

  Result<std::vector<std::vector<std::vector<std::string>>>> read_columns(
      const std::string& id, const std::vector<SheetRange>& ranges) override {
    std::string query = "?majorDimension=ROWS&valueRenderOption=FORMATTED_VALUE";
    for (const auto& range : ranges) query += "&ranges=" + percent_encoded(to_a1(range));
    const auto body =
        ask({.url = sheet(id) + "/values:batchGet" + query, .time = kReadTime, .silence = kReadTime});
    if (!body) return std::unexpected(body.error());
    std::vector<std::vector<std::vector<std::string>>> all;
    for (const auto& range : member_array(*body, "valueRanges")) {
      auto& rows = all.emplace_back();
      if (!range.is_object()) return nonsense();
      for (const auto& row : member_array(range.as_object(), "values")) {
        auto& cells = rows.emplace_back();
        if (!row.is_array()) return nonsense();
        for (const auto& cell : row.as_array()) cells.push_back(cell_text(cell));
      }
    }
    if (all.size() != ranges.size()) return nonsense();
    return all;
  }

  Result<std::int64_t> anchor(const std::string& id, std::int64_t tab, std::int64_t column) override {
    const json::object place{
        {"sheetId", tab}, {"dimension", "COLUMNS"}, {"startIndex", column - 1}, {"endIndex", column}};
    const json::object metadata{{"metadataKey", kAnchorKey},
                                {"visibility", "DOCUMENT"},
                                {"location", json::object{{"dimensionRange", place}}}};
    const auto answer = change(id, "createDeveloperMetadata", {{"developerMetadata", metadata}});
    if (!answer) return std::unexpected(answer.error());
    const auto& replies = member_array(*answer, "replies");
    if (replies.empty() || !replies.front().is_object()) return nonsense();
    const auto& reply = member_object(replies.front().as_object(), "createDeveloperMetadata");
    const auto number = member_number(member_object(reply, "developerMetadata"), "metadataId");
    if (number == 0) return nonsense();
    return number;
  }

  Result<std::int64_t> anchored(const std::string& id, std::int64_t anchor) override {
    const auto answer =
        ask({.url = fmt::format("{}/developerMetadata/{}", sheet(id), anchor), .time = kTime});
    // A sheet that is gone was not found before this.
    if (!answer && answer.error().code == "sheet_not_found") return 0;
    if (!answer) return std::unexpected(answer.error());
    const auto& range = member_object(member_object(*answer, "location"), "dimensionRange");
    return member_text(range, "dimension") == "COLUMNS" ? member_number(range, "startIndex") + 1 : 0;
  }

  Result<void> write(const std::string& id, std::int64_t anchor,
                     const std::vector<CellWrite>& writes) override {
    json::array cells;  // of the whole column, from its first row on; null leaves one alone
    for (const auto& write : writes) {
      cells.resize(static_cast<std::size_t>(write.row - 1));
      for (const auto& text : write.below) cells.emplace_back(text);
    }
    json::array columns;
    columns.emplace_back(std::move(cells));
    const json::object data{
        {"dataFilter", json::object{{"developerMetadataLookup", json::object{{"metadataId", anchor}}}}},
        {"majorDimension", "COLUMNS"},
        {"values", std::move(columns)}};
    return done(post(sheet(id) + "/values:batchUpdateByDataFilter",
                     {{"valueInputOption", "RAW"}, {"data", json::array{data}}}));
  }

  Result<void> widen(const std::string& id, std::int64_t tab, std::int64_t columns) override {
    return done(
        change(id, "appendDimension", {{"sheetId", tab}, {"dimension", "COLUMNS"}, {"length", columns}}));
  }

  std::string account() override { return ask_account(credentials_, web_); }

 private:
  std::string quota_project() const {
    const auto* consent = std::get_if<Consent>(&credentials_);
    return consent == nullptr ? std::string() : consent->quota_project;
  }
  std::string sheet(const std::string& id) const { return url_ + "/v4/spreadsheets/" + id; }

  /// What passes by itself is asked again a few times: every request here may be repeated.
  template <class Ask>
  static Result<WebAnswer> patiently(Ask ask) {
    for (auto pause = kFirstPause;; pause *= 3) {
      auto answer = ask();
      const bool passes = answer ? answer->status >= 500 : answer.error().code == "connection_broke";
      if (!passes || pause > kLastPause) return answer;
      std::this_thread::sleep_for(pause);
    }
  }

  static std::unexpected<Error> nonsense() {
    return unavailable("sheet_unavailable",
                       "What answers in the place of Google Sheets is not Google Sheets, or its "
                       "answer broke off. Try again.");
  }

  Result<json::object> ask(WebRequest request) {
    request.most_bytes = kMostJson;
    const auto answer = patiently([&] { return api_.call(request); });
    if (!answer) return std::unexpected(no_answer(answer.error()));
    if (answer->status != 200) return std::unexpected(error_of(*answer));
    json::error_code bad;
    auto body = json::parse(answer->body, bad);
    if (bad || !body.is_object()) return nonsense();
    return std::move(body.as_object());
  }

  Result<json::object> post(std::string url, const json::object& body) {
    return ask({.method = "POST",
                .url = std::move(url),
                .headers = {{"Content-Type", "application/json"}},
                .body = json::serialize(body),
                .time = kTime,
                .silence = kTime});
  }
  /// One change of the sheet's own build, by the name of its kind.
  Result<json::object> change(const std::string& id, std::string_view kind, const json::object& what) {
    return post(sheet(id) + ":batchUpdate",
                {{"requests", json::array{json::object{{std::string(kind), what}}}}});
  }
  static Result<void> done(const Result<json::object>& answer) {
    if (!answer) return std::unexpected(answer.error());
    return {};
  }

  static Error no_answer(const Error& error) {
    if (error.code == "no_credentials")
      return {Error::Kind::unavailable, "sheets_not_configured", error.message};
    if (error.code == "answer_too_large")
      return {Error::Kind::invalid, "sheet_too_large", "Google's answer is too long: name a smaller range."};
    if (error.code.starts_with("oauth_") || error.code == "bad_private_key") return error;
    return {Error::Kind::unavailable, "sheet_unavailable", "Google Sheets does not answer: " + error.message};
  }

  Error error_of(const WebAnswer& answer) {
    const auto said = read_google_error(answer);
    const auto because =
        said.message.empty() ? std::string() : fmt::format(" (Google says: {})", said.message);
    if (said.status.empty()) {
      return {Error::Kind::unavailable, "sheet_unavailable",
              fmt::format("Google Sheets answered {} without saying why. Try again.", said.http)};
    }
    switch (said.http) {
      case 400:
        return {Error::Kind::invalid, "bad_sheet_range",
                fmt::format("Google does not take the range{}.", because)};
      case 401:
        return {Error::Kind::invalid, "oauth_refused",
                fmt::format("Google does not accept the credentials{}.", because)};
      case 403:
        if (said.reason == "SERVICE_DISABLED" || said.message.contains("API has not been used")) {
          return {
              Error::Kind::invalid, "sheets_not_configured",
              fmt::format("The Google Sheets API is not enabled in the credentials' project{}.", because)};
        }
        if (said.reason == "RATE_LIMIT_EXCEEDED") return quota(because);
        return {Error::Kind::invalid, "sheet_no_access",
                fmt::format("There is no access to the sheet. {}", share())};
      case 404:
        return {
            Error::Kind::not_found, "sheet_not_found",
            "There is no such sheet. Check its address; if it is right, it was deleted, or it is not shared."};
      case 429:
        return quota(because);
      default:
        return {Error::Kind::unavailable, "sheet_unavailable",
                fmt::format("Google Sheets cannot answer now, status {}{}. Try again.", said.http, because)};
    }
  }
  static Error quota(const std::string& because) {
    return {Error::Kind::unavailable, "sheet_quota",
            fmt::format("Google's quota for sheets is used up for the moment{}. Try again in a minute.",
                        because)};
  }
  std::string share() {
    const auto who = account();
    return who.empty() ? "Share it with the account of the credentials as Editor."
                       : fmt::format("Share the sheet with {} as Editor.", who);
  }

  const std::string url_;
  const Credentials credentials_;
  WebClient& web_;
  std::unique_ptr<TokenSource> tokens_;
  GoogleApi api_;
};

}  // namespace

std::unique_ptr<Sheets> make_google_sheets(Credentials credentials, std::string url, WebClient& web,
                                           const Clock& clock) {
  return std::make_unique<GoogleSheets>(std::move(credentials), std::move(url), web, clock);
}

}  // namespace postrider
