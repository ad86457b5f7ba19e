#include "mail/any_message_test.h"

#include <array>

#include "base/check.h"
#include "base/text.h"

namespace postrider {
namespace {

using namespace std::string_literals;

const std::vector<std::string>& words() {
  static const std::vector<std::string> all{"Zoe",
                                            "Ada",
                                            "O'Neill",
                                            "hello",
                                            "the",
                                            "a",
                                            "Brown-Smith",
                                            "10 %",
                                            "Zoë",
                                            "Müller",
                                            "Straße",
                                            "Þór",
                                            "Łukasz",
                                            "İstanbul",
                                            "Ελένη",
                                            "Наталья",
                                            "שלום",
                                            "مرحبا",
                                            "नमस्ते",
                                            "ไทย",
                                            "日本語",
                                            "名前",
                                            "안녕하세요",
                                            "繁體",
                                            "📮",
                                            "👩‍👩‍👧",
                                            "e\u0301",
                                            "½ €",
                                            "“quoted”",
                                            "…",
                                            "www.example.com/?a=1&b=2",
                                            "long-word-of-a-certain-length-that-does-not-fold",
                                            "{{ x }}",
                                            "1.",
                                            "From",
                                            "--"};
  return all;
}

const std::vector<std::string>& troubles() {
  static const std::vector<std::string> all{"\r\n",
                                            "\n",
                                            "\r",
                                            "\0"s,
                                            "\t",
                                            "  ",
                                            "\"",
                                            "\\",
                                            "<",
                                            ">",
                                            ",",
                                            ";",
                                            ":",
                                            "@",
                                            "(",
                                            ")",
                                            "[",
                                            "=?utf-8?q?",
                                            "?=",
                                            "=?utf-8?b?WA==?=",
                                            "_",
                                            "=",
                                            "=3D",
                                            ".",
                                            "\r\n.\r\n",
                                            "\r\nBcc: x@y.com\r\n",
                                            "\r\n\r\n",
                                            "\xC0",
                                            "\xED\xA0\x80",
                                            "\xE2\x80",
                                            "\xFF",
                                            "\x7F",
                                            "\x1B[31m",
                                            "\u2028",
                                            "\u202E",
                                            "\u00A0",
                                            "\uFEFF",
                                            "--=_m",
                                            "\n--=_a1\n",
                                            "Content-Type: text/html",
                                            std::string(70, 'a'),
                                            std::string(130, '=')};
  return all;
}

/// Words with blanks between, at times with trouble.
std::string phrase(Dice& dice, std::size_t most_words) {
  std::string out;
  const bool troubled = dice.one_in(3);
  for (auto left = dice.below(most_words + 1); left > 0; --left) {
    out += troubled && dice.one_in(2) ? troubles()[dice.below(troubles().size())]
                                      : words()[dice.below(words().size())];
    if (!dice.one_in(4)) out += ' ';
  }
  return out;
}

std::string body(Dice& dice) {
  std::string out;
  const bool ascii = dice.one_in(3);
  const auto most = dice.one_in(50) ? std::size_t{300} : std::size_t{6};
  for (auto left = dice.below(most + 1); left > 0; --left) {
    out += ascii ? "A plain line." : phrase(dice, 9);
    if (dice.one_in(40)) out += std::string(1 + dice.below(1'200), 'x');
    out += dice.one_in(5) ? "\r\n" : "\n";
    if (dice.one_in(6)) out += '\n';
  }
  return out;
}

std::string bytes(Dice& dice) {
  std::string out;
  for (auto left = dice.below(dice.one_in(20) ? 3'000 : 120); left > 0; --left)
    out += static_cast<char>(dice.next() & 0xFF);
  return out;
}

Address address(Dice& dice, std::string_view domain) {
  constexpr std::array<std::string_view, 8> locals{
      "zoe",
      "zoe.brown+tag",
      "o'neill!#$%&*/?^`{|}~",
      "x",
      "1",
      "a-very-long-local-part-of-an-address-with-sixty-four-octets-in-it",
      "no_reply",
      "zoë"};
  // Rarely one beyond ASCII: such a message is of another kind.
  auto local = locals[dice.below(dice.one_in(30) ? locals.size() : locals.size() - 1)];
  auto parsed = parse_address(std::string(local.substr(0, 64)) + "@" + std::string(domain));
  CHECK(parsed);
  return *parsed;
}

std::string file_name(Dice& dice) {
  std::string name;
  for (auto left = 1 + dice.below(6); left > 0; --left) {
    name += words()[dice.below(words().size())];
    if (dice.one_in(3)) name += " \"'=;%()@,"[dice.below(10)];
  }
  for (char& c : name) c = c == '/' ? '_' : c;
  constexpr std::array<std::string_view, 6> endings{".pdf", ".csv", ".txt", ".png", "", ".unknown"};
  name = std::string(trim(std::string_view{name}.substr(0, 120)));
  while (!name.empty() && !is_valid_utf8(name)) name.pop_back();
  return name + std::string(endings[dice.below(endings.size())]);
}

void add_headers(Dice& dice, MessageParts& parts) {
  if (dice.one_in(2)) parts.headers.push_back({"X-Any-Text", phrase(dice, 12)});
  if (dice.one_in(8))
    parts.headers.push_back({"X-Long", std::string(1 + dice.below(300), 'y') + " " + phrase(dice, 3)});
  if (dice.one_in(8)) parts.headers.push_back({"List-Id", "Zoë's, list <spring.example.com>"});
  if (dice.one_in(8)) parts.headers.push_back({"Feedback-ID", "spring:42:mail:example"});
  if (dice.one_in(8)) parts.headers.push_back({"Precedence", "bulk"});
}

}  // namespace

std::uint64_t Dice::next() {
  auto z = (state_ += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

std::string AnyMessage::shown(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size();) {
    const auto length = utf8_length(value.substr(i));
    const auto octet = static_cast<unsigned char>(value[i]);
    if (length == 0) {
      out += '?';
    } else if (octet < 0x20 || octet == 0x7F) {
      out += ' ';
    } else {
      out += value.substr(i, length);
    }
    i += length == 0 ? 1 : length;
  }
  return std::string(trim(out));
}

std::string AnyMessage::shown_text(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto length = utf8_length(text.substr(i));
    if (text[i] == '\r' || text[i] == '\n') {
      out += "\r\n";
      i += text.substr(i, 2) == "\r\n" ? 2 : 1;
      continue;
    }
    out += length == 0 ? "?"s : text[i] == '\0' ? " "s : std::string(text.substr(i, length));
    i += length == 0 ? 1 : length;
  }
  if (!out.empty() && !out.ends_with("\r\n")) out += "\r\n";
  return out;
}

AnyMessage any_message(std::uint64_t number) {
  Dice dice(number);
  AnyMessage any;
  auto& parts = any.parts;
  parts.from_name = phrase(dice, 3);
  parts.from = address(dice, dice.one_in(2) ? "example.com" : "bücher.example");
  parts.to_name = phrase(dice, 4);
  parts.to = address(dice, dice.one_in(2) ? "example.org" : "例え.テスト");
  if (dice.one_in(4)) {
    parts.reply_to_name = phrase(dice, 3);
    parts.reply_to = address(dice, "reply.example");
  }
  parts.subject = phrase(dice, 12);
  parts.text = body(dice);
  if (dice.one_in(4)) parts.html = "<p>" + body(dice) + "</p>";
  add_headers(dice, parts);
  if (dice.one_in(10)) {
    for (auto left = 1 + dice.below(3); left > 0; --left) {
      auto made = make_attachment(file_name(dice), dice.one_in(3) ? body(dice) : bytes(dice));
      if (made) any.attachments.push_back(std::move(*made));
    }
    auto attached = AttachedParts::make(any.attachments);
    CHECK(attached);
    parts.attached = *attached;
  }
  parts.message_id = "<m" + std::to_string(number) + "@" + parts.from.domain + ">";
  parts.date = WallTime{std::chrono::seconds{946'684'800 + dice.below(3'000'000'000)}};
  return any;
}

}  // namespace postrider
