#include "http/campaign_api_test.h"

namespace postrider {
namespace {

class RecipientOperations : public CampaignApiTest {
 protected:
  std::int64_t empty_draft() {
    const auto made = ask({"POST", "/api/campaigns", R"({"name":"a","subject":"b","message":"c"})"}, owner_);
    return object(made).at("id").as_int64();
  }
  HttpAnswer upload(std::int64_t id, const std::string& csv, const std::string& query = {}) {
    return ask_checked({"POST", path(id) + "/recipients" + query, csv, {}, "text/csv"});
  }
  /// The whole of an answer that comes in pieces.
  static std::string whole(HttpAnswer answer) {
    auto text = std::move(answer.body);
    for (bool more = bool(answer.more); more;) {
      std::string piece;
      more = answer.more(piece);
      text += piece;
    }
    return text;
  }
};

TEST_F(RecipientOperations, AListIsReadAndEveryRowThatIsLeftOutIsNamed) {
  const auto id = empty_draft();
  const auto answer =
      upload(id, "Email,Name\nana@example.com,Ana\nANA@example.com,Ana again\nno address,Bo\n",
             "?file_name=people.csv");
  EXPECT_EQ(answer.status, 201) << answer.body;
  const auto report = object(answer);
  EXPECT_EQ(report.at("accepted").as_int64(), 1);
  EXPECT_EQ(report.at("duplicates").as_int64(), 1);
  EXPECT_EQ(report.at("bad").as_int64(), 1);
  ASSERT_EQ(report.at("rejects").as_array().size(), 2u);
  EXPECT_EQ(report.at("rejects").at(0).at("row").as_int64(), 3);
  EXPECT_EQ(report.at("rejects_truncated").as_bool(), false);
  EXPECT_EQ(store().campaign(CampaignId{id})->source, "people.csv");
  EXPECT_EQ(code(upload(id, kThreePeople)), "campaign_has_list");
  EXPECT_EQ(upload(99, kThreePeople).status, 404);
}

TEST_F(RecipientOperations, ColumnsAreNamedWhereTheyAreNotFound) {
  const auto id = empty_draft();
  const std::string csv = "Contact;Who\nana@example.com;Ana\n";
  EXPECT_EQ(upload(id, csv).status, 422);
  EXPECT_EQ(upload(id, csv, "?email_column=Mail").status, 422);
  EXPECT_EQ(upload(id, "").status, 422);
  EXPECT_EQ(upload(id, csv, "?email_column=contact&name_column=who").status, 201);
  EXPECT_EQ(list(path(id) + "/recipients").at(0).at("name").as_string(), "Ana");
}

TEST_F(RecipientOperations, OnlyTheFirstThousandRejectsAreTold) {
  std::string csv = "Email\nana@example.com\n";
  for (int i = 0; i < 1001; ++i) csv += "nobody\n";
  const auto report = object(upload(empty_draft(), csv));
  EXPECT_EQ(report.at("bad").as_int64(), 1001);
  EXPECT_EQ(report.at("rejects").as_array().size(), 1000u);
  EXPECT_EQ(report.at("rejects_truncated").as_bool(), true);
}

TEST_F(RecipientOperations, AnExportComesInPiecesAndIsReadBackAsAList) {
  const auto id = empty_draft();
  std::string csv = "Email,Note\n";
  for (int i = 0; i < 600; ++i) csv += "p" + std::to_string(i) + "@example.com,\"=1+1, \"\"or\"\" not\"\n";
  ASSERT_EQ(upload(id, csv).status, 201);
  auto answer = ask({"GET", path(id) + "/export"}, owner_);
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.content_type.starts_with("text/csv"));
  EXPECT_NE(header(answer, "Content-Disposition").find("campaign-"), std::string::npos);
  const auto text = whole(std::move(answer));
  EXPECT_NE(text.find("\"'=1+1, \"\"or\"\" not\""), std::string::npos) << "a spreadsheet would calculate it";
  const auto copy = empty_draft();
  const auto report = object(upload(copy, text));
  EXPECT_EQ(report.at("accepted").as_int64(), 600);
  EXPECT_EQ(list(path(copy) + "/recipients?limit=1").at(0).at("fields").at("Note").as_string(),
            "=1+1, \"or\" not");
  EXPECT_EQ(ask({"GET", path(99) + "/export"}, owner_).status, 404);
}

}  // namespace
}  // namespace postrider
