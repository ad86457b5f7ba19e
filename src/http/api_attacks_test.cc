// What is tried against products of this kind, and what it gets (docs/security-tests.md).

#include "http/campaign_api_test.h"

namespace postrider {
namespace {

class Attacks : public CampaignApiTest {
 protected:
  std::string target_of(const Operation& operation) {
    std::string path;
    for (const auto segment : split(operation.path, '/')) {
      if (!segment.empty()) path += "/" + (segment.front() == '{' ? "1" : std::string(segment));
    }
    return path.empty() ? "/" : path;
  }
  HttpAnswer change(std::int64_t id, const std::string& body) { return ask_checked({"PUT", path(id), body}); }
  /// The links of an email to bo@example.com.
  std::string token(std::int64_t id) {
    const std::optional<Address> none;
    const auto link =
        links_.link(CampaignId{id}, Address{"bo", "example.com"}, {Address{"ana", "example.com"}, none});
    return std::string(unsubscribe_token_in(link.url));
  }
  bool bo_is_suppressed() { return store().find_suppression(Address{"bo", "example.com"}).has_value(); }
};

TEST_F(Attacks, NoBodyTakesAFieldThatItDoesNotKnow) {
  int tried = 0;
  for (const auto& operation : api_operations()) {
    if (operation.body.empty()) continue;
    for (const char* field : {"workspace_id", "is_admin", "__proto__"}) {
      const auto answer =
          ask({operation.method, target_of(operation), std::string("{\"") + field + "\":1}"}, owner_);
      EXPECT_EQ(answer.status, 422) << operation.id << " " << answer.body;
      EXPECT_NE(answer.body.find(std::string("\"/") + field + "\""), std::string::npos)
          << operation.id << answer.body;
      ++tried;
    }
  }
  EXPECT_GE(tried, 60);
}

TEST_F(Attacks, NoJsonIsTakenUnderATypeThatFormsCanSend) {
  for (const auto& operation : api_operations()) {
    if (operation.body.empty()) continue;
    for (const char* type :
         {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""}) {
      EXPECT_EQ(ask({operation.method, target_of(operation), "{}", {}, type}, owner_).status, 415)
          << operation.id << " " << type;
    }
  }
}

TEST_F(Attacks, NoListTakesALimitOutOfRange) {
  int tried = 0;
  for (const auto& operation : api_operations()) {
    if (std::ranges::find(operation.query, "limit", &Parameter::name) == operation.query.end()) continue;
    for (const char* limit :
         {"-1", "0", "9223372036854775807", "9223372036854775808", "1e3", "0x10", "1%20", ""}) {
      EXPECT_EQ(ask({operation.method, target_of(operation) + "?limit=" + limit}, owner_).status, 400)
          << operation.id << " " << limit;
      ++tried;
    }
  }
  EXPECT_GT(tried, 50);
}

TEST_F(Attacks, ATemplateThatReachesOutOfItsFieldsIsRefusedWhenItIsSaved) {
  const std::string deep = [] {
    std::string text;
    for (int i = 0; i < 50; ++i) text += "{% if name %}";
    return text;
  }();
  for (const std::string& message :
       {std::string("{% include 'secrets' %}"), std::string("{% render 'x' %}"),
        std::string("{% for i in (1..1000000000) %}x{% endfor %}"), std::string("{{ name | exec }}"),
        std::string("{% layout '/etc/passwd' %}"), std::string("{{ name | append: env }}{{"), deep}) {
    const auto body = R"({"name":"a","subject":"b","message":")" + message + "\"}";
    const auto answer = ask_checked({"POST", "/api/templates", body});
    EXPECT_EQ(answer.status, 422) << message << answer.body;
  }
}

/// It has no functions and no members: this is the name of a column, however odd.
TEST_F(Attacks, WhatLooksLikeAFunctionIsAFieldThatNoListHas) {
  const auto id = draft();
  for (const char* message : {R"({{ env \"HOME\" }})", "{{ name.__class__ }}", "{{ config }}"}) {
    ASSERT_EQ(change(id, std::string(R"({"message":")") + message + "\"}").status, 200);
    const auto answer = post(id, "send");
    EXPECT_EQ(answer.status, 422) << message << answer.body;
    EXPECT_NE(answer.body.find("unknown_field"), std::string::npos) << answer.body;
  }
}

TEST_F(Attacks, NoFieldOfACampaignBecomesAHeaderOfItsOwn) {
  const auto id = draft();
  for (const char* body :
       {R"({"subject":"b\r\nBcc: x@example.net"})", R"({"headers":["X-A: b\r\nBcc: x@example.net"]})",
        R"({"headers":["Bcc: x@example.net"]})", R"({"headers":["X-A: b\nBcc: y"]})",
        R"({"reply_to":"a@example.com\r\nBcc: x@example.net"})",
        R"({"from_name":"A\r\nBcc: x@example.net"})"}) {
    const auto answer = change(id, body);
    EXPECT_EQ(answer.status, 422) << body << answer.body;
  }
}

TEST_F(Attacks, AForgedUnsubscribeLinkIsUnknownAndTellsNothing) {
  const auto real = token(draft());
  auto altered = real, longer = real + "A";
  altered[10] = altered[10] == 'A' ? 'B' : 'A';
  std::set<std::string> bodies;
  for (const auto& forged : {altered, longer, real.substr(1), std::string("x"), std::string(900, 'A'),
                             std::string("..%2f..%2fetc")}) {
    for (const char* method : {"GET", "POST"}) {
      const auto answer = ask({method, "/u/" + forged});
      EXPECT_EQ(answer.status, 404) << method << " " << forged;
      bodies.insert(answer.body);
    }
  }
  EXPECT_EQ(bodies.size(), 1u);
  EXPECT_TRUE(store().suppressions("", 10).empty());
}

TEST_F(Attacks, AScannerThatFollowsAnUnsubscribeLinkChangesNothingAndTheButtonNeedsNoLogin) {
  const auto link = "/u/" + token(draft());
  for (const char* method : {"GET", "HEAD", "OPTIONS"}) ask({method, link});
  EXPECT_FALSE(bo_is_suppressed());
  for (const char* type : {"application/x-www-form-urlencoded", "multipart/form-data; boundary=b", ""}) {
    EXPECT_EQ(ask({"POST",
                   link,
                   "List-Unsubscribe=One-Click",
                   {{"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}},
                   type})
                  .status,
              200)
        << type;
  }
  EXPECT_TRUE(bo_is_suppressed());
}

TEST_F(Attacks, ABounceThatNobodySignedForIsNotRead) {
  const auto report = "From: x@example.net\nSubject: y\n\nz\n";
  for (const auto& credential : {std::string(), key(Role::viewer), key(std::nullopt, {"tasks"})}) {
    const auto answer = ask(
        {"POST", "/api/bounces", report, {{"X-Postmark-Signature", "forged"}}, "message/rfc822"}, credential);
    EXPECT_EQ(answer.status, credential.empty() ? 401 : 403);
  }
  EXPECT_TRUE(store().suppressions("", 10).empty());
}

TEST_F(Attacks, AFormulaInAListDoesNotComeOutAsOne) {
  const auto id =
      create("Email,Name,Company\nana@example.com,=1+1,@SUM(A1)\nbo@example.com,\"+cmd|' /C calc'!A0\",-2\n")
          ->id.value;
  auto answer = get(path(id) + "/export");
  auto csv = answer.body;
  for (bool more = bool(answer.more); more;) {
    std::string piece;
    more = answer.more(piece);
    csv += piece;
  }
  for (const char* cell : {"'=1+1", "'+cmd|"}) EXPECT_NE(csv.find(cell), std::string::npos) << cell << csv;
  for (const char* cell : {",=1", ",\"+cmd", ",+cmd"})
    EXPECT_EQ(csv.find(cell), std::string::npos) << cell << csv;
}

TEST_F(Attacks, AnAddressThatLooksLikeAnotherStaysAnother) {
  const auto id =
      create("Email,Company\nana@example.com,Acme\nana@ex\u0430mple.com,Acme\n")->id.value;  // Cyrillic а
  EXPECT_EQ(list(path(id) + "/recipients").size(), 2u);
  store().suppress({.key = "ana@example.com", .reason = "r", .created = clock_.wall_now()}).value();
  EXPECT_FALSE(store().find_suppression(parse_address("ana@ex\u0430mple.com").value()));
}

TEST_F(Attacks, AListOfBoundlessWidthIsRefused) {
  std::string header = "Email", row = "ana@example.com";
  for (int i = 0; i < 10'000; ++i) {
    header += ",c" + std::to_string(i);
    row += ",x";
  }
  const auto made = ask({"POST", "/api/campaigns", R"({"name":"a","subject":"b","message":"c"})"}, owner_);
  const auto id = object(made).at("id").as_int64();
  const auto answer =
      ask_checked({"POST", path(id) + "/recipients", header + "\n" + row + "\n", {}, "text/csv"});
  EXPECT_EQ(answer.status, 422) << answer.body.substr(0, 300);
}

}  // namespace
}  // namespace postrider
