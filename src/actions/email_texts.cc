#include "actions/email_texts.h"

#include <fmt/format.h>

namespace postrider {
namespace {

constexpr std::size_t kMostBytes = 8 << 20;  // of all texts together

}  // namespace

EmailTexts::EmailTexts(const ActionContext& context, const Campaign& campaign)
    : now_(context.clock.wall_now()),
      html_(campaign.content.format == MessageFormat::html),
      room_(kMostBytes) {
  auto letter = Letter::compile(campaign, {});
  if (letter) {
    letter_ = std::move(*letter);
  } else {
    const auto& fault = letter.error().front();
    fault_ = fmt::format("In the {}: {}", fault.part, fault.error.message);
  }
  if (!campaign.test || campaign.test->to_catcher()) return;
  if (auto tester = parse_address(campaign.test->tester)) tester_ = std::move(*tester);
}

std::expected<EmailTexts::Text, std::string> EmailTexts::write(const EmailView& email) {
  if (!letter_) return std::unexpected(fault_);
  if (room_ == 0)
    return std::unexpected("The texts of this page are too long together: ask for this email alone.");
  const auto to = parse_address(email.address);
  if (!to) return std::unexpected(to.error().message);
  static const Address kAnySender{"sender", "example.com"};  // neither subject nor message shows it
  // As it was when it left: a message may say what day it is.
  const auto when = email.tried_at.value_or(now_);
  auto parts = letter_->write({.address = kAnySender, .name = {}},
                              {.address = *to, .name = email.name, .values = email.values}, when,
                              tester_ ? &*tester_ : nullptr);
  if (!parts) return std::unexpected(parts.error().message);
  auto& message = html_ ? parts->html : parts->text;
  const auto size = parts->subject.size() + message.size();
  room_ = size < room_ ? room_ - size : 0;
  return Text{std::move(parts->subject), std::move(message)};
}

}  // namespace postrider
