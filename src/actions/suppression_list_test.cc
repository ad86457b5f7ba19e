#include "actions/suppression_list.h"

#include "actions/action_test.h"

namespace postrider {
namespace {

class SuppressionList : public ActionTest {
 protected:
  Result<SuppressionImport> import(const std::string& csv) {
    std::istringstream in(csv);
    rejects_.clear();
    const auto list = make_csv_source(in, "left.csv");
    return import_suppressions(context_, *list, [this](const Reject& reject) { rejects_.push_back(reject); });
  }
  std::string exported() {
    std::ostringstream out;
    EXPECT_TRUE(export_suppressions(context_, out));
    return out.str();
  }
};

TEST_F(SuppressionList, TakesAddressesAndDomainsAndNamesTheRowsItCannot) {
  const auto report = import(
      "Email,Reason,Kind,Since\nAna@Example.com,asked,unsubscribed,2026-01-02T03:04:05Z\nexample.org,,,\n"
      "nonsense,,,\nbo@example.com,x,liked,\ncy@example.com,,,yesterday\nana@example.com,again,,\n");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->added, 2);
  EXPECT_EQ(report->known, 1);
  EXPECT_EQ(report->bad, 3);
  ASSERT_EQ(rejects_.size(), 3u);
  EXPECT_EQ(rejects_[0].row, 4);
  EXPECT_EQ(rejects_[1].address, "bo@example.com");
  const auto ana = store().find_suppression({"ana", "example.com"});
  EXPECT_EQ(ana->kind, SuppressionKind::unsubscribed);
  EXPECT_EQ(format_rfc3339(ana->created), "2026-01-02T03:04:05Z");
  EXPECT_EQ(store().find_suppression({"x", "example.org"})->reason, "imported");
}

TEST_F(SuppressionList, ComesBackAsItLeft) {
  ASSERT_TRUE(import(
      "who,reason,kind\n@example.org,\"=cmd|' /C calc'!A0\",by_hand\na@b.example,\"x, \"\"y\"\"\",complained\n"));
  const auto before = exported();
  EXPECT_NE(before.find("'@example.org"), std::string::npos) << "no formula for a spreadsheet";
  EXPECT_NE(before.find("'=cmd"), std::string::npos);
  const auto all = store().suppressions("", 10);
  for (const auto& one : all) ASSERT_TRUE(store().unsuppress(one.key));
  ASSERT_EQ(import(before)->added, 2);
  EXPECT_EQ(exported(), before);
}

TEST_F(SuppressionList, OneColumnNeedsNoName) {
  EXPECT_EQ(import("people who left\na@b.example\nb@b.example\n")->added, 2);
  EXPECT_EQ(import("a,b\nx@b.example,1\n").error().code, "no_address_column");
  std::string many = "email\n";
  for (int i = 0; i < 1'234; ++i) many += "p" + std::to_string(i) + "@example.org\n";
  EXPECT_EQ(import(many)->added, 1'234);
}

}  // namespace
}  // namespace postrider
