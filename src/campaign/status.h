#pragma once
// The named states of campaigns and emails, spelled as the API spells them. Pure.
//
//   draft ──send──► scheduled ──its time──► sending ──all ended──► completed | failed
//     └────send──────────────────────────────►│ ▲
//                                       pause ▼ │ resume
//                                           paused
//   scheduled, sending, paused ──stop──► cancelled          completed, failed ──retry──► sending
//
// `failed` is a completed campaign of which nothing was sent. completed, failed and cancelled
// are final but for `retry`, which takes only the failed emails.

#include <cstdint>
#include <optional>
#include <string_view>

namespace postrider {

enum class CampaignStatus { draft, scheduled, sending, paused, completed, failed, cancelled };
enum class EmailStatus { pending, sent, failed, bounced, skipped, uncertain };
enum class OnUncertain { hold, resend, assume_sent };

/// completed, failed, cancelled.
constexpr bool is_final(CampaignStatus status) {
  return status == CampaignStatus::completed || status == CampaignStatus::failed ||
         status == CampaignStatus::cancelled;
}

std::string_view to_string(CampaignStatus status);
std::string_view to_string(EmailStatus status);
std::string_view to_string(OnUncertain policy);
std::optional<CampaignStatus> parse_campaign_status(std::string_view text);
std::optional<EmailStatus> parse_email_status(std::string_view text);
std::optional<OnUncertain> parse_on_uncertain(std::string_view text);

/// How many emails of a campaign are in which state. total is always the sum of the others.
struct Counts {
  std::int64_t sent = 0, failed = 0, bounced = 0, skipped = 0, uncertain = 0, pending = 0;
  std::int64_t total() const { return sent + failed + bounced + skipped + uncertain + pending; }
  /// sent / (sent + failed + bounced), 0 when nothing was tried.
  double success_rate() const {
    const auto tried = sent + failed + bounced;
    return tried == 0 ? 0.0 : static_cast<double>(sent) / static_cast<double>(tried);
  }
  bool operator==(const Counts&) const = default;
};

}  // namespace postrider
