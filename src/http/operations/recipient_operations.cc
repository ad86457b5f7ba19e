// A list read into a draft, and the account of a campaign: CSV in, CSV out, both streamed.

#include <boost/json.hpp>
#include <sstream>

#include "actions/create_campaign.h"
#include "actions/export_campaign.h"
#include "http/operations/operations.h"
#include "http/world.h"
#include "store/task_store.h"

namespace postrider {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kMostListBytes = 256 << 20;
constexpr std::int64_t kMostRejects = 1000;  // told in the answer; all are counted

HttpAnswer add(Call& call) {
  std::istringstream bytes(call.raw.bytes);
  std::istream& in = call.raw.file ? *call.raw.file : bytes;
  const auto list = make_csv_source(in, call.asked("file_name").value_or("list.csv"));
  const ColumnNames columns{.email = call.asked("email_column").value_or(""),
                            .name = call.asked("name_column").value_or("")};
  json::array rejects;
  bool truncated = false;
  const auto added = add_list(call.actions, CampaignId{call.id()}, *list, columns, [&](const Reject& reject) {
    truncated = std::ssize(rejects) >= kMostRejects;
    if (truncated) return;
    rejects.push_back({{"row", reject.row}, {"address", reject.address}, {"reason", reject.reason}});
  });
  if (!added) return problem(added.error());
  json::array problems;
  for (const auto& found : added->problems)
    problems.push_back({{"code", found.code}, {"message", found.message}});
  return json_answer(json::object{{"campaign_id", call.id()},
                                  {"accepted", added->list.accepted},
                                  {"duplicates", added->list.duplicates},
                                  {"bad", added->list.bad},
                                  {"suppressed", added->list.suppressed},
                                  {"rejects", std::move(rejects)},
                                  {"rejects_truncated", truncated},
                                  {"problems", std::move(problems)},
                                  {"warnings", json::value_from(added->warnings)}},
                     201);
}

HttpAnswer export_csv(Call& call) {
  auto begun = CampaignExport::begin(call.actions, CampaignId{call.id()});
  if (!begun) return problem(begun.error());
  HttpAnswer answer{.content_type = "text/csv; charset=utf-8; header=present"};
  answer.set("Content-Disposition",
             "attachment; filename=\"campaign-" + std::to_string(call.id()) + ".csv\"");
  auto rows = std::make_shared<CampaignExport>(std::move(*begun));
  // A fault breaks the answer off, so that nobody takes half of an account for the whole.
  answer.more = [rows, &world = call.world](std::string& piece) {
    try {
      return rows->next(piece);
    } catch (const StoreFault& fault) {
      world.log().write(LogLevel::error, "export_broke_off",
                        {{"rows", std::to_string(rows->rows())}, {"why", fault.what()}});
      throw;
    }
  };
  return answer;
}

Schema import_schema() {
  const auto count = whole(0, std::int64_t{1} << 53);
  const Schema reject =
      ObjectSchema("Reject").needs("row", count).needs("address", text(0, 1 << 20)).needs("reason", text());
  const Schema found = ObjectSchema("Finding").needs("code", text()).needs("message", text());
  return ObjectSchema("ImportReport")
      .needs("campaign_id", count)
      .needs("accepted", count)
      .needs("duplicates", count)
      .needs("bad", count)
      .needs("suppressed", count)
      .needs("rejects", array_of(reject, kMostRejects).about("rows that did not become recipients"))
      .needs("rejects_truncated", boolean().about("there are more than these"))
      .needs("problems", array_of(found).about("what still keeps it from being sent"))
      .needs("warnings", array_of(text()));
}

}  // namespace

Operations recipient_operations() {
  Operations all;
  all.push_back(
      {.method = "POST",
       .path = "/api/campaigns/{id}/recipients",
       .id = "addRecipients",
       .tag = "campaigns",
       .access = Access::editor,
       .summary = "Read a list into a draft that has none",
       .cli = "postrider campaign import {id} --csv list.csv",
       .query = {{"email_column", text(1, 1000),
                  "header of the address column; not given: found by its name"},
                 {"name_column", text(1, 1000), "header of the name column; not given: found by its name"},
                 {"file_name", text(1, 255), "what the list is called, for people"}},
       .body_type = "text/csv",
       .limit = {kMostListBytes, true},
       .answers = {{201, "what was read", import_schema()}},
       .keyed = true,
       .handle = add});
  all.push_back(
      {.method = "GET",
       .path = "/api/campaigns/{id}/export",
       .id = "exportCampaign",
       .tag = "campaigns",
       .access = Access::viewer,
       .summary = "A CSV row per recipient: state, times, tries, the server's words, the list's columns",
       .cli = "postrider campaign export {id}",
       .answers = {{200, "the rows", {}, "text/csv"}},
       .handle = export_csv});
  return all;
}

}  // namespace postrider
