#pragma once
// What the tests of the API of campaigns and emails stand on: a draft of three people, and answers that are
// held against the schema their operation promises. Tests only.

#include <algorithm>

#include "base/text.h"
#include "http/api_test.h"
#include "http/json_body.h"

namespace postrider {

class CampaignApiTest : public ApiTest {
 protected:
  CampaignApiTest() : owner_(key(Role::owner)) { add_office(); }

  std::int64_t draft() { return create(kThreePeople)->id.value; }
  static std::string path(std::int64_t id) { return "/api/campaigns/" + std::to_string(id); }

  HttpAnswer post(std::int64_t id, const std::string& verb, const std::string& body = {}) {
    return ask_checked({"POST", path(id) + "/" + verb, body});
  }
  HttpAnswer get(const std::string& target) { return ask_checked({"GET", target}); }
  boost::json::array list(const std::string& target) {
    return boost::json::parse(get(target).body).as_array();
  }

  /// Asks as an owner; JSON of an answer that is not a problem must be as the table of operations says.
  HttpAnswer ask_checked(const Asked& asked) {
    auto answer = ask(asked, owner_);
    if (answer.content_type != "application/json") return answer;
    const auto route = asked.target.substr(0, asked.target.find('?'));
    for (const auto& operation : operations_) {
      if (operation.method != asked.method || !matches(operation.path, route)) continue;
      const auto said = std::ranges::find(operation.answers, answer.status, &Response::status);
      EXPECT_NE(said, operation.answers.end()) << operation.id << " does not promise " << answer.status;
      if (said == operation.answers.end()) return answer;
      auto value = boost::json::parse(answer.body);
      for (const auto& wrong : judge(said->schema, value))
        ADD_FAILURE() << operation.id << " answers " << wrong.field << ": " << wrong.message;
      return answer;
    }
    ADD_FAILURE() << "no operation for " << asked.method << " " << route;
    return answer;
  }

  /// All pages of a list, one after the other.
  boost::json::array all_pages(std::string target) {
    boost::json::array all;
    for (int pages = 0; !target.empty() && pages < 100; ++pages) {
      const auto answer = get(target);
      for (const auto& item : boost::json::parse(answer.body).as_array()) all.push_back(item);
      const auto link = header(answer, "Link");
      target = link.empty() ? "" : link.substr(1, link.find('>') - 1);
    }
    return all;
  }

  std::string owner_;

 private:
  static bool matches(std::string_view pattern, std::string_view route) {
    if (route.size() > 1 && route.ends_with('/')) route.remove_suffix(1);
    const auto wanted = split(pattern, '/'), given = split(route, '/');
    if (wanted.size() != given.size()) return false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (!wanted[i].starts_with('{') && wanted[i] != given[i]) return false;
    }
    return true;
  }

  Operations operations_ = api_operations();
};

}  // namespace postrider
