#include "smtp/dot_stuffing.h"

#include <gtest/gtest.h>

#include <random>

namespace postrider {
namespace {

struct Row {
  const char* name;
  std::string message;
  std::string stuffed;
};

class StuffingTable : public testing::TestWithParam<Row> {};

// SMTP-WIRE-01, SMTP-WIRE-02
TEST_P(StuffingTable, TravelsAsExpected) {
  EXPECT_EQ(dot_stuff(GetParam().message), GetParam().stuffed);
}

INSTANTIATE_TEST_SUITE_P(Messages, StuffingTable,
                         testing::Values(Row{"Empty", "", ""}, Row{"Ordinary", "a\r\nb\r\n", "a\r\nb\r\n"},
                                         Row{"NoEnd", "a", "a\r\n"}, Row{"LoneDot", ".\r\n", "..\r\n"},
                                         Row{"LoneDotNoEnd", ".", "..\r\n"},
                                         Row{"DotFirst", ".a\r\n..b\r\nc.\r\n", "..a\r\n...b\r\nc.\r\n"},
                                         Row{"BareLf", "a\n.\nb\n", "a\r\n..\r\nb\r\n"},
                                         Row{"BareCr", "a\r.\rb\r", "a\r\n..\r\nb\r\n"},
                                         Row{"CrCrLf", "a\r\r\n.\r\n", "a\r\n\r\n..\r\n"},
                                         Row{"LfCr", "a\n\r.b", "a\r\n\r\n..b\r\n"},
                                         Row{"Smuggling", "a\r\n.\nMAIL FROM:<x>\r\n",
                                             "a\r\n..\r\nMAIL FROM:<x>\r\n"},
                                         Row{"EmptyLines", "\r\n\r\n", "\r\n\r\n"}),
                         [](const auto& info) { return info.param.name; });

/// Written as slowly and plainly as can be.
std::string reference(const std::string& message) {
  std::string lines;
  for (std::size_t i = 0; i < message.size(); ++i) {
    if (message[i] == '\r') {
      lines += "\r\n";
      if (i + 1 < message.size() && message[i + 1] == '\n') ++i;
    } else if (message[i] == '\n') {
      lines += "\r\n";
    } else {
      lines += message[i];
    }
  }
  if (!lines.empty() && !lines.ends_with("\r\n")) lines += "\r\n";
  std::string out;
  bool start = true;
  for (const char c : lines) {
    if (start && c == '.') out += '.';
    out += c;
    start = c == '\n';
  }
  return out;
}

// SMTP-WIRE-02
TEST(DotStuffing, AgreesWithThePlainWayInBlocksOfAnySize) {
  std::mt19937 random(3);
  for (int round = 0; round < 20'000; ++round) {
    std::string message(random() % 40, '\0');
    for (char& c : message) c = "ab.\r\n.\r\n"[random() % 8];
    const std::string expected = reference(message);
    ASSERT_EQ(dot_stuff(message), expected) << testing::PrintToString(message);
    std::string blocks;
    DotStuffer stuffer(message);
    while (!stuffer.finished()) stuffer.append(blocks, 1 + random() % 8);
    ASSERT_EQ(blocks, expected) << testing::PrintToString(message);
    std::string pieces;
    const std::size_t cut = message.empty() ? 0 : random() % message.size();
    // Pieces end at line ends, yet a cut anywhere but inside a CRLF makes no difference.
    if (cut == 0 || message[cut - 1] != '\r') {
      const std::string_view whole = message;
      DotStuffer in_two({whole.substr(0, cut), whole.substr(cut)});
      while (!in_two.finished()) in_two.append(pieces, 1 + random() % 8);
      ASSERT_EQ(pieces, expected) << testing::PrintToString(message) << " cut at " << cut;
    }
    ASSERT_EQ(("\r\n" + blocks).find("\r\n.\r\n"), std::string::npos);
  }
}

}  // namespace
}  // namespace postrider
