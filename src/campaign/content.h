#pragma once
// Content: what a campaign's emails hold besides subject and message: the form the message is written
// in, a text part of its own, who it says it is from and where replies go, further header fields, and
// the files that go along (their bytes stay in the store; see CampaignStore::attachments). And test
// mode: where its emails really go. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mail/address.h"

namespace postrider {

/// What kind of mail it is, which decides what it must hold (docs/unsubscribe.md).
enum class CampaignKind {
  personal,   ///< one person writes to another: an unsubscribe way and a postal address are advised
  newsletter  ///< both are needed, and List-Unsubscribe is always there
};

/// How the message is written.
enum class MessageFormat {
  text,
  html,     ///< with a text part beside it: `Content::text`, or made from the HTML
  markdown  ///< becomes HTML; the text part is the Markdown itself, or `Content::text`
};

struct AttachedFile {
  std::string name;
  std::string media_type;
  std::int64_t size = 0;  ///< bytes
};

struct Content {
  MessageFormat format = MessageFormat::text;
  std::string text;                       ///< template of the text part; empty: made from the message
  std::string from_name;                  ///< empty: the mailbox's
  std::string reply_to;                   ///< "ana@example.com" or "Ana <ana@example.com>"; empty: none
  std::vector<std::string> headers;       ///< "X-Campaign: {{ Group }}", the value a template
  std::vector<AttachedFile> attachments;  ///< as stored, in their order
  CampaignKind kind = CampaignKind::personal;
  bool list_unsubscribe = true;  ///< the header fields List-Unsubscribe and List-Unsubscribe-Post
};

/// A campaign in test mode reaches nobody of its list. Once it is in test mode it stays so.
struct TestMode {
  std::string tester;  ///< the one address everything goes to; empty: only into the catch log
  bool to_catcher() const { return tester.empty(); }
  bool operator==(const TestMode&) const = default;
};

std::string_view to_string(CampaignKind kind);
std::optional<CampaignKind> parse_campaign_kind(std::string_view text);
std::string_view to_string(MessageFormat format);
std::optional<MessageFormat> parse_message_format(std::string_view text);
/// What a file's name says it is: .html, .htm, .md, .markdown; text else.
MessageFormat format_of_file(std::string_view name);

/// "catcher", or the tester's address.
std::string to_string(const TestMode& test);

struct NamedAddress {
  std::string name;  ///< may be empty
  Address address;
};
/// "ana@example.com", "<ana@example.com>", "Ana <ana@example.com>", "\"Ana, Acme\" <ana@example.com>".
/// The address itself is parsed by parse_address, strictly.
Result<NamedAddress> parse_named_address(std::string_view text);

}  // namespace postrider
