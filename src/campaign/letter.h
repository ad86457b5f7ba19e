#pragma once
// Letter: what a campaign says, ready to be written to one recipient after another: its templates
// compiled, Markdown and automatic text converted, attachments encoded. Made once per campaign and
// shared by all its emails; a preview and a test are written by the same code as what leaves. Pure;
// immutable and safe to share.

#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/campaign.h"
#include "campaign/footer.h"
#include "campaign/unsubscribe_links.h"
#include "mail/message.h"
#include "mail/template.h"

namespace postrider {

/// The header that names the recipient for whom a message to a tester was written.
inline constexpr const char* kTestForHeader = "X-Postrider-Test-For";
/// What the subject of a message to a tester begins with.
inline constexpr const char* kTestMark = "[Test] ";

class Letter {
 public:
  /// What is wrong with one part of the content: "subject", "message" …
  struct Fault {
    std::string part;
    Error error;
  };

  /// All faults at once. `files`: its attachments; a check that only looks at templates passes none.
  static std::expected<std::shared_ptr<const Letter>, std::vector<Fault>> compile(
      const Campaign& campaign, std::span<const Attachment> files);

  struct Recipient {
    const Address& address;
    std::string_view name;
    std::span<const std::string> values;  ///< of Campaign::columns
    /// How this recipient leaves; null: the message names no way.
    const UnsubscribeLink* unsubscribe = nullptr;
  };
  struct Sender {
    const Address& address;
    std::string_view name;           ///< the mailbox's; the campaign's own goes before it
    const Footer* footer = nullptr;  ///< the mailbox's; null: none
  };

  /// Everything but Message-ID and date. With a tester the message goes to that address, says for whom
  /// it was written and is marked in its subject. Errors: as Template::render.
  Result<MessageParts> write(const Sender& sender, const Recipient& recipient, WallTime now,
                             const Address* tester = nullptr) const;

  /// Columns that must not be empty, in order, without repeats.
  const std::vector<std::size_t>& required_columns() const { return required_; }
  /// Whether write() can fail for a row although none of its required columns is empty.
  bool depends_on_row() const { return depends_on_row_; }
  /// Whether every part of the message holds {{ unsubscribe_url }}, so that no footer need say it.
  bool says_unsubscribe_link() const;
  /// About what it takes in memory.
  std::size_t size() const { return size_; }

 private:
  struct Header {
    std::string name;
    Template value;
  };
  /// One part of the message.
  struct Part {
    Template body;
    std::string words;  ///< as Footer::Said::words
    Footer::Said said() const { return {.link = body.uses_own_field(), .words = words}; }
  };
  struct Compiler;
  std::string from_name_;
  std::optional<NamedAddress> reply_to_;
  std::optional<Template> subject_;
  std::optional<Part> text_, html_;
  bool list_unsubscribe_ = true;
  std::vector<Header> headers_;
  std::shared_ptr<const AttachedParts> attached_;
  std::vector<std::size_t> required_;
  bool depends_on_row_ = false;
  std::size_t size_ = 0;
};

}  // namespace postrider
