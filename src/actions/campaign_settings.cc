#include "actions/campaign_settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "mail/header_field.h"
#include "queue/verdict.h"

namespace postrider {

namespace {

constexpr std::size_t kMostMessageBytes = 1 << 20;

/// Characters as people count them, near enough: code points.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

void complain_of_bytes(std::string_view what, std::vector<Problem>& problems) {
  problems.push_back({"not_utf8", fmt::format("The {} is not UTF-8 text. Save it as UTF-8.", what)});
}

/// A text part of its own belongs to HTML; with plain text it would never be seen.
void merge_content(const CampaignChange& change, Campaign& campaign, std::vector<Problem>& problems) {
  auto& content = campaign.content;
  if (change.format) content.format = *change.format;
  if (change.text) content.text = *change.text;
  if (content.format == MessageFormat::text && !content.text.empty()) {
    if (change.text) {
      problems.push_back(
          {"text_without_html",
           "A text part stands beside an HTML or Markdown message. Give the text as the message "
           "itself, or the message as HTML."});
    }
    content.text.clear();
  }
  if (change.from_name) content.from_name = std::string(trim(*change.from_name));
  if (change.reply_to) content.reply_to = std::string(trim(*change.reply_to));
  if (change.headers) content.headers = *change.headers;
  if (change.kind) content.kind = *change.kind;
  if (change.list_unsubscribe) content.list_unsubscribe = *change.list_unsubscribe;
  if (content.kind == CampaignKind::newsletter && !content.list_unsubscribe) {
    if (change.list_unsubscribe) {
      problems.push_back(
          {"bad_list_unsubscribe",
           "A newsletter always has List-Unsubscribe; only a personal campaign can go without."});
    }
    content.list_unsubscribe = true;
  }
  if (!change.attachments) return;
  content.attachments.clear();
  for (const auto& file : *change.attachments) {
    content.attachments.push_back({file.name, file.media_type, static_cast<std::int64_t>(file.bytes.size())});
  }
  if (const auto parts = AttachedParts::make(*change.attachments); !parts) {
    problems.push_back({parts.error().code, parts.error().message});
  }
}

void check_content(const Content& content, std::vector<Problem>& problems) {
  if (!is_valid_utf8(content.text)) {
    problems.push_back({"not_utf8", "The text part is not UTF-8 text. Save it as UTF-8."});
  } else if (content.text.size() > kMostMessageBytes) {
    problems.push_back({"message_too_long", "The text part is longer than 1 MiB."});
  }
  if (!is_valid_utf8(content.from_name) || characters(content.from_name) > 255 ||
      has_control_character(content.from_name)) {
    problems.push_back({"bad_from_name", "The name in From has at most 255 characters on one line."});
  }
  if (!content.reply_to.empty()) {
    if (const auto address = parse_named_address(content.reply_to); !address) {
      problems.push_back({"bad_reply_to", "Reply-To: " + address.error().message});
    }
  }
  std::vector<HeaderField> fields;
  for (const auto& header : content.headers) {
    auto field = parse_header_field(header);
    if (field) {
      fields.push_back(std::move(*field));
    } else {
      problems.push_back({field.error().code, field.error().message});
    }
  }
  if (const auto fine = check_header_fields(fields); !fine) {
    problems.push_back({fine.error().code, fine.error().message});
  }
}

void check_rules(const Campaign& campaign, std::vector<Problem>& problems) {
  if (campaign.pace.min < Micros{0} || campaign.pace.min > campaign.pace.max ||
      campaign.pace.max > std::chrono::hours{24}) {
    problems.push_back(
        {"bad_pace", "A pace is none, or a gap of at most 24 h whose smaller end comes first: 4m-7m."});
  }
  if (campaign.window) {
    if (const auto fine = validate(*campaign.window); !fine) {
      problems.push_back({fine.error().code, fine.error().message});
    }
  }
  if (const auto fine = validate(campaign.form.window); !fine && !campaign.window) {
    problems.push_back({fine.error().code, fine.error().message});
  }
  if (campaign.form.pace.min > campaign.form.pace.max) {
    problems.push_back({"bad_pace", "The larger end of the gap between two emails comes last."});
  }
  if (campaign.max_tries && (*campaign.max_tries < 1 || *campaign.max_tries > kMostTries)) {
    problems.push_back({"bad_max_tries", fmt::format("An email is tried 1 to {} times, not {}.", kMostTries,
                                                     *campaign.max_tries)});
  }
  if (campaign.max_age && (*campaign.max_age < std::chrono::seconds{1} || *campaign.max_age > kLongestAge)) {
    problems.push_back({"bad_max_age", "Retrying ends 1 second to 5 days (5d) after the first try."});
  }
  if (campaign.brake_refusals < 0 || campaign.brake_refusals > 200 || campaign.brake_percent < 0 ||
      campaign.brake_percent > 100) {
    problems.push_back(
        {"bad_brake", "The brake is off, or 1 to 200 refusals and 1 to 100 percent of the last 200."});
  } else if ((campaign.brake_refusals == 0) != (campaign.brake_percent == 0)) {
    problems.push_back({"bad_brake", "The brake needs both a number and a percentage: 10:5."});
  }
}

}  // namespace

void check_name(std::string_view noun, std::string_view name, std::vector<Problem>& problems) {
  if (!is_valid_utf8(name)) {
    complain_of_bytes("name", problems);
  } else if (trim(name).empty() || characters(name) > 255 || has_control_character(name)) {
    problems.push_back({"bad_name", fmt::format("A {}'s name has 1 to 255 characters on one line.", noun)});
  }
}

void check_subject_and_message(std::string_view subject, std::string_view message,
                               std::vector<Problem>& problems) {
  if (!is_valid_utf8(subject)) {
    complain_of_bytes("subject", problems);
  } else if (trim(subject).empty() || characters(subject) > 500 || has_control_character(subject)) {
    problems.push_back({"bad_subject", "A subject has 1 to 500 characters on one line."});
  }
  if (!is_valid_utf8(message)) {
    complain_of_bytes("message", problems);
  } else if (trim(message).empty()) {
    problems.push_back({"no_message", "The message is empty."});
  } else if (message.size() > kMostMessageBytes) {
    problems.push_back({"message_too_long", "The message is longer than 1 MiB."});
  }
}

std::vector<Problem> merge_campaign(ActionContext& context, const CampaignChange& change,
                                    Campaign& campaign) {
  std::vector<Problem> problems;
  if (change.name) campaign.name = std::string(trim(*change.name));
  if (change.description) campaign.description = *change.description;
  if (change.subject) campaign.subject = std::string(trim(*change.subject));
  if (change.message) campaign.message = *change.message;
  if (change.from_template) campaign.from_template = change.from_template;
  if (change.pace) campaign.pace = *change.pace;
  if (change.window) campaign.window = *change.window;
  if (change.max_tries) campaign.max_tries = change.max_tries;
  if (change.max_age) campaign.max_age = change.max_age;
  if (change.on_uncertain) campaign.on_uncertain = *change.on_uncertain;
  if (change.skip_unresolved) campaign.skip_unresolved = *change.skip_unresolved;
  if (change.brake_refusals) campaign.brake_refusals = *change.brake_refusals;
  if (change.brake_percent) campaign.brake_percent = *change.brake_percent;
  if (change.form) campaign.form = *change.form;
  if (change.mailboxes) {
    campaign.mailboxes.clear();
    for (const auto& name : *change.mailboxes) {
      const auto mailbox = context.store.find_mailbox(name);
      if (!mailbox) {
        problems.push_back({mailbox.error().code, mailbox.error().message});
      } else if (std::ranges::find(campaign.mailboxes, mailbox->id) == campaign.mailboxes.end()) {
        campaign.mailboxes.push_back(mailbox->id);
      }
    }
  }
  if (change.queue || !campaign.queue) {
    const auto queue = context.store.find_queue(change.queue.value_or(kDefaultQueue));
    if (!queue) {
      problems.push_back({queue.error().code, queue.error().message});
    } else {
      campaign.queue = queue->id;
    }
  }
  merge_content(change, campaign, problems);
  check_name("campaign", campaign.name, problems);
  if (!is_valid_utf8(campaign.description)) complain_of_bytes("description", problems);
  check_subject_and_message(campaign.subject, campaign.message, problems);
  check_content(campaign.content, problems);
  check_rules(campaign, problems);
  return problems;
}

}  // namespace postrider
