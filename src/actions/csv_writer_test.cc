#include "actions/csv_writer.h"

#include <gtest/gtest.h>

#include <sstream>

#include "base/hash.h"
#include "campaign/recipients.h"

namespace postrider {
namespace {

TEST(CsvWriter, PutsAnApostropheBeforeWhatASpreadsheetWouldCalculate) {
  std::ostringstream out;
  CsvWriter csv(out);
  csv.write({"=1+1", "\xC2\xA0@x", "a=b", "\n=1", "'=1"});
  EXPECT_EQ(out.str(), "'=1+1,'\xC2\xA0@x,a=b,\"'\n=1\",''=1\r\n");
}

TEST(CsvWriter, QuotesWhatNeedsQuotes) {
  std::ostringstream out;
  CsvWriter csv(out);
  csv.write({"plain", "a,b", "say \"hi\"", "two\nlines", " edge ", ""});
  csv.write({""});
  EXPECT_EQ(out.str(), "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\" edge \",\r\n\"\"\r\n");
}

TEST(CsvWriter, WritesWhatTheReaderReadsBack) {
  const std::vector<std::string> letters = {"a", "b", ";", ",", "\t", "\"",   "\n", " ",
                                            "'", "=", "+", "-", "@",  "\r\n", "é"};
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    std::vector<std::string> row = {"ana@example.com"};
    for (std::uint64_t cell = 0; cell < 4; ++cell) {
      std::string text = cell < 2 ? "" : "x";
      const auto length = pick(mix(seed, cell), 0, 8);
      for (std::int64_t i = 0; i < length; ++i) {
        text += letters[static_cast<std::size_t>(
            pick(mix(mix(seed, cell), static_cast<std::uint64_t>(i)), 0, 14))];
      }
      row.push_back(text + "x");  // the reader may tidy what is only blank
    }
    std::stringstream file;
    CsvWriter csv(file);
    csv.write({"email", "a", "b", "c", "d"});
    csv.write(row);
    const auto source = make_csv_source(file, "back.csv");
    ASSERT_TRUE(source->headers().has_value());
    const auto back = source->next();
    ASSERT_TRUE(back.has_value() && back->has_value()) << seed;
    EXPECT_EQ((*back)->values, row) << seed;
  }
}

}  // namespace
}  // namespace postrider
