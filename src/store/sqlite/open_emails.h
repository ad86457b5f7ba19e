#pragma once
// OpenEmails: the emails of one address that may still leave, in all campaigns, and how they end when the
// address is suppressed, or a single one when a person skips it. Lives for one transaction of the campaign
// store. Store room only.

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

#include "campaign/suppression.h"
#include "store/campaign_store.h"
#include "store/sqlite/writer.h"

namespace postrider::sqlite {

class OpenEmails {
 public:
  explicit OpenEmails(Writer& writer);

  /// Suppresses, and skips the open emails of an address; a domain's are skipped at their gates. Counted in
  /// `answer`.
  void suppress(const Suppression& one, SuppressAnswer& answer);

  /// Skips a single one; its campaign. A conflict when it is over, or while a worker holds it.
  Result<CampaignId> skip(EmailId id, std::string_view reason);

  /// At the end: campaigns that have nothing left end, lanes and planners look again.
  void settle();

 private:
  /// Those that wait, or lost their task, are skipped; how many. One that a worker holds is left to it:
  /// before its gate it is refused there, past it it ends in its true state.
  std::int64_t skip(std::string_view address_key, std::string_view reason);
  struct Open {
    std::int64_t email = 0, campaign = 0;
    std::optional<std::int64_t> lane;  ///< of its task, if it has one
  };
  void end(const Open& open, std::string_view reason);

  Writer& writer_;
  Statement add_, find_, find_one_, drop_task_, skip_, more_;
  std::set<std::int64_t> campaigns_;  // that lost emails
};

}  // namespace postrider::sqlite
