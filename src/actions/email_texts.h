#pragma once
// EmailTexts: what the emails of one campaign say to their recipients, for people who read a page of
// them. The texts are stored nowhere: the stored message and each row's fields make them again, by the
// code that writes what leaves. Not thread safe.

#include <cstddef>
#include <expected>
#include <optional>
#include <string>

#include "actions/context.h"
#include "campaign/letter.h"

namespace postrider {

class EmailTexts {
 public:
  /// Compiles the campaign's message, once for all its emails; attachments are left out.
  EmailTexts(const ActionContext& context, const Campaign& campaign);

  struct Text {
    std::string subject;
    std::string message;  ///< HTML where the campaign is written in HTML, else its text
  };
  /// One email's; or a sentence that says why it cannot be written (a field is empty, the message has a
  /// fault) or is not (all texts together have a bound, for a page of them stands in memory).
  std::expected<Text, std::string> write(const EmailView& email);

 private:
  const WallTime now_;
  const bool html_;
  std::shared_ptr<const Letter> letter_;
  std::string fault_;
  std::optional<Address> tester_;
  std::size_t room_;
};

}  // namespace postrider
