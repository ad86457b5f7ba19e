#pragma once
// What the tests of the store verbs stand on: verbs run as the command line runs them. Tests only.

#include <boost/json.hpp>
#include <fstream>

#include "actions/action_test.h"
#include "app/verbs/verbs.h"

namespace postrider {

namespace json = boost::json;

/// Runs verbs as the command line does, with a server or without.
class Verbs : public ActionTest {
 protected:
  struct Answer {
    int code = -1;
    std::string out, err;
    json::object json() const { return json::parse(out).as_object(); }
  };

  Answer run(const std::vector<std::string>& argv) {
    std::ostringstream out, err;
    LocalFiles files(directory_.string());
    VerbContext context{.actions = context_,
                        .out = out,
                        .err = err,
                        .files = files,
                        .password = password_,
                        .pause =
                            [this](Micros d) {
                              clock_.advance(d);
                              return pauses_-- > 0 && (!meanwhile_ || (meanwhile_(), true));
                            },
                        .server_runs = server_runs_};
    const auto code = run_store_verb(argv, context);
    return {code, out.str(), err.str()};
  }

  void write(const std::string& name, std::string_view text) { std::ofstream(directory_ / name) << text; }
  std::string read(const std::string& name) {
    std::ifstream in(directory_ / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  /// A mailbox, and campaign 1 with three people and no pace.
  void prepare() {
    write("people.csv", kThreePeople);
    write("letter.txt", "Hello {{ name | default: \"you\" }} of {{ Company }}\n");
    ASSERT_EQ(
        run({"mailbox", "add", "office", "--from", "ana@example.com", "--smtp-host", "smtp.example.com"})
            .code,
        0);
    const auto created =
        run({"campaign", "create", "--name", "Spring", "--subject", "Hi", "--message-file", "letter.txt",
             "--csv", "people.csv", "--mailbox", "office", "--pace", "none", "--json"});
    ASSERT_EQ(created.code, 0) << created.out << created.err;
    ASSERT_EQ(created.json().at("id").to_number<std::int64_t>(), 1);
  }

  std::string password_;
  bool server_runs_ = true;
  int pauses_ = 100;
  std::function<void()> meanwhile_;
};

}  // namespace postrider
