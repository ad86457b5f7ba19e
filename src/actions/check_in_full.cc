#include "actions/check_in_full.h"

#include <fmt/format.h>

#include "actions/check_message.h"
#include "actions/check_sender.h"
#include "actions/check_unsubscribe.h"
#include "actions/plan_campaign.h"

namespace postrider {
namespace {

constexpr std::size_t kLargeEmail = std::size_t{10} << 20;
constexpr std::size_t kLongSubject = 100;  // characters; phones show some 40, the rest some 70
constexpr std::size_t kSizeWorthAsking = std::size_t{1} << 20;

void add(std::vector<std::string>& all, std::vector<std::string> more) {
  for (auto& one : more) all.push_back(std::move(one));
}

/// What the import left out, for the list's owner may take the campaign for complete.
void check_list(ActionContext& context, const Campaign& campaign, FullCheck& full) {
  if (campaign.bad_rows + campaign.duplicate_rows + campaign.suppressed_rows > 0) {
    full.warnings.push_back(
        fmt::format("{} row(s) of {} were left out: {} bad, {} duplicate, {} suppressed.",
                    campaign.bad_rows + campaign.duplicate_rows + campaign.suppressed_rows, campaign.source,
                    campaign.bad_rows, campaign.duplicate_rows, campaign.suppressed_rows));
  }
  RowFinding suppressed;
  for (const auto row : context.store.suppressed_rows(campaign.id, full.checked)) {
    ++suppressed.count;
    if (suppressed.rows.size() < 20) suppressed.rows.push_back(row);
  }
  if (suppressed.count > 0) {
    full.warnings.push_back(fmt::format("{} recipient(s) are suppressed by now and will be skipped: {}.",
                                        suppressed.count, name_rows(suppressed)));
  }
}

void check_size(ActionContext& context, const Campaign& campaign, RowCheck& rows, FullCheck& full) {
  if (!rows.largest) return;
  const auto files = context.store.attachments(campaign.id);
  auto attached = AttachedParts::make(files);
  if (attached) rows.largest->attached = std::move(*attached);
  rows.largest->message_id = "<00000000000000000000000000@" + rows.largest->from.domain + ">";
  full.largest = compose(*rows.largest).size();
  full.largest_row = rows.largest_row;
  for (const auto id : campaign.mailboxes) {
    const auto mailbox = context.store.mailbox(id);
    if (!mailbox) continue;
    if (mailbox->size_limit == 0) {
      if (full.largest < kSizeWorthAsking) continue;
      full.warnings.push_back(
          fmt::format("The server's size limit of mailbox {0} is not known yet; `postrider "
                      "mailbox test {0}` learns it.",
                      mailbox->name));
    } else if (full.largest > static_cast<std::size_t>(mailbox->size_limit)) {
      full.problems.push_back(
          {"too_large",
           fmt::format("The largest email (row {}) has {} bytes; the server of mailbox {} takes at "
                       "most {}.",
                       full.largest_row, full.largest, mailbox->name, mailbox->size_limit)});
    }
  }
  if (full.largest > kLargeEmail) {
    full.warnings.push_back(
        fmt::format("An email has {:.1f} MB: many servers refuse more than 10 MB. Link to the files instead.",
                    static_cast<double>(full.largest) / (1 << 20)));
  }
}

void check_plan(ActionContext& context, const Campaign& campaign, FullCheck& full) {
  const auto plan = plan_campaign(context, campaign.id, {});
  if (!plan || plan->emails == 0) return;
  full.first_due = plan->first;
  if (plan->beyond > 0) {
    full.warnings.push_back("At this pace and cap some emails would leave after 2036 only.");
    return;
  }
  full.last_due = plan->last;
  if (plan->days.size() > 1) {
    full.warnings.push_back(
        fmt::format("Window, pace and cap make it end on {} ({}), {} days after it begins.",
                    plan->days.back().date, plan->zone, plan->days.size() - 1));
  }
}

}  // namespace

Result<FullCheck> check_in_full(ActionContext& context, CampaignId id) {
  const auto campaign = context.store.campaign(id);
  if (!campaign) return std::unexpected(campaign.error());
  auto check = check_campaign(context, *campaign);
  FullCheck full;
  full.recipients = campaign->counts.total();
  if (check.letter) {
    auto rows = check_rows(context, *campaign, *check.letter, kMostRowsChecked);
    add_row_problems(*campaign, rows, check);
    full.checked = rows.checked;
    full.by_row = rows.findings;
    if (rows.checked < full.recipients) {
      full.warnings.push_back(
          fmt::format("Only the first {} of {} rows were looked at.", rows.checked, full.recipients));
    }
    if (rows.longest_subject > kLongSubject) {
      full.warnings.push_back(
          fmt::format("The longest subject (row {}) has {} characters; most readers see 40 to "
                      "70 of them.",
                      rows.longest_subject_row, rows.longest_subject));
    }
    if (rows.first) add(full.warnings, check_message(*rows.first));
    check_size(context, *campaign, rows, full);
  }
  full.problems.insert(full.problems.begin(), check.problems.begin(), check.problems.end());
  full.warnings.insert(full.warnings.begin(), check.warnings.begin(), check.warnings.end());
  add(full.warnings, check_unsubscribe(context, *campaign, check.letter.get()));
  check_list(context, *campaign, full);
  for (const auto mailbox_id : campaign->mailboxes) {
    if (const auto mailbox = context.store.mailbox(mailbox_id)) add(full.warnings, check_sender(*mailbox));
  }
  check_plan(context, *campaign, full);
  return full;
}

}  // namespace postrider
