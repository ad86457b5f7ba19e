// Google Sheets: whether the credentials can be used, and whether a campaign's sheet is where it was.

#include <fmt/format.h>

#include <algorithm>

#include "actions/doctor_parts.h"
#include "actions/notices.h"
#include "base/text.h"

namespace postrider {

Findings examine_google(const ActionContext& context) {
  if (context.sheets_trouble.empty()) return {};
  return {{"settings", Severity::fault, "The Google credentials cannot be used.", context.sheets_trouble,
           "postrider settings"}};
}

Findings examine_sheet(ActionContext& context, const Campaign& campaign) {
  const auto link = context.sheet_store.find(campaign.id);
  if (!link) return {};
  const auto id = campaign.id.value;
  const auto look = fmt::format("postrider sheet preview {}", link->sheet_id);
  if (context.sheets == nullptr) {
    return {{"sheet", Severity::fault, fmt::format("The sheet of campaign {} cannot be reached.", id),
             "Google Sheets are not configured: GOOGLE_CREDENTIALS_FILE names no key.",
             "postrider settings"}};
  }
  const auto outline = context.sheets->outline(link->sheet_id);
  if (!outline) {
    return {{"sheet", Severity::fault, fmt::format("The sheet of campaign {} cannot be read.", id),
             outline.error().message, look}};
  }
  const auto tab = std::ranges::find(outline->tabs, link->tab_id, &SheetTab::id);
  if (tab == outline->tabs.end()) {
    return {{"sheet", Severity::fault,
             fmt::format("The tab of campaign {} is not in its sheet any more.", id), one_line(link->tab, 60),
             look}};
  }
  Findings all;
  for (const auto& notice : notices_of(context, campaign.id)) {
    all.push_back({"sheet", Severity::fault,
                   fmt::format("The sheet of campaign {} does not show all statuses.", id), notice.message,
                   command_in(notice.message, look)});
  }
  if (all.empty()) {
    const auto who = context.sheets->account();
    all.push_back({"sheet", Severity::fine, fmt::format("The sheet of campaign {} answers.", id),
                   who.empty() ? "" : fmt::format("It is read and written as {}.", who), ""});
  }
  return all;
}

}  // namespace postrider
