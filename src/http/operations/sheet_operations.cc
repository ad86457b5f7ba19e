// Google Sheets as lists: what is in one, before a campaign is made of it.

#include <boost/json.hpp>

#include "actions/sheet_list.h"
#include "http/nouns/json_values.h"
#include "http/operations/operations.h"
#include "http/world.h"

namespace postrider {
namespace {

namespace json = boost::json;

/// Each thing that may be wrong has a status of its own.
HttpAnswer refused(const Error& error) {
  const auto status = [&] {
    if (error.code == "bad_sheet_id") return 400;
    if (error.code == "sheet_no_access") return 403;
    if (error.code == "sheet_not_found") return 404;
    if (error.code == "sheet_quota") return 429;
    return error.kind == Error::Kind::unavailable ? 503 : 422;
  }();
  auto answer = problem(status, error.code, error.message);
  if (status == 429) answer.set("Retry-After", "60");
  return answer;
}

Result<SheetPreview> look(const Call& call, int rows) {
  const auto place = parse_sheet_place(call.text("sheet_id"));
  if (!place) return std::unexpected(place.error());
  return preview_sheet(call.actions,
                       {.sheet = place->id,
                        .range = call.asked("sheet_range").value_or("A:Z"),
                        .columns = {.email = call.asked("email_column").value_or(""),
                                    .name = call.asked("name_column").value_or("")}},
                       rows);
}

json::object counts(const SheetPreview& sheet) {
  return {{"sheet_id", sheet.sheet_id},
          {"sheet_name", sheet.title},
          {"tab", sheet.tab},
          {"total_rows", sheet.rows},
          {"valid_emails", sheet.valid},
          {"invalid_emails", sheet.invalid},
          {"duplicate_emails", sheet.duplicates},
          {"email_column", text_or_null(sheet.email_column.value_or(""))},
          {"name_column", text_or_null(sheet.name_column.value_or(""))}};
}

HttpAnswer show_sheet(Call& call) {
  const auto sheet = look(call, static_cast<int>(call.number("max_rows").value_or(10)));
  if (!sheet) return refused(sheet.error());
  auto out = counts(*sheet);
  out["headers"] = json::value_from(sheet->headers);
  out["sample_data"] = json::value_from(sheet->sample);
  return json_answer(out);
}

HttpAnswer judge_sheet(Call& call) {
  const auto sheet = look(call, 0);
  if (!sheet) return refused(sheet.error());
  if (!sheet->email_column) {
    return problem(422, "no_email_column",
                   "No column of the sheet holds addresses by its header. Name one: ?email_column=HEADER.");
  }
  if (sheet->rows == 0) return problem(422, "empty_sheet", "The sheet has no row beneath its header.");
  return success(call, "Sheet is valid", counts(*sheet));
}

ObjectSchema counts_schema(std::string_view name) {
  const auto count = whole(0, std::int64_t{1} << 53);
  return ObjectSchema(name)
      .needs("sheet_id", text())
      .needs("sheet_name", text())
      .needs("tab", text().about("the title of the tab that was read"))
      .needs("total_rows", count.about("beneath the header, without blank ones"))
      .needs("valid_emails", count)
      .needs("invalid_emails", count)
      .needs("duplicate_emails", count)
      .needs("email_column", text().or_null())
      .needs("name_column", text().or_null());
}

Operation sheet(std::string method, std::string word, std::string id, std::string summary, Response answer) {
  const auto refusal = [](int status, std::string about) {
    return Response{status, std::move(about), problem_schema(), "application/problem+json"};
  };
  return {
      .method = std::move(method),
      .path = "/api/sheets/{sheet_id}/" + word,
      .id = std::move(id),
      .tag = "sheets",
      .access = Access::editor,
      .summary = std::move(summary),
      .cli = "postrider sheet " + word + " {sheet_id} --json",
      .query = {{"sheet_range", text(1, 300).standard("A:Z"), "the part of the sheet to read"},
                {"email_column", text(1, 100), "header of the address column; not given: found by its name"},
                {"name_column", text(1, 100), "header of the name column; not given: found by its name"}},
      .answers = {std::move(answer), refusal(400, "this is no sheet's id"),
                  refusal(404, "there is no such sheet"),
                  refusal(429, "Google's quota is used up for the moment"),
                  refusal(503, "sheets are not configured, or Google does not answer")}};
}

}  // namespace

Operations sheet_operations() {
  auto looked = sheet("GET", "preview", "previewSheet", "The first rows of a sheet, and what is in it",
                      {200, "what is in it",
                       counts_schema("SheetPreview")
                           .needs("headers", array_of(text()))
                           .needs("sample_data", array_of(array_of(text())))});
  looked.query.push_back({"max_rows", whole(1, 100).standard(10), "rows to show"});
  looked.handle = show_sheet;
  auto judged = sheet("POST", "validate", "validateSheet", "Whether a sheet can be read and has addresses",
                      {200, "it can", success_schema("SheetValidated", counts_schema("SheetCounts"))});
  judged.handle = judge_sheet;
  return {std::move(looked), std::move(judged)};
}

}  // namespace postrider
