#include "actions/account_links.h"
#include "actions/sign_in.h"
#include "app/verbs/verb_test.h"

namespace postrider {
namespace {

class AuditVerbs : public Verbs {
 protected:
  std::size_t rows() { return store().audit_log({.limit = 10'000}).size(); }
  /// Runs a verb that must succeed and must leave exactly one row, by who ran it; what the row says.
  std::string written(const std::vector<std::string>& argv) {
    std::string words;
    for (const auto& word : argv) words += word + " ";
    const auto before = rows();
    const auto done = run(argv);
    EXPECT_EQ(done.code, 0) << words << done.out << done.err;
    EXPECT_EQ(rows(), before + 1) << words;
    const auto row = store().audit_log({.limit = 1}).at(0);
    EXPECT_EQ(row.who, "local:ana") << words;
    clock_.advance(std::chrono::seconds{1});
    return row.what;
  }
  void writes_nothing(const std::vector<std::string>& argv) {
    const auto before = rows();
    run(argv);
    EXPECT_EQ(rows(), before) << argv.at(0) << " " << argv.at(1);
  }
};

TEST_F(AuditVerbs, WriteOneRowForEachChangeAndNoneForALook) {
  prepare();
  written({"mailbox", "add", "second", "--from", "bo@example.com", "--smtp-host", "smtp.example.com"});
  written({"mailbox", "update", "second", "--cap-24h", "7"});
  written({"mailbox", "resume", "second"});
  written({"mailbox", "remove", "second"});

  written({"queue", "create", "slow"});
  written({"queue", "update", "slow", "--max-attempts", "2"});
  written({"queue", "pause", "slow"});
  written({"queue", "resume", "slow"});
  written({"queue", "purge", "slow"});

  written({"suppression", "add", "x@example.net"});
  written({"suppression", "remove", "x@example.net"});

  written({"template", "add", "--name", "Mine", "--subject", "s", "--message", "m"});
  written({"template", "update", "Mine", "--subject", "other"});
  written({"template", "remove", "Mine"});

  const auto created =
      written({"campaign", "create", "--name", "Next", "--subject", "Hi", "--message-file", "letter.txt",
               "--csv", "people.csv", "--mailbox", "office", "--pace", "none"});
  EXPECT_EQ(created, "created campaign 2 with 3 recipients");
  written({"campaign", "update", "2", "--subject", "Hello"});
  written({"campaign", "send", "2"});
  written({"campaign", "pause", "2"});
  written({"campaign", "resume", "2"});
  written({"campaign", "stop", "2"});
  written({"campaign", "duplicate", "2"});
  written({"campaign", "delete", "3"});
  written({"campaign", "test", "1", "--to", "me@example.net"});
  written({"campaign", "send", "1"});
  work([](const std::string& address) {
    return address.starts_with("ana") ? AttemptOutcome{.disposition = Disposition::unknown, .stage = "dot"}
                                      : refused(address);
  });
  const auto doubtful = store().uncertain({}, 1);
  if (!doubtful.empty()) {
    written({"uncertain", "resolve", std::to_string(doubtful[0].second.id.value), "--as", "failed"});
  }
  written({"campaign", "retry", "1"});

  written({"key", "create", "--name", "ci", "--role", "editor"});
  written({"key", "revoke", "1"});
  written({"account", "link"});
  ASSERT_TRUE(store_->accounts().create_account({.name = "ana", .role = Role::owner, .password_hash = "x"}));
  ASSERT_TRUE(store_->accounts().create_account({.name = "bo", .role = Role::viewer, .password_hash = "x"}));
  written({"account", "invite", "--role", "viewer"});
  written({"account", "set-role", "bo", "editor"});
  password_ = "correct horse battery";
  const auto said = written({"account", "set-password", "bo"});
  EXPECT_EQ(said, "set the password of account bo");
  written({"account", "disable", "bo"});
  written({"account", "enable", "bo"});
  written({"account", "remove", "bo"});
  written({"backup", "copy.db"});

  for (const auto& look : std::vector<std::vector<std::string>>{{"mailbox", "list"},
                                                                {"mailbox", "show", "office"},
                                                                {"campaign", "list"},
                                                                {"campaign", "show", "1"},
                                                                {"campaign", "emails", "1"},
                                                                {"campaign", "export", "1"},
                                                                {"campaign", "plan", "2"},
                                                                {"campaign", "check", "1"},
                                                                {"campaign", "preview", "1"},
                                                                {"queue", "list"},
                                                                {"queue", "tasks", "slow"},
                                                                {"uncertain", "list"},
                                                                {"suppression", "list"},
                                                                {"template", "list"},
                                                                {"template", "show", "1"},
                                                                {"account", "list"},
                                                                {"key", "list"},
                                                                {"audit", "list"},
                                                                {"stats", "--by", "hour"},
                                                                {"campaign", "send", "99"},
                                                                {"account", "remove", "nobody"}}) {
    writes_nothing(look);
  }
}

TEST_F(AuditVerbs, AreThemselvesAList) {
  run({"suppression", "add", "x@example.net"});
  clock_.advance(std::chrono::hours{1});
  run({"suppression", "remove", "x@example.net"});
  const auto all = run({"audit", "list", "--json"}).json().at("audit").as_array();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].at("what"), "no longer suppressed x@example.net");
  EXPECT_EQ(all[0].at("who"), "local:ana");
  EXPECT_EQ(all[0].at("at"), "2026-11-23T10:00:00Z");
  const auto early = run({"audit", "list", "--until", "2026-11-23T10:00:00Z", "--json"}).json();
  EXPECT_EQ(early.at("audit").as_array().size(), 1u);
  EXPECT_NE(run({"audit", "list", "--who", "nobody"}).out.find("Nothing"), std::string::npos);
  const auto page = run({"audit", "list", "--limit", "1", "--json"}).json();
  EXPECT_EQ(page.at("next_before"), all[0].at("id"));
}

TEST_F(AuditVerbs, HaveHelpWithAnExample) {
  EXPECT_NE(run({"audit", "list", "--help"}).out.find("postrider audit list"), std::string::npos);
  EXPECT_NE(run({"stats", "--help"}).out.find("postrider stats"), std::string::npos);
}

using StatsVerb = Verbs;

TEST_F(StatsVerb, SaysWhatBecameOfTheEmails) {
  prepare();
  EXPECT_EQ(run({"stats", "--json"}).json().at("series").as_array().size(), 0u);
  ASSERT_EQ(run({"campaign", "send", "1"}).code, 0);
  work(accepted);
  const auto all = run({"stats", "--by", "hour", "--json"}).json();
  EXPECT_EQ(all.at("campaigns"), 1);
  EXPECT_EQ(all.at("campaigns_by_status").at("completed"), 1);
  EXPECT_EQ(all.at("recipients"), 3);
  EXPECT_EQ(all.at("counts").at("sent"), 3);
  EXPECT_EQ(all.at("success_rate"), 1.0);
  ASSERT_EQ(all.at("series").as_array().size(), 1u);
  EXPECT_EQ(all.at("series").at(0).at("start"), "2026-11-23T09:00:00Z");
  EXPECT_EQ(all.at("series").at(0).at("sent"), 3);
  const auto one = run({"stats", "--campaign", "1", "--json"}).json();
  EXPECT_EQ(one.at("counts").at("sent"), 3);
  EXPECT_EQ(one.at("series").at(0).at("start"), "2026-11-23T00:00:00Z");
  EXPECT_NE(run({"stats"}).out.find("3 sent"), std::string::npos);
  EXPECT_NE(run({"stats", "--campaign", "1"}).out.find("100.0%"), std::string::npos);
  EXPECT_EQ(run({"stats", "--campaign", "9"}).code, 1);
  EXPECT_EQ(run({"stats", "--from", "2026-01-01T00:00:00Z", "--until", "2025-01-01T00:00:00Z"}).code, 2);
}

}  // namespace
}  // namespace postrider
