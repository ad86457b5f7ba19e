// What a mail server says. The replies found do not depend on how the bytes arrive, each is within
// its bounds, and each has a meaning at every stage.

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/text.h"
#include "fuzz/pieces.h"
#include "fuzz/targets.h"
#include "smtp/capabilities.h"
#include "smtp/reply_parser.h"

namespace postrider::fuzz {
namespace {

using State = ReplyParser::State;

struct Heard {
  int code = 0;
  std::string raw, enhanced, text;
  bool operator==(const Heard&) const = default;
};

struct Dialog {
  std::vector<Heard> replies;
  bool garbage = false;
  std::string complaint;
  bool operator==(const Dialog&) const = default;
};

void take_replies(ReplyParser& parser, Dialog& dialog) {
  State state;
  while ((state = parser.next()) == State::complete) {
    const Reply reply = parser.reply();
    require(reply.code == parser.code(), "one code");
    dialog.replies.push_back({reply.code, std::string(parser.raw()), reply.enhanced, reply.text});
  }
  dialog.garbage = state == State::garbage;
  dialog.complaint = parser.complaint();
}

/// The dialog when at most `most` bytes arrive at a time.
Dialog hear(std::string_view bytes, std::size_t most) {
  Cuts cuts(bytes);
  ReplyParser parser;
  Dialog dialog;
  while (!bytes.empty() && !dialog.garbage) {
    const auto space = parser.space();
    require(!space.empty(), "there is always room for more");
    const auto piece = cuts.take(bytes, std::min(most, space.size()));
    std::memcpy(space.data(), piece.data(), piece.size());
    parser.filled(piece.size());
    take_replies(parser, dialog);
  }
  return dialog;
}

/// A reply's text that any log line, table and database column can take.
void check_reply(const Reply& reply) {
  require(reply.text.size() <= 1'004, "a reply's text is at most 1,000 octets and an ellipsis");
  require(is_valid_utf8(reply.text), "a reply's text is valid UTF-8");
  require(std::ranges::none_of(reply.text,
                               [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }),
          "a reply's text is one line");
  require(reply.enhanced.empty() || (reply.enhanced.size() >= 5 && reply.enhanced.size() <= 9 &&
                                     std::ranges::count(reply.enhanced, '.') == 2),
          "an enhanced code is three numbers");
}

void check_meaning(const Reply& reply, Stage stage) {
  const auto meaning = interpret({.kind = Trouble::Kind::reply, .stage = stage, .reply = reply});
  const bool at_dot = stage == Stage::dot;
  require(!meaning.reason.empty(), "every trouble has a reason");
  // Where code and enhanced code disagree ("250 5.7.1 …"), the table may say "not now" instead.
  const bool agrees = reply.enhanced.empty() || reply.enhanced[0] - '0' == reply.code / 100;
  const bool accepted = at_dot && reply.code / 100 == 2;
  const bool delivered = meaning.disposition == Disposition::delivered;
  require(accepted || !delivered, "only 2xx to the dot is success");
  require(!accepted || !agrees || delivered, "2xx to the dot is success");
  require(!meaning.suppress || meaning.blame == Blame::recipient, "only the address itself is suppressed");
  require(!meaning.suppress || stage >= Stage::rcpt, "nothing before RCPT suppresses an address");
  require(meaning.disposition != Disposition::unknown || (at_dot && reply.code < 400),
          "a refusal is an answer");
}

}  // namespace

void try_replies(std::string_view bytes) {
  const Dialog whole = hear(bytes, bytes.size() + 1);
  require(whole == hear(bytes, 1), "byte by byte gives the same replies");
  require(whole == hear(bytes, 7), "pieces give the same replies");
  Cuts choice(bytes);
  // One stage for each reply: the table is long, and the inputs are many.
  const auto any_stage = [&] {
    return static_cast<Stage>(choice.number(static_cast<std::size_t>(Stage::dot)));
  };
  for (const auto& heard : whole.replies) {
    require(heard.code >= 200 && heard.code <= 599, "a code is 200 to 599");
    require(heard.raw.size() <= ReplyParser::max_reply, "a reply is at most 64 KiB");
    const Reply reply{heard.code, heard.enhanced, heard.text};
    check_reply(reply);
    check_meaning(reply, any_stage());
    (void)parse_capabilities(heard.raw);
  }
  // The words of a reply also come from elsewhere than the parser (bounces, the mock).
  const Reply made = make_reply(550, bytes);
  check_reply(made);
  check_meaning(made, any_stage());
}

}  // namespace postrider::fuzz
