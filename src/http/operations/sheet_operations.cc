// Google Sheets as lists. Not connected yet: what is asked is judged, then answered "not configured".

#include <boost/json.hpp>
#include <regex>

#include "http/operations/operations.h"
#include "http/world.h"

namespace postrider {
namespace {

HttpAnswer not_configured(Call& call) {
  static const std::regex kForm("^[A-Za-z0-9_-]{10,100}$");
  if (!std::regex_match(call.text("sheet_id"), kForm)) {
    return problem(400, "bad_sheet_id",
                   "A sheet's id is the part of its address between /d/ and the next /: 10 to 100 letters, "
                   "digits, - and _.");
  }
  return problem(503, "sheets_not_configured",
                 "Google Sheets are not configured on this server. Send the list as CSV: "
                 "POST /api/campaigns/{id}/recipients.");
}

Operation sheet(std::string method, std::string word, std::string id, std::string summary) {
  return {.method = std::move(method),
          .path = "/api/sheets/{sheet_id}/" + word,
          .id = std::move(id),
          .tag = "sheets",
          .access = Access::editor,
          .summary = std::move(summary),
          .no_cli = "sheets are not connected yet",
          .query = {{"sheet_range", text(1, 50).standard("A:Z"), "the part of the sheet to read"}},
          .answers = {{503, "sheets are not configured", problem_schema(), "application/problem+json"}},
          .handle = not_configured};
}

}  // namespace

Operations sheet_operations() {
  auto preview = sheet("GET", "preview", "previewSheet", "The first rows of a sheet, and what is in it");
  preview.query.push_back({"max_rows", whole(1, 100).standard(10), "rows to show"});
  return {std::move(preview),
          sheet("POST", "validate", "validateSheet", "Whether a sheet can be read and has addresses")};
}

}  // namespace postrider
