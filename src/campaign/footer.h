#pragma once
// Footer: what a mailbox adds at the end of its campaigns' messages: how to unsubscribe, and the postal
// address that commercial mail must hold in most countries. Each of the two is left out of a part that
// says it already; docs/unsubscribe.md has the rules. Pure; immutable and safe to share.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "mail/template.h"

namespace postrider {

class Footer {
 public:
  Footer() = default;  ///< adds nothing

  /// `text`: a template of plain text that may hold {{ unsubscribe_url }} and no other field, at most 2,000
  /// characters; `postal_address`: one or more lines, at most 500. Either may be empty. Errors: bad_footer,
  /// bad_postal_address.
  static Result<Footer> make(std::string_view text, std::string_view postal_address);

  bool has_link() const { return text_.uses_own_field(); }
  bool has_postal_address() const { return !postal_text_.empty(); }

  /// What a part of a message says by itself.
  struct Said {
    bool link = false;       ///< it holds {{ unsubscribe_url }}: the unsubscribe text is left out
    std::string_view words;  ///< see squeezed(): the postal address is left out where they hold it
  };
  void add_to_text(std::string& text, const Said& said, std::string_view unsubscribe_url) const;
  /// Before the last </body>, else the last </html>, else at the end.
  void add_to_html(std::string& html, const Said& said, std::string_view unsubscribe_url) const;

 private:
  bool adds_text(const Said& said) const { return has_text_ && !said.link; }
  bool adds_postal(const Said& said) const {
    return !postal_words_.empty() && !said.words.contains(postal_words_);
  }

  bool has_text_ = false;
  Template text_, html_;
  std::string postal_text_, postal_html_, postal_words_;
};

/// Lower case (ASCII), with every run of blanks and line ends made one blank: how a postal address is looked
/// for.
std::string squeezed(std::string_view text);

}  // namespace postrider
