#include "campaign/status.h"

#include <array>
#include <utility>

namespace postrider {
namespace {

/// Finds the value whose spelling is `text`. `values` names them all: a `switch` without default
/// in to_string keeps the spellings complete, the tests keep these lists so.
template <class Value, std::size_t count>
std::optional<Value> parse_any(std::string_view text, const std::array<Value, count>& values) {
  for (const Value value : values) {
    if (to_string(value) == text) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(CampaignStatus status) {
  switch (status) {
    case CampaignStatus::draft:
      return "draft";
    case CampaignStatus::scheduled:
      return "scheduled";
    case CampaignStatus::sending:
      return "sending";
    case CampaignStatus::paused:
      return "paused";
    case CampaignStatus::completed:
      return "completed";
    case CampaignStatus::failed:
      return "failed";
    case CampaignStatus::cancelled:
      return "cancelled";
  }
  std::unreachable();
}

std::string_view to_string(EmailStatus status) {
  switch (status) {
    case EmailStatus::pending:
      return "pending";
    case EmailStatus::sent:
      return "sent";
    case EmailStatus::failed:
      return "failed";
    case EmailStatus::bounced:
      return "bounced";
    case EmailStatus::skipped:
      return "skipped";
    case EmailStatus::uncertain:
      return "uncertain";
  }
  std::unreachable();
}

std::string_view to_string(OnUncertain policy) {
  switch (policy) {
    case OnUncertain::hold:
      return "hold";
    case OnUncertain::resend:
      return "resend";
    case OnUncertain::assume_sent:
      return "assume_sent";
  }
  std::unreachable();
}

std::optional<CampaignStatus> parse_campaign_status(std::string_view text) {
  using enum CampaignStatus;
  return parse_any(text, std::array{draft, scheduled, sending, paused, completed, failed, cancelled});
}

std::optional<EmailStatus> parse_email_status(std::string_view text) {
  using enum EmailStatus;
  return parse_any(text, std::array{pending, sent, failed, bounced, skipped, uncertain});
}

std::optional<OnUncertain> parse_on_uncertain(std::string_view text) {
  using enum OnUncertain;
  return parse_any(text, std::array{hold, resend, assume_sent});
}

}  // namespace postrider
