#pragma once
// Address: one mailbox address, parsed strictly and in one place for the whole product (RFC 5321
// §4.1.2 without its exotic parts). Comments, quoted local parts, source routes, encoded words,
// domain literals, a second "@" and control characters are refused: parsers disagree about them,
// and mail has gone to strangers through that disagreement. Pure.

#include <string>
#include <string_view>

#include "base/result.h"

namespace postrider {

struct Address {
  std::string local;   ///< as given; at most 64 octets (RFC 5321 §4.5.3.1.1)
  std::string domain;  ///< lower case, as A-labels (IDNA 2008); at most 255 octets

  std::string text() const { return local + "@" + domain; }

  /// What two spellings of one mailbox have in common: text() in lower case. Used for
  /// duplicates and suppression, never on the wire.
  std::string key() const;

  /// True when the local part has non-ASCII characters, so that it travels only to a server
  /// that offers SMTPUTF8 (RFC 6531).
  bool needs_smtputf8() const;
};

/// Surrounding blanks are ignored. The error says what is wrong in words for a list's owner.
Result<Address> parse_address(std::string_view text);

/// Lower case A-label form of a domain with at least two labels, or an error.
Result<std::string> parse_domain(std::string_view text);

}  // namespace postrider
