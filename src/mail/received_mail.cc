#include "mail/received_mail.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "mail/address.h"
#include "mail/report_fields.h"

namespace postrider {
namespace {

constexpr std::size_t kMostSignatures = 20;
constexpr std::size_t kMostFields = 200;
constexpr auto kUnsubscribe = "list-unsubscribe", kPost = "list-unsubscribe-post";

std::string without_blanks(std::string_view text) {
  std::string out(text);
  std::erase_if(out, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  return out;
}

/// The value of a tag, "h=from:to; d=example.com" (RFC 6376 §3.2), without blanks.
std::string tag_of(std::string_view signature, std::string_view name) {
  for (const auto piece : split(signature, ';')) {
    const auto equals = piece.find('=');
    if (equals != piece.npos && trim(piece.substr(0, equals)) == name)
      return without_blanks(piece.substr(equals + 1));
  }
  return {};
}

std::string domain_in(std::string_view from) {
  const auto at = from.rfind('@');
  if (at == from.npos) return {};
  const auto domain = from.substr(at + 1);
  return lower_ascii(one_line(domain.substr(0, domain.find_first_of("> \t,;")), 255));
}

/// By relaxed alignment, near enough: the same, or one a part of the other.
bool belong_together(std::string_view a, std::string_view b) {
  const auto within = [](std::string_view part, std::string_view whole) {
    return part.size() > whole.size() && part.ends_with(whole) && part[part.size() - whole.size() - 1] == '.';
  };
  return a == b || within(a, b) || within(b, a);
}

/// "dkim=pass" in Authentication-Results (RFC 8601), the topmost, which the last server wrote.
std::vector<std::string> verdicts_of(const ReportFields& head) {
  std::vector<std::string> all;
  constexpr std::string_view kDkim = "dkim=";
  const auto text = lower_ascii(head.value("authentication-results"));
  for (auto at = text.find(kDkim); at != text.npos && all.size() < kMostSignatures;
       at = text.find(kDkim, at + 1)) {
    const auto word = text.substr(at + kDkim.size());
    all.push_back(one_line(word.substr(0, word.find_first_of(" ;(\t")), 20));
  }
  return all;
}

}  // namespace

bool DkimSignature::covers(std::string_view field) const {
  return std::ranges::find(fields, field) != fields.end();
}

ReceivedMail read_received_mail(std::string_view mail) {
  const auto head = read_head(mail);
  ReceivedMail read{.is_mail = !head.value("from").empty() && !head.value("date").empty(),
                    .has_list_unsubscribe = !head.value(kUnsubscribe).empty(),
                    .has_one_click = equals_ignoring_case(head.value(kPost), "List-Unsubscribe=One-Click"),
                    .from_domain = domain_in(head.value("from")),
                    .signatures = {},
                    .verdicts = verdicts_of(head)};
  for (const auto text : head.values("dkim-signature")) {
    DkimSignature signature{.domain = lower_ascii(one_line(tag_of(text, "d"), 255)), .fields = {}};
    const auto covered = tag_of(text, "h");
    for (const auto field : split(covered, ':')) {
      if (signature.fields.size() < kMostFields)
        signature.fields.push_back(lower_ascii(one_line(field, 100)));
    }
    if (!signature.domain.empty() && read.signatures.size() < kMostSignatures)
      read.signatures.push_back(std::move(signature));
  }
  return read;
}

ButtonAnswer judge_button(const ReceivedMail& mail) {
  ButtonAnswer answer;
  auto& say = answer.sentences;
  if (!mail.is_mail) {
    say.emplace_back(
        "This is no mail as it arrived: it has no From or no Date. Save the original, with all its headers.");
    return answer;
  }
  if (!mail.has_list_unsubscribe || !mail.has_one_click) {
    say.emplace_back(
        mail.has_list_unsubscribe
            ? "It has no List-Unsubscribe-Post, so there is no one click: set PUBLIC_URL."
            : "It has no List-Unsubscribe: the campaign was sent without, or a server took it away.");
    return answer;
  }
  if (mail.signatures.empty()) {
    say.emplace_back(
        "No DKIM signature is on it: Gmail shows no button to unsubscribe, and may refuse mail to many. Let the "
        "mail server sign what it sends.");
    return answer;
  }
  const auto covers = [](const DkimSignature& signature) {
    return signature.covers(kUnsubscribe) && signature.covers(kPost);
  };
  const auto found = std::ranges::find_if(mail.signatures, covers);
  if (found == mail.signatures.end()) {
    for (const auto& signature : mail.signatures) {
      const bool neither = !signature.covers(kUnsubscribe) && !signature.covers(kPost);
      say.push_back(fmt::format(
          "The DKIM signature of {} does not cover {}: Gmail shows no button to unsubscribe. Let the mail server "
          "sign List-Unsubscribe and List-Unsubscribe-Post as well.",
          signature.domain,
          neither                          ? "List-Unsubscribe and List-Unsubscribe-Post"
          : signature.covers(kUnsubscribe) ? "List-Unsubscribe-Post"
                                           : "List-Unsubscribe"));
    }
    return answer;
  }
  const auto aligned = std::ranges::find_if(mail.signatures, [&](const DkimSignature& signature) {
    return covers(signature) && belong_together(signature.domain, mail.from_domain);
  });
  if (aligned == mail.signatures.end()) {
    say.push_back(fmt::format(
        "The signature that covers both fields is of {}, not of the sender's domain {}: DMARC does not count it. "
        "Let the mail server sign for {}.",
        found->domain, mail.from_domain, mail.from_domain));
    return answer;
  }
  if (!mail.verdicts.empty() && std::ranges::find(mail.verdicts, "pass") == mail.verdicts.end()) {
    say.push_back(fmt::format("Whoever received it says dkim={}: the signature does not hold there.",
                              mail.verdicts.front()));
    return answer;
  }
  answer.covered = true;
  say.push_back(fmt::format("The DKIM signature of {} covers List-Unsubscribe and List-Unsubscribe-Post.",
                            aligned->domain));
  return answer;
}

}  // namespace postrider
