#include "app/verbs/output.h"

#include <gtest/gtest.h>

#include <sstream>

namespace postrider {
namespace {

TEST(Output, AlignsATableByItsWidestCells) {
  Table table({">ID", "NAME", ">SENT"});
  table.add({"7", "Frühling", "12"});
  table.add({"1000", "Spring sale", "3"});
  std::ostringstream out;
  table.print(out, 0);
  EXPECT_EQ(out.str(),
            "  ID  NAME         SENT\n"
            "   7  Frühling       12\n"
            "1000  Spring sale     3\n");
}

TEST(Output, NamesValuesWithoutHeaders) {
  Table table;
  table.add({"name", "slow"});
  table.add({"max-attempts", "3"});
  std::ostringstream out;
  table.print(out, 0);
  EXPECT_EQ(out.str(), "name:          slow\nmax-attempts:  3\n");
}

TEST(Output, LetsNoCellSteerTheTerminal) {
  Table table({"REASON"});
  table.add({"red \x1b[31m\r\nforged line"});
  std::ostringstream out;
  table.print(out, 0);
  const auto text = out.str();
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
}

TEST(Output, CutsLinesAtACharactersEdge) {
  EXPECT_EQ(fit("Größe", 10), "Größe");
  EXPECT_EQ(fit("Größe", 5), "Größe");
  EXPECT_EQ(fit("Größe", 4), "Grö…");
  EXPECT_EQ(fit("Größe", 1), "…");
}

TEST(Output, ShowsSpansInTheirTwoLargestUnits) {
  using namespace std::chrono_literals;
  const std::pair<Micros, std::string> table[] = {
      {0s, "0s"},        {1us, "1s"}, {59s, "59s"},           {60s, "1m"}, {312s, "5m 12s"}, {1h, "1h"},
      {90min, "1h 30m"}, {24h, "1d"}, {30h + 59min, "1d 6h"}, {-5s, "0s"},
  };
  for (const auto& [span, text] : table) EXPECT_EQ(show_span(span), text);
}

TEST(Output, TellsErrorsInTheFormThatWasAskedForWithTheirExitCode) {
  const std::tuple<Error::Kind, int> table[] = {{Error::Kind::invalid, 2},
                                                {Error::Kind::not_found, 1},
                                                {Error::Kind::conflict, 1},
                                                {Error::Kind::unavailable, 1}};
  for (const auto& [kind, code] : table) {
    std::ostringstream out, err;
    Output people(out, err, false, 0);
    EXPECT_EQ(people.fail(Error{kind, "some_code", "Some words."}), code);
    EXPECT_EQ(err.str(), "postrider: Some words.\n");
    EXPECT_EQ(out.str(), "");
    Output programs(out, err, true, 0);
    EXPECT_EQ(programs.fail(Error{kind, "some_code", "Some words."}), code);
    EXPECT_EQ(out.str(), "{\"error\":{\"code\":\"some_code\",\"message\":\"Some words.\"}}\n");
  }
  std::ostringstream out, err;
  Output output(out, err, false, 0);
  EXPECT_EQ(output.fail(Fault("the disk is gone")), 3);
  EXPECT_EQ(err.str(), "postrider: the disk is gone\n");
}

}  // namespace
}  // namespace postrider
