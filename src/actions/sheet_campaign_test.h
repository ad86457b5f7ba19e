#pragma once
// A campaign whose list lies in a sheet in memory. Tests only.

#include <gmock/gmock.h>

#include "actions/action_test.h"
#include "actions/sheet_list.h"
#include "actions/sheet_test.h"
#include "actions/start_campaign.h"

namespace postrider {

class SheetCampaignTest : public ActionTest {
 protected:
  SheetCampaignTest() {
    context_.sheets = &sheets_;
    add_office();
    sheets_.tab().rows = {{"Email", "Name", "Company"},
                          {"ana@example.com", "Ana", "Acme"},
                          {"bo@example.com", "Bo", "Bolt"},
                          {"cy@example.com", "Cy", "Cyan"}};
    sheets_.tabs.push_back({8, "Other", {{"Email", "x"}, {"ana@example.com", "y"}}, 26});
  }

  CampaignId create(SheetRequest request = {}) {
    request.sheet = sheets_.sheet_id;
    const auto created = create_from_sheet(context_, letter(), request,
                                           [this](const Reject& reject) { rejects_.push_back(reject); });
    EXPECT_TRUE(created) << created.error().message;
    return created ? created->id : CampaignId{};
  }
  CampaignId start(SheetRequest request = {}) {
    const auto id = create(std::move(request));
    const auto answer = start_campaign(context_, id, {});
    EXPECT_TRUE(answer && answer->started())
        << (answer ? answer->problems.front().message : answer.error().message);
    return id;
  }
  std::string status(const std::string& address) {
    const auto& rows = sheets_.tab().rows;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      for (std::size_t column = 0; column < rows[row].size(); ++column) {
        if (rows[row][column] == address)
          return sheets_.cell(static_cast<std::int64_t>(row + 1), status_column());
      }
    }
    return "no such row";
  }
  std::int64_t status_column() {
    for (const auto& row : sheets_.tab().rows) {
      for (std::size_t column = 0; column < row.size(); ++column) {
        if (row[column] == "Email Status") return static_cast<std::int64_t>(column + 1);
      }
    }
    return 26;
  }
  static AttemptOutcome bo_is_refused(const std::string& address) {
    return address.starts_with("bo") ? refused(address) : accepted(address);
  }

  MemorySheets sheets_;
};

}  // namespace postrider
