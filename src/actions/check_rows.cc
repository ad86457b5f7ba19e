#include "actions/check_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "actions/write_email.h"

namespace postrider {
namespace {

constexpr int kPage = 1000;
constexpr std::size_t kMostFindings = 50;
constexpr std::size_t kMostRowsNamed = 20;

void note(std::vector<RowFinding>& findings, const Error& error, std::int64_t row) {
  auto found = std::ranges::find_if(findings, [&](const RowFinding& finding) {
    return finding.code == error.code && finding.message == error.message;
  });
  if (found == findings.end()) {
    if (findings.size() >= kMostFindings) {
      found = std::prev(findings.end());  // the last one stands for all further ones
      found->code = "more_problems";
      found->message = "Further problems, each with its own rows.";
    } else {
      found = findings.insert(findings.end(), {.code = error.code, .message = error.message});
    }
  }
  ++found->count;
  if (found->rows.size() < kMostRowsNamed) found->rows.push_back(row);
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::size_t weight(const MessageParts& parts) {
  return parts.text.size() + parts.html.size() + parts.subject.size();
}

/// Any sender will do to see whether the values fit the templates.
struct SomeSender {
  Address address;
  Footer footer;
  UnsubscribeLink unsubscribe;
};

SomeSender some_sender(ActionContext& context, const Campaign& campaign) {
  for (const auto id : campaign.mailboxes) {
    const auto mailbox = context.store.mailbox(id);
    if (!mailbox) continue;
    const auto from = parse_address(mailbox->from);
    auto footer = Footer::make(mailbox->footer, mailbox->postal_address);
    if (from && footer) return {*from, std::move(*footer), example_link(context, *mailbox, *from)};
  }
  const Address nobody{.local = "sender", .domain = "example.com"};
  return {nobody, {}, example_link(context, {}, nobody)};
}

}  // namespace

RowCheck check_rows(ActionContext& context, const Campaign& campaign, const Letter& letter,
                    std::int64_t most) {
  RowCheck check;
  const auto now = context.clock.wall_now();
  const auto from = some_sender(context, campaign);
  std::int64_t after = 0;
  while (check.checked < most) {
    const auto limit = static_cast<int>(std::min<std::int64_t>(kPage, most - check.checked));
    const auto page = context.store.recipients(campaign.id, after, limit);
    if (!page || page->empty()) break;
    for (const auto& row : *page) {
      auto parts = letter.write(
          {.address = from.address, .name = "", .footer = &from.footer},
          {.address = row.address, .name = row.name, .values = row.values, .unsubscribe = &from.unsubscribe},
          now);
      if (!parts) {
        note(check.findings, parts.error(), row.source_row);
        continue;
      }
      if (const auto length = characters(parts->subject); length > check.longest_subject) {
        check.longest_subject = length;
        check.longest_subject_row = row.source_row;
      }
      if (!check.first) check.first = *parts;
      if (!check.largest || weight(*parts) > weight(*check.largest)) {
        check.largest = std::move(*parts);
        check.largest_row = row.source_row;
      }
    }
    check.checked += static_cast<std::int64_t>(page->size());
    after = page->back().ordinal;
  }
  return check;
}

std::string name_rows(const RowFinding& finding) {
  std::string text = finding.count == 1 ? "row " : "rows ";
  for (std::size_t i = 0; i < finding.rows.size(); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", finding.rows[i]);
  }
  const auto more = finding.count - static_cast<std::int64_t>(finding.rows.size());
  return more > 0 ? text + fmt::format(" and {} more", more) : text;
}

void add_row_problems(const Campaign& campaign, const RowCheck& rows, CampaignCheck& check) {
  const auto said_already = [&](const RowFinding& finding) {
    return std::ranges::any_of(check.required, [&](std::size_t column) {
      return finding.code == "unresolved_field" &&
             finding.message.starts_with(fmt::format("{{{{{}}}}} ", campaign.columns[column].header));
    });
  };
  for (const auto& finding : rows.findings) {
    if (said_already(finding)) continue;
    const auto text = fmt::format("{} ({})", finding.message, name_rows(finding));
    const bool unresolved = finding.code == "unresolved_field";
    if (unresolved && campaign.skip_unresolved) {
      check.warnings.push_back("Skipped: " + text);
    } else {
      check.problems.push_back({finding.code, text});
    }
  }
}

}  // namespace postrider
