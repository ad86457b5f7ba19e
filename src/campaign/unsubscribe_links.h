#pragma once
// Unsubscribe links: what goes into one email so that its recipient can leave: {{ unsubscribe_url }} and
// the fields List-Unsubscribe and List-Unsubscribe-Post (RFC 2369, RFC 8058). With a public URL the link is
// an https one that works by one click; without, a mail to the sender whose subject holds the token.
// docs/unsubscribe.md says it for people. Pure; immutable and safe to share.

#include <optional>
#include <string>
#include <string_view>

#include "campaign/unsubscribe_token.h"
#include "mail/address.h"

namespace postrider {

/// The field's name in templates.
inline constexpr const char* kUnsubscribeField = "unsubscribe_url";
/// What stands in the place of a token in previews and tests: it unsubscribes nobody.
inline constexpr const char* kExampleToken = "example";

struct UnsubscribeLink {
  std::string url;         ///< the value of {{ unsubscribe_url }}: https:, or mailto:
  std::string header;      ///< of List-Unsubscribe: one line of at most 900 octets
  bool one_click = false;  ///< List-Unsubscribe-Post goes beside it
};

class UnsubscribeLinks {
 public:
  /// `public_url`: as parse_public_url gives it, or empty.
  UnsubscribeLinks(UnsubscribeKey key, std::string public_url)
      : key_(std::move(key)), public_url_(std::move(public_url)) {}

  bool has_public_url() const { return !public_url_.empty(); }

  /// Whom a mail that unsubscribes goes to.
  struct Sender {
    const Address& from;
    const std::optional<Address>& unsubscribe;  ///< the mailbox's own address for this, if it names one
  };
  UnsubscribeLink link(CampaignId campaign, const Address& recipient, const Sender& sender) const;
  /// The same with kExampleToken.
  UnsubscribeLink example(const Sender& sender) const { return link_with(kExampleToken, sender); }

  /// `text`: a token, or a link that holds one. Nothing when it is none of ours.
  std::optional<UnsubscribeKey::Named> read(std::string_view text) const;

 private:
  UnsubscribeLink link_with(std::string_view token, const Sender& sender) const;

  UnsubscribeKey key_;
  std::string public_url_;
};

/// The token in a token, an unsubscribe link, or the subject of an unsubscribe mail: what follows the last
/// "/u/" or "unsubscribe ", up to the first "?", "#", ">" or blank.
std::string_view unsubscribe_token_in(std::string_view text);

}  // namespace postrider
