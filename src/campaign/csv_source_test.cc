#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <sstream>

#include "campaign/formula_cell.h"
#include "campaign/recipients.h"

namespace postrider {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// All that a source gives, one line a row: "2: ana@example.com|Ana", a problem after " !", an
/// error after "error: ".
std::string read_all(std::istream& in) {
  const auto source = make_csv_source(in, "list.csv");
  const auto headers = source->headers();
  if (!headers) return "error: " + headers.error().message;
  auto out = fmt::format("{}", fmt::join(*headers, "|"));
  while (true) {
    const auto row = source->next();
    if (!row) return out + "\nerror: " + row.error().message;
    if (!*row) return out;
    EXPECT_EQ((*row)->values.size(), headers->size());
    out += fmt::format("\n{}: {}", (*row)->row, fmt::join((*row)->values, "|"));
    if (!(*row)->problem.empty()) out += " !" + (*row)->problem;
  }
}

std::string read_all(const std::string& text) {
  std::istringstream in(text);
  return read_all(in);
}

struct Case {
  const char* why;
  std::string text, rows;
};

TEST(CsvSource, WhatSpreadsheetsWriteIsRead) {
  const Case cases[] = {
      {"plain", "email,name\na@x.com,Ana\nb@x.com,Bo\n", "email|name\n2: a@x.com|Ana\n3: b@x.com|Bo"},
      {"no line end at the end", "email\na@x.com", "email\n2: a@x.com"},
      {"CRLF", "email,name\r\na@x.com,Ana\r\n", "email|name\n2: a@x.com|Ana"},
      {"CR alone", "email,name\ra@x.com,Ana\rb@x.com,Bo", "email|name\n2: a@x.com|Ana\n3: b@x.com|Bo"},
      {"semicolon", "email;name\na@x.com;Ana, Dr.\n", "email|name\n2: a@x.com|Ana, Dr."},
      {"tab", "email\tname\na@x.com\tAna; Bo, Cy\n", "email|name\n2: a@x.com|Ana; Bo, Cy"},
      {"tab with an empty cell", "a\tb\tc\n\t\tx\n", "a|b|c\n2: ||x"},
      {"separator within quotes", "\"mail, private; old\";name\na@x.com;Ana\n",
       "mail, private; old|name\n2: a@x.com|Ana"},
      {"doubled quote within a quoted header", "\"a \"\"b,c,d\"\" \";name\nx;y\n",
       "a \"b,c,d\"|name\n2: x|y"},
      {"inch sign in the header", "5\" pipe;email,x;c\n1;2;3\n", "5\" pipe|email,x|c\n2: 1|2|3"},
      {"Excel's sep=", "sep=;\r\nemail;name\r\na@x.com;Ana\r\n", "email|name\n2: a@x.com|Ana"},
      {"sep= overrules the count", "sep=|\nemail|a,b\nx|y\n", "email|a,b\n2: x|y"},
      {"BOM",
       "\xEF\xBB\xBF"
       "email\na@x.com\n",
       "email\n2: a@x.com"},
      {"BOM and quotes", "\xEF\xBB\xBF\"email\"\n\"a@x.com\"\n", "email\n2: a@x.com"},
      {"quotes, doubled quotes", "email,name\na@x.com,\"Ana \"\"A\"\" Lee\"\n",
       "email|name\n2: a@x.com|Ana \"A\" Lee"},
      {"line break in a cell is one row", "email,note\na@x.com,\"one\ntwo\"\nb@x.com,x\n",
       "email|note\n2: a@x.com|one\ntwo\n3: b@x.com|x"},
      {"blank rows count and are skipped", "email,name\n\na@x.com,Ana\n,\n  \n\" \",\nb@x.com,Bo\n\n",
       "email|name\n3: a@x.com|Ana\n7: b@x.com|Bo"},
      {"blank rows with CRLF", "email\r\n\r\na@x.com\r\n\r\n\r\nb@x.com\r\n",
       "email\n3: a@x.com\n6: b@x.com"},
      {"blank rows before the header", "\n,,\nemail,name\na@x.com,Ana\n", "email|name\n4: a@x.com|Ana"},
      {"blanks around cells", " email , name \n a@x.com ,\tAna \n", "email|name\n2: a@x.com|Ana"},
      {"missing cells are empty", "email,name,city\na@x.com\n", "email|name|city\n2: a@x.com||"},
      {"empty cells too many", "email,name\na@x.com,Ana,, \n", "email|name\n2: a@x.com|Ana"},
      {"quote inside an unquoted cell", "email,size\na@x.com,5\" pipe\nb@x.com,6\" \"x\"\n",
       "email|size\n2: a@x.com|5\" pipe\n3: b@x.com|6\" \"x\""},
      {"headers without a name", "email,,\na@x.com,1,2\n", "email|column 2|column 3\n2: a@x.com|1|2"},
      {"headers alike", "Mail,mail,E Mail,e_mail,MAIL\na,b,c,d,e\n",
       "Mail|mail (2)|E Mail|e_mail (2)|MAIL (3)\n2: a|b|c|d|e"},
      {"a made-up name that exists", ",column 1\na,b\n", "column 1|column 1 (2)\n2: a|b"},
      {"header only", "email,name\n", "email|name"},
      {"apostrophes against formulas", "email,'=name\na@x.com,'+49 30\nb@x.com,''=1\nc@x.com,'tis\n",
       "email|=name\n2: a@x.com|+49 30\n3: b@x.com|'=1\n4: c@x.com|'tis"},
  };
  for (const auto& one : cases) EXPECT_EQ(read_all(one.text), one.rows) << one.why;
}

std::string utf16(std::u16string_view text, bool big_endian) {
  std::string out = big_endian ? "\xFE\xFF" : "\xFF\xFE";
  for (const char16_t unit : text) {
    const char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xFF);
    out += big_endian ? high : low;
    out += big_endian ? low : high;
  }
  return out;
}

TEST(CsvSource, EveryEncodingBecomesUtf8) {
  const auto wanted = "email|name\n2: a@x.com|Zoë €"s;
  EXPECT_EQ(read_all("email,name\na@x.com,Zoë €\n"), wanted);
  EXPECT_EQ(read_all("email,name\na@x.com,Zo\xEB \x80\n"), wanted);
  EXPECT_EQ(read_all(utf16(u"email,name\na@x.com,Zoë €\n", false)), wanted);
  EXPECT_EQ(read_all(utf16(u"email\tname\r\na@x.com\tZoë €\r\n", true)), wanted);
}

TEST(CsvSource, ACellPastedFromElsewhereIsDecodedByItself) {
  std::string text = "email,name\n";
  std::string wanted = "email|name";
  for (int i = 2; i < 9'000; ++i) {
    const bool odd = i == 8'000;
    text += odd ? "b@x.com,Zo\xEB\n" : "a@x.com,Zoë\n";
    wanted += fmt::format("\n{}: {}@x.com|Zoë", i, odd ? 'b' : 'a');
  }
  EXPECT_TRUE(read_all(text) == wanted);  // not EXPECT_EQ: it would print 9,000 rows
}

TEST(CsvSource, ARowThatCannotBeUsedSaysWhyAndTheRestGoesOn) {
  const Case cases[] = {
      {"too many cells", "email,name\na@x.com,Ana,x,,y\nb@x.com,Bo\n",
       "email|name\n2: a@x.com|Ana !the row has 5 cells, the header has 2\n3: b@x.com|Bo"},
      {"NUL", "email,name\na@x.com,A\0na\nb@x.com,Bo\n"s,
       "email|name\n2: a@x.com|A\0na !the cell in column 2 holds a NUL byte\n3: b@x.com|Bo"s},
      {"text after a closing quote", "name,email\n\"Ana\" Lee,a@x.com\n\"Bo\",b@x.com\n",
       "name|email\n2: Ana\" Lee|a@x.com !the cell in column 1 goes on after its closing quote; double "
       "quotes that are part of the text\n3: Bo|b@x.com"},
  };
  for (const auto& one : cases) EXPECT_EQ(read_all(one.text), one.rows) << one.why;

  const auto long_cell = std::string(64 * 1024, 'x');
  EXPECT_EQ(read_all("email\n" + long_cell + "\n"), "email\n2: " + long_cell);
  EXPECT_THAT(read_all("email\n" + long_cell + "x\nb@x.com\n"),
              testing::EndsWith("x !the cell in column 1 is longer than 64 KiB\n3: b@x.com"));
}

TEST(CsvSource, AListThatCannotBeReadFurtherIsAnErrorThatNamesTheRow) {
  EXPECT_EQ(
      read_all("email,name\na@x.com,Ana\n\nb@x.com,\"Bo\nc@x.com,Cy\n"),
      "email|name\n2: a@x.com|Ana\nerror: list.csv: Row 4: a quote (\") in column 2 is never closed. Close "
      "it, or double it if it is part of the text.");
  EXPECT_EQ(
      read_all("email,name\na@x.com,Ana\nb@x.com,\"" + std::string(2 << 20, 'x')),
      "email|name\n2: a@x.com|Ana\nerror: list.csv: Row 3 is longer than 1 MiB. Perhaps a quote (\") in it "
      "is never closed.");
  EXPECT_EQ(
      read_all("email\na@x.com\n" + std::string(2 << 20, ',') + "\nb@x.com"),
      "email\n2: a@x.com\nerror: list.csv: Row 3 is longer than 1 MiB. Perhaps a quote (\") in it is never "
      "closed.");
  EXPECT_THAT(read_all("email,\"na\nme"), HasSubstr("error: list.csv: Row 1: a quote"));
}

TEST(CsvSource, AListWithoutAHeaderIsAnError) {
  for (const auto& text : {""s, "\n\n\n"s, " , ,\n"s, "\xEF\xBB\xBF"s, "\xFF\xFE"s}) {
    EXPECT_EQ(read_all(text), "error: list.csv is empty: its first row must name the columns.");
  }
  EXPECT_THAT(read_all("e\0m\0a\0i\0l\0\n\0"s), HasSubstr("save the list as CSV in UTF-8"));
  EXPECT_THAT(read_all(std::string(1'000, ',') + "x\n"), HasSubstr("1001 columns; at most 1000"));
  EXPECT_THAT(read_all("\"email\" x,name\n"), HasSubstr("row 1 (the header): the cell in column 1 goes on"));
}

TEST(CsvSource, AfterAnErrorItStaysAnError) {
  std::istringstream in("email\na@x.com\n\"b");
  const auto source = make_csv_source(in, "list.csv");
  EXPECT_TRUE(source->next()) << "next() reads the header by itself";
  EXPECT_FALSE(source->next());
  EXPECT_FALSE(source->next());
  ASSERT_TRUE(source->headers());
  EXPECT_THAT(*source->headers(), ElementsAre("email"));
  EXPECT_EQ(source->name(), "list.csv");
}

TEST(CsvSource, AFileThatCannotBeReadIsAFault) {
  std::istringstream in("email\n");
  in.setstate(std::ios::badbit);
  const auto source = make_csv_source(in, "list.csv");
  EXPECT_THROW((void)source->headers(), Fault);
  EXPECT_THROW((void)source->headers(), Fault);
}

/// A list that is never in memory as a whole.
class EndlessList : public std::streambuf {
 public:
  explicit EndlessList(int rows) : rows_(rows) {}

 private:
  int_type underflow() override {
    if (row_ == rows_) return traits_type::eof();
    line_ = row_ == 0 ? "email,name,city\n" : fmt::format("p{}@example.com,\"Pat {}\",Köln\n", row_, row_);
    ++row_;
    setg(line_.data(), line_.data(), line_.data() + line_.size());
    return traits_type::to_int_type(line_[0]);
  }
  std::string line_;
  int row_ = 0;
  int rows_;
};

TEST(CsvSource, AMillionRowsAreStreamed) {
  EndlessList list(1'000'001);
  std::istream in(&list);
  const auto source = make_csv_source(in, "big.csv");
  std::int64_t last = 0, rows = 0;
  while (true) {
    const auto row = source->next();
    ASSERT_TRUE(row);
    if (!*row) break;
    ++rows;
    last = (*row)->row;
    ASSERT_TRUE((*row)->problem.empty());
    if (rows == 777'777)
      EXPECT_THAT((*row)->values, ElementsAre("p777777@example.com", "Pat 777777", "Köln"));
  }
  EXPECT_EQ(rows, 1'000'000);
  EXPECT_EQ(last, 1'000'001);
}

RC_GTEST_PROP(CsvSourceProperty, WhatWasWrittenWithQuotesIsReadBack, ()) {
  const auto separator = *rc::gen::element(',', ';', '\t');
  const auto newline = *rc::gen::element("\n"s, "\r\n"s, "\r"s);
  const auto cell = rc::gen::container<std::string>(
      rc::gen::element('a', 'b', '"', ',', ';', '\t', '\n', '\r', ' ', '@', '.', '\''));
  const auto rows = *rc::gen::container<std::vector<std::vector<std::string>>>(
      rc::gen::container<std::vector<std::string>>(3, cell));
  std::string text = fmt::format("x{}y{}z{}", separator, separator, newline);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += separator;
      text += '"';
      for (const char c : row[i]) text += c == '"' ? "\"\""s : std::string(1, c);
      text += '"';
    }
    text += newline;
  }
  std::istringstream in(text);
  const auto source = make_csv_source(in, "list.csv");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (std::ranges::all_of(rows[i],
                            [](const auto& c) { return c.find_first_not_of(" \t\r\n") == c.npos; })) {
      continue;
    }
    const auto row = source->next();
    RC_ASSERT(row.has_value());
    RC_ASSERT(row->has_value());
    RC_ASSERT((*row)->row == static_cast<std::int64_t>(i) + 2);
    auto wanted = rows[i];
    for (auto& value : wanted) value = std::string(unguarded(value));
    RC_ASSERT((*row)->values == wanted);
  }
  const auto end = source->next();
  RC_ASSERT(end.has_value());
  RC_ASSERT(!end->has_value());
}

RC_GTEST_PROP(CsvSourceProperty, NoBytesWhateverBreakIt, ()) {
  const auto bytes = *rc::gen::container<std::string>(rc::gen::oneOf(
      rc::gen::element(',', '"', '\n', '\r', ' ', '\0', '\xEF', '\xBB', '\xBF', '\xFF', '\xFE'),
      rc::gen::arbitrary<char>()));
  std::istringstream in(bytes);
  const auto source = make_csv_source(in, "list.csv");
  for (int i = 0; i < 1'000; ++i) {
    const auto row = source->next();
    if (!row || !*row) return;
    RC_ASSERT((*row)->values.size() == source->headers()->size());
  }
}

}  // namespace
}  // namespace postrider
