#include "actions/read_bounce.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "mail/message_id.h"
#include "mail/reply.h"

namespace postrider {
namespace {

/// The keys of the addresses the report says it is about.
std::vector<std::string> named_in(const BounceReport& report) {
  std::vector<std::string> keys;
  for (const auto& text : {report.original_recipient, report.recipient}) {
    if (const auto address = parse_address(text)) keys.push_back(address->key());
  }
  return keys;
}

/// Where to look for the email. A report that names nobody still returns a head, whose To or unsubscribe
/// link says whose it was; what is found there is believed as little as the rest.
std::vector<std::string> places_to_look(ActionContext& context, const BounceReport& report) {
  auto keys = named_in(report);
  if (!keys.empty()) return keys;
  if (!report.recipient.empty() || !report.original_recipient.empty()) return {};
  if (const auto address = parse_address(report.to)) keys.push_back(address->key());
  if (const auto left = context.links.read(report.list_unsubscribe)) keys.push_back(left->address_key);
  return keys;
}

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// Of the emails to `key`, the one that has one of these Message-IDs.
std::optional<BounceAnswer::Email> find_email(ActionContext& context, const std::string& key,
                                              const std::vector<std::string>& message_ids) {
  const MessageIdKey ids(context.secrets.subkey("message-id"));
  for (const auto& sent : context.store.emails_to(key)) {
    const auto id =
        ids.message_id(sent.campaign.value, sent.recipient.value, kMessageGeneration, sent.sent_as);
    const auto is_it = [&](const std::string& named) { return same(id, named); };
    if (std::ranges::any_of(message_ids, is_it)) return BounceAnswer::Email{sent.id, sent.campaign, key};
  }
  return std::nullopt;
}

std::optional<BounceAnswer::Email> find_email(ActionContext& context, const BounceReport& report) {
  if (report.message_id.empty()) return std::nullopt;
  for (const auto& key : places_to_look(context, report)) {
    if (auto found = find_email(context, key, {report.message_id})) return found;
  }
  return std::nullopt;
}

LateReport late_report(const BounceReport& report, EmailId email) {
  LateReport late{.email = email, .code = report.code, .enhanced = report.status, .words = report.diagnostic};
  if (report.kind == ReportKind::complaint) {
    late.complaint = true;
    late.reason = fmt::format("complained of as spam ({})", report.diagnostic);
    return late;
  }
  // As if its server had said so at once: the same table decides.
  const int code = report.code != 0 ? report.code : report.status.starts_with('4') ? 450 : 550;
  const auto meaning = interpret({.kind = Trouble::Kind::reply,
                                  .stage = Stage::rcpt,
                                  .reply = {code, report.status, report.diagnostic}});
  late.suppress = meaning.suppress;
  late.soft = meaning.soft;
  late.reason =
      fmt::format("came back: {}", meaning.blame == Blame::mailbox || meaning.suppress || meaning.soft
                                       ? meaning.reason
                                       : "it was not delivered.");
  return late;
}

std::string not_acted_on(const BounceReport& report) {
  switch (report.kind) {
    case ReportKind::failed:
    case ReportKind::complaint:
      return "It is about no email of this installation (its Message-ID or its recipient is not ours): nothing "
             "is changed.";
    case ReportKind::unsubscribe:
      return "It asks for no more mail, but its link is none of this installation, and it is no answer to an "
             "email of ours by that email's recipient: nothing is changed.";
    case ReportKind::delayed:
      return "A delay: the server that has the email is still trying. Nothing is changed.";
    case ReportKind::other:
      return "A report of another kind: nothing is changed.";
    case ReportKind::auto_reply:
      return "An automatic answer: nothing is changed.";
    case ReportKind::none:
      return "This is no delivery report and no complaint: nothing is changed.";
  }
  return {};
}

std::string acted_on(const BounceAnswer& answer) {
  const auto& email = *answer.email;
  if (!answer.done.changed) {
    return fmt::format("Email {} to {} is {} already: nothing is changed.", email.id.value, email.address,
                       to_string(answer.done.status));
  }
  auto text = answer.report.kind == ReportKind::complaint
                  ? fmt::format("{} complained of email {} of campaign {}", email.address, email.id.value,
                                email.campaign.value)
                  : fmt::format("Email {} of campaign {} to {} came back: it is bounced", email.id.value,
                                email.campaign.value, email.address);
  if (answer.done.suppressed) text += "; the address is suppressed";
  if (answer.done.cancelled > 0) text += fmt::format(", {} waiting skipped", answer.done.cancelled);
  return text + ".";
}

/// A token is believed as a link is; an answer, when the recipient of the email writes what only they and the
/// servers on its way have seen.
Result<void> act_on_request(ActionContext& context, BounceAnswer& answer) {
  const auto& report = answer.report;
  std::string key;
  CampaignId campaign;
  if (const auto named = context.links.read(report.token)) {
    key = named->address_key;
    campaign = named->campaign;
    for (const auto& sent : context.store.emails_to(key)) {
      if (sent.campaign == campaign) answer.email = BounceAnswer::Email{sent.id, campaign, key};
    }
  } else if (const auto writer = parse_address(report.recipient); writer && !report.answers.empty()) {
    answer.email = find_email(context, writer->key(), report.answers);
    if (answer.email) key = answer.email->address;
    if (answer.email) campaign = answer.email->campaign;
  }
  if (key.empty()) {
    answer.sentence = not_acted_on(report);
    return {};
  }
  const auto done = context.store.suppress({.key = key,
                                            .reason = "unsubscribed by mail",
                                            .created = context.clock.wall_now(),
                                            .kind = SuppressionKind::unsubscribed,
                                            .campaign = campaign});
  if (!done) return std::unexpected(done.error());
  answer.done.changed = answer.done.suppressed = done->added > 0;
  answer.done.cancelled = done->cancelled;
  if (answer.email) {
    const auto found = context.store.emails(campaign, {.status = {}, .address = key, .after = 0, .limit = 1});
    if (!found.empty()) answer.done.status = found.front().status;
  }
  answer.sentence =
      done->added > 0
          ? fmt::format("{} wants no more mail: the address is suppressed, {} waiting skipped.", key,
                        done->cancelled)
          : fmt::format("{} wants no more mail and is suppressed already: nothing is changed.", key);
  if (done->added > 0) {
    context.store.audit(context.who,
                        fmt::format("unsubscribed {} by a mail about campaign {}", key, campaign.value));
  }
  return {};
}

}  // namespace

Result<BounceAnswer> read_bounce(ActionContext& context, std::string_view mail) {
  if (mail.size() > kLargestReport) {
    return invalid("report_too_large", fmt::format("A report has at most {} MB.", kLargestReport >> 20));
  }
  BounceAnswer answer{.report = read_bounce_report(mail)};
  if (answer.report.kind == ReportKind::unsubscribe) {
    const auto acted = act_on_request(context, answer);
    if (!acted) return std::unexpected(acted.error());
    return answer;
  }
  const bool acts = answer.report.kind == ReportKind::failed || answer.report.kind == ReportKind::complaint;
  if (acts) answer.email = find_email(context, answer.report);
  if (!answer.email) {
    answer.sentence = not_acted_on(answer.report);
    return answer;
  }
  const auto done = context.store.report_late(late_report(answer.report, answer.email->id));
  if (!done) return std::unexpected(done.error());
  answer.done = *done;
  answer.sentence = acted_on(answer);
  if (answer.done.changed) context.store.audit(context.who, "read a report: " + answer.sentence);
  return answer;
}

}  // namespace postrider
