#include "http/campaign_api_test.h"

namespace postrider {
namespace {

class EmailOperations : public CampaignApiTest {
 protected:
  std::int64_t sent() {
    const auto id = draft();
    EXPECT_EQ(post(id, "send").status, 200);
    work([](const std::string& to) { return to == "bo@example.com" ? refused(to) : accepted(to); });
    return id;
  }
  static AttemptOutcome lost(const std::string&) {
    return {.disposition = Disposition::unknown, .stage = "dot", .reason = "The line broke."};
  }
  static std::vector<std::string> addresses(const boost::json::array& items, const char* field) {
    std::vector<std::string> all;
    for (const auto& item : items) all.emplace_back(item.at(field).as_string());
    return all;
  }
  using Addresses = std::vector<std::string>;
};

TEST_F(EmailOperations, AListShowsWhatWasWrittenAndWhatCameOfIt) {
  const auto id = sent();
  const auto answer = get(path(id) + "/emails/");
  EXPECT_EQ(header(answer, "X-Total-Count"), "3");
  const auto emails = boost::json::parse(answer.body).as_array();
  EXPECT_EQ(addresses(emails, "recipient_email"),
            (Addresses{"cy@example.com", "bo@example.com", "ana@example.com"}));
  const auto& bo = emails.at(1).as_object();
  EXPECT_EQ(bo.at("personalized_subject").as_string(), "Hello there");
  EXPECT_EQ(bo.at("personalized_message").as_string(), "From us to Bolt.\n");
  EXPECT_TRUE(bo.at("personalization_error").is_null());
  EXPECT_TRUE(bo.at("recipient_name").is_null());
  EXPECT_EQ(bo.at("status").as_string(), "failed");
  EXPECT_EQ(bo.at("smtp_response").as_string(), "554 5.7.1 =looks like spam");
  EXPECT_EQ(bo.at("error_message").as_string(), "The server refused the message.");
  EXPECT_TRUE(bo.at("sent_at").is_null());
  EXPECT_EQ(bo.at("sheet_row_number").as_int64(), 3);
  const auto& cy = emails.at(0).as_object();
  EXPECT_EQ(cy.at("smtp_response").as_string(), "250 2.0.0 queued as 4711");
  EXPECT_TRUE(cy.at("error_message").is_null());
  EXPECT_TRUE(cy.at("sent_at").is_string());
}

TEST_F(EmailOperations, AnEmailThatCannotBeWrittenSaysWhyInsteadOfItsText) {
  const auto id = create("Email,Company\nana@example.com,Acme\nbo@example.com,\n")->id.value;
  const auto emails = list(path(id) + "/emails");
  EXPECT_TRUE(emails.at(0).at("personalized_message").is_null());
  EXPECT_NE(emails.at(0).at("personalization_error").as_string().find("Company"), boost::json::string::npos);
  EXPECT_EQ(emails.at(1).at("personalized_message").as_string(), "From us to Acme.\n");
  EXPECT_TRUE(emails.at(1).at("id").is_null()) << "nothing was planned";
}

TEST_F(EmailOperations, RecipientsAreFoundByStateAndAddressPageByPage) {
  const auto id = sent();
  const auto sent_ones = get(path(id) + "/recipients?status_filter=SENT");
  EXPECT_EQ(header(sent_ones, "X-Total-Count"), "2");
  EXPECT_EQ(addresses(boost::json::parse(sent_ones.body).as_array(), "email"),
            (Addresses{"cy@example.com", "ana@example.com"}));
  const auto bo = list(path(id) + "/recipients?search=BO%40example.com");
  ASSERT_EQ(bo.size(), 1u);
  EXPECT_EQ(bo.at(0).at("fields").at("Company").as_string(), "Bolt");
  EXPECT_EQ(bo.at(0).at("server_text").as_string(), "=looks like spam");
  EXPECT_EQ(bo.at(0).at("mailbox").as_string(), "office");
  EXPECT_EQ(addresses(all_pages(path(id) + "/recipients?limit=1"), "email"),
            (Addresses{"cy@example.com", "bo@example.com", "ana@example.com"}));
  EXPECT_EQ(addresses(all_pages(path(id) + "/emails?limit=1&search=a"), "recipient_email"),
            (Addresses{"ana@example.com"}));
  EXPECT_EQ(addresses(list(path(id) + "/emails?skip=1&limit=1"), "recipient_email"),
            (Addresses{"bo@example.com"}));
  EXPECT_EQ(list(path(id) + "/emails?status_filter=bounced").size(), 0u);
  EXPECT_EQ(get(path(id) + "/emails?status_filter=lost").status, 400);
  EXPECT_EQ(get(path(id) + "/emails?after=x").status, 400);
  EXPECT_EQ(get(path(99) + "/emails").status, 404);
  EXPECT_EQ(get(path(99) + "/recipients").status, 404);
}

TEST_F(EmailOperations, OneEmailTellsItsHistory) {
  const auto id = sent();
  const auto bo = list(path(id) + "/emails").at(1).at("id").as_int64();
  const auto email = object(get("/api/emails/" + std::to_string(bo)));
  EXPECT_EQ(email.at("recipient_email").as_string(), "bo@example.com");
  EXPECT_EQ(email.at("fields").at("Company").as_string(), "Bolt");
  ASSERT_EQ(email.at("attempts").as_array().size(), 1u);
  EXPECT_EQ(email.at("attempts").at(0).at("disposition").as_string(), "refused");
  EXPECT_EQ(get("/api/emails/4711").status, 404);
}

TEST_F(EmailOperations, APersonDecidesWhatBecameOfAnUncertainOne) {
  const auto id = draft();
  ASSERT_EQ(post(id, "send").status, 200);
  work([](const std::string& to) { return to == "cy@example.com" ? accepted(to) : lost(to); });
  const auto found = all_pages("/api/uncertain?limit=1");
  ASSERT_EQ(found.size(), 2u);
  const auto resolve = [&](const boost::json::value& email, const char* outcome) {
    return ask_checked({"POST", "/api/emails/" + std::to_string(email.at("id").as_int64()) + "/resolve",
                        std::string(R"({"outcome":")") + outcome + "\"}"});
  };
  EXPECT_EQ(resolve(found.at(0), "perhaps").status, 422);
  EXPECT_EQ(object(resolve(found.at(0), "sent")).at("status").as_string(), "sent");
  EXPECT_EQ(code(resolve(found.at(0), "failed")), "email_not_uncertain");
  EXPECT_EQ(object(resolve(found.at(1), "resend")).at("status").as_string(), "pending");
  EXPECT_EQ(list("/api/uncertain").size(), 0u);
}

}  // namespace
}  // namespace postrider
