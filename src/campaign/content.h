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
};

/// A campaign in test mode reaches nobody of its list. Once it is in test mode it stays so.
struct TestMode {
  std::string tester;  ///< the one address everything goes to; empty: only into the catch log
  bool to_catcher() const { return tester.empty(); }
  bool operator==(const TestMode&) const = default;
};

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
