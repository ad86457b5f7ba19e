// Emails one by one: those of a campaign, by state and by address, the history of one, and those of
// which nobody knows whether they arrived.

#include <boost/json.hpp>

#include "actions/resolve_uncertain.h"
#include "base/text.h"
#include "http/nouns/email_json.h"
#include "http/operations/operations.h"
#include "http/paging.h"
#include "http/world.h"

namespace postrider {
namespace {

namespace json = boost::json;

constexpr std::int64_t kMostSkipped = 10'000;
constexpr std::int64_t kSkippedAtOnce = 1000;

std::int64_t count_of(const Counts& counts, std::optional<EmailStatus> status) {
  if (!status) return counts.total();
  switch (*status) {
    case EmailStatus::pending:
      return counts.pending;
    case EmailStatus::sent:
      return counts.sent;
    case EmailStatus::failed:
      return counts.failed;
    case EmailStatus::bounced:
      return counts.bounced;
    case EmailStatus::skipped:
      return counts.skipped;
    case EmailStatus::uncertain:
      return counts.uncertain;
  }
  return 0;
}

/// What the beginning of an address is as part of its key.
std::string key_of(std::string_view text) {
  const auto whole = parse_address(text);
  return whole ? whole->key() : lower_ascii(trim(text));
}

/// A page of a campaign's emails; its cursor is a place in the list, or an address where one is looked for.
struct EmailPage {
  Campaign campaign;
  std::vector<EmailView> emails;
  std::optional<std::int64_t> total;
  std::optional<std::string> next;
};

std::expected<EmailFilter, HttpAnswer> read_filter(const Call& call) {
  EmailFilter filter;
  filter.newest_first = true;
  if (const auto text = call.asked("status_filter")) {
    filter.status = parse_email_status(lower_ascii(*text));
    if (!filter.status) {
      return std::unexpected(problem(400, "bad_parameter",
                                     {{"?status_filter", "unknown_value",
                                       "\"status_filter\" must be one of: pending, sent, failed, bounced, "
                                       "skipped, uncertain."}}));
    }
  }
  if (const auto text = call.asked("search")) filter.prefix = key_of(*text);
  if (!filter.prefix.empty()) {
    filter.after_key = call.asked("after").value_or("");
    return filter;
  }
  const auto before = read_cursor(call);
  if (!before) return std::unexpected(bad_cursor());
  filter.before = *before;
  return filter;
}

/// The filter that begins behind the last of this page.
void go_on(EmailFilter& filter, const EmailView& last) {
  filter.before = last.ordinal;
  if (!filter.prefix.empty()) filter.after_key = key_of(last.address);
}

/// Leaves out the first `skip`. Places in the list have no gaps: where all are asked for, that is
/// arithmetic; else they are read, and so there is a bound.
std::optional<HttpAnswer> skip_some(Call& call, const Campaign& campaign, EmailFilter& filter) {
  auto left = call.number("skip").value_or(0);
  if (left == 0) return std::nullopt;
  if (!filter.status && filter.prefix.empty()) {
    const auto from = filter.before > 0 ? filter.before : campaign.counts.total() + 1;
    filter.before = std::max<std::int64_t>(1, from - left);
    return std::nullopt;
  }
  if (left > kMostSkipped) {
    return problem(400, "bad_parameter",
                   {{"?skip", "out_of_range",
                     "\"skip\" must be at most 10000 with a filter. Follow the Link header instead."}});
  }
  while (left > 0) {
    filter.limit = static_cast<int>(std::min<std::int64_t>(left, kSkippedAtOnce));
    const auto skipped = call.actions.store.emails(campaign.id, filter);
    if (skipped.empty()) return std::nullopt;
    left -= std::ssize(skipped);
    go_on(filter, skipped.back());
  }
  return std::nullopt;
}

std::expected<EmailPage, HttpAnswer> read_page(Call& call) {
  auto campaign = call.actions.store.campaign(CampaignId{call.id()});
  if (!campaign) return std::unexpected(problem(campaign.error()));
  auto filter = read_filter(call);
  if (!filter) return std::unexpected(filter.error());
  EmailPage page{.campaign = std::move(*campaign), .emails = {}, .total = {}, .next = {}};
  // The tally knows how many there are, so nothing is counted; of those that match a search it does not.
  if (filter->prefix.empty()) page.total = count_of(page.campaign.counts, filter->status);
  if (page.total == 0) return page;
  if (auto bad = skip_some(call, page.campaign, *filter)) return std::unexpected(std::move(*bad));
  const auto limit = static_cast<int>(call.number("limit").value_or(50));
  filter->limit = limit + 1;
  page.emails = call.actions.store.emails(page.campaign.id, *filter);
  if (std::ssize(page.emails) > limit) {
    page.emails.pop_back();
    const auto& last = page.emails.back();
    page.next = filter->prefix.empty() ? std::to_string(last.ordinal) : key_of(last.address);
  }
  return page;
}

HttpAnswer list_emails(Call& call) {
  const auto page = read_page(call);
  if (!page) return page.error();
  EmailTexts texts(call.actions, page->campaign);
  const EmailJson spell(call.actions);
  json::array items;
  for (const auto& email : page->emails) items.push_back(spell.send(page->campaign, email, texts));
  auto answer = json_answer(items);
  add_paging(answer, call, page->total, page->next);
  return answer;
}

HttpAnswer list_recipients(Call& call) {
  const auto page = read_page(call);
  if (!page) return page.error();
  const EmailJson spell(call.actions);
  json::array items;
  for (const auto& email : page->emails) items.push_back(spell.recipient(page->campaign, email));
  auto answer = json_answer(items);
  add_paging(answer, call, page->total, page->next);
  return answer;
}

HttpAnswer show(Call& call) {
  const auto found = call.actions.store.email(EmailId{call.id()});
  if (!found) return problem(found.error());
  const auto& [id, email] = *found;
  const auto campaign = call.actions.store.campaign(id);
  if (!campaign) return problem(campaign.error());
  EmailTexts texts(call.actions, *campaign);
  return json_answer(EmailJson(call.actions).history(*campaign, email, texts));
}

HttpAnswer resolve(Call& call) {
  const auto resolution = parse_resolution(call.fields().at("outcome").as_string());
  if (!resolution) return problem(resolution.error());
  const auto resolved = resolve_uncertain(call.actions, EmailId{call.id()}, *resolution);
  if (!resolved) return problem(resolved.error());
  return show(call);
}

HttpAnswer list_uncertain(Call& call) {
  const auto before = read_cursor(call);
  if (!before) return bad_cursor();
  const auto limit = static_cast<int>(call.number("limit").value_or(50));
  auto found = call.actions.store.uncertain(EmailId{*before}, limit + 1);
  const auto next = cut_page(found, limit, [](const auto& one) { return one.second.id.value; });
  const EmailJson spell(call.actions);
  json::array items;
  for (const auto& [id, email] : found) items.push_back(spell.uncertain(id, email));
  auto answer = json_answer(items);
  add_paging(answer, call, std::nullopt, next);
  return answer;
}

}  // namespace

Operations email_operations() {
  auto parameters = skip_parameters();
  parameters.push_back({"status_filter", text(1, 20), "only emails in this state"});
  parameters.push_back(
      {"search", text(1, 320), "only addresses that begin so; they come in alphabetical order"});
  Operations all;
  all.push_back({.method = "GET",
                 .path = "/api/campaigns/{id}/emails",
                 .id = "listEmails",
                 .tag = "emails",
                 .access = Access::viewer,
                 .summary = "The emails of a campaign with their texts, the last of its list first",
                 .cli = "postrider campaign emails {id} --newest-first --json",
                 .query = parameters,
                 .answers = {{200, "a page of emails", array_of(email_send_schema())}},
                 .paged = true,
                 .handle = list_emails});
  all.push_back({.method = "GET",
                 .path = "/api/campaigns/{id}/recipients",
                 .id = "listRecipients",
                 .tag = "emails",
                 .access = Access::viewer,
                 .summary = "The recipients of a campaign: their fields, and what came of their emails",
                 .cli = "postrider campaign emails {id} --newest-first --json",
                 .query = parameters,
                 .answers = {{200, "a page of recipients", array_of(recipient_schema())}},
                 .paged = true,
                 .handle = list_recipients});
  all.push_back({.method = "GET",
                 .path = "/api/emails/{id}",
                 .id = "getEmail",
                 .tag = "emails",
                 .access = Access::viewer,
                 .summary = "One email and every attempt to send it",
                 .cli = "postrider email show {id} --json",
                 .answers = {{200, "the email", email_history_schema()}},
                 .handle = show});
  all.push_back({.method = "POST",
                 .path = "/api/emails/{id}/resolve",
                 .id = "resolveEmail",
                 .tag = "emails",
                 .access = Access::editor,
                 .summary = "Say what became of an uncertain email, or send it once more",
                 .cli = "postrider uncertain resolve {id} --as sent",
                 .body = ObjectSchema("Resolution").needs("outcome", one_of({"sent", "failed", "resend"})),
                 .answers = {{200, "the email", email_history_schema()}},
                 .handle = resolve});
  all.push_back({.method = "GET",
                 .path = "/api/uncertain",
                 .id = "listUncertain",
                 .tag = "emails",
                 .access = Access::viewer,
                 .summary = "Emails of which nobody knows whether they arrived, newest first",
                 .cli = "postrider uncertain list --json",
                 .query = cursor_parameters(),
                 .answers = {{200, "a page of emails", array_of(uncertain_schema())}},
                 .paged = true,
                 .handle = list_uncertain});
  return all;
}

}  // namespace postrider
