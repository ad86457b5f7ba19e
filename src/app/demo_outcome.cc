#include "app/demo_outcome.h"

#include <fmt/format.h>

#include <fstream>

#include "app/demo_list.h"
#include "app/verbs/output.h"

namespace postrider {
namespace {

std::string words_of(const EmailView& email) {
  if (email.code == 0) return email.reason;
  return fmt::format("{} {}{}{}", email.code, email.enhanced, email.enhanced.empty() ? "" : " ",
                     email.server_text);
}

/// Every email of the campaign, page by page.
template <class Visit>
void for_each_email(CampaignStore& store, CampaignId id, Visit visit) {
  EmailFilter page;
  while (true) {
    const auto emails = store.emails(id, page);
    if (emails.empty()) return;
    for (const auto& email : emails) visit(email);
    page.after = emails.back().ordinal;
  }
}

std::int64_t tell_rejects(const std::string& file, int columns, std::ostream& out) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return 0;
  const auto source = make_csv_source(in, file);
  if (!source->headers()) return 0;
  Table table({">ROW", "ADDRESS", "REASON"});
  std::int64_t rows = 0;
  for (auto row = source->next(); row && *row; row = source->next(), ++rows) {
    const auto& cells = (*row)->values;
    if (cells.size() >= 3) table.add({cells[0], cells[1], cells[2]});
  }
  if (rows == 0) return 0;
  out << "\nRows of the list that became no recipient:\n";
  table.print(out, columns);
  return rows;
}

}  // namespace

DemoOutcome tell_outcome(CampaignStore& store, CampaignId id, const std::string& rejects, int columns,
                         std::ostream& out) {
  const auto campaign = store.campaign(id);
  if (!campaign) return {};
  const auto& counts = campaign->counts;
  Table unsent({"ADDRESS", "STATE", ">TRIES", "WHAT THE SERVER SAID"});
  std::int64_t recipients = 0, again = 0;
  for_each_email(store, id, [&](const EmailView& email) {
    ++recipients;
    if (email.status == EmailStatus::sent && email.tries > 1) ++again;
    if (email.status == EmailStatus::sent) return;
    unsent.add(
        {email.address, std::string(to_string(email.status)), std::to_string(email.tries), words_of(email)});
  });

  Table states({"STATE", ">EMAILS"});
  for (const auto& [state, n] : {std::pair{EmailStatus::sent, counts.sent},
                                 {EmailStatus::bounced, counts.bounced},
                                 {EmailStatus::failed, counts.failed},
                                 {EmailStatus::skipped, counts.skipped},
                                 {EmailStatus::uncertain, counts.uncertain},
                                 {EmailStatus::pending, counts.pending}}) {
    if (n > 0) states.add({std::string(to_string(state)), std::to_string(n)});
  }
  out << fmt::format("\nCampaign {} is {}.\n", id.value, to_string(campaign->status));
  states.print(out, columns);
  if (again > 0) out << fmt::format("({} of them deferred by the server at first, and sent later)\n", again);
  if (!unsent.empty()) {
    out << "\nRecipients that got no email:\n";
    unsent.print(out, columns);
  }
  const auto rejected = tell_rejects(rejects, columns, out);

  DemoOutcome outcome{.rows = recipients + rejected, .sent = counts.sent};
  outcome.accounted = counts.pending == 0 && outcome.rows == kDemoRows;
  return outcome;
}

}  // namespace postrider
