#include "app/verbs/verbs.h"

#include "app/verbs/verb_test.h"

namespace postrider {
namespace {

TEST_F(Verbs, HaveHelpWithAnExample) {
  const std::vector<std::vector<std::string>> table = {
      {"mailbox", "add"},
      {"mailbox", "list"},
      {"mailbox", "test"},
      {"mailbox", "show"},
      {"mailbox", "presets"},
      {"mailbox", "update"},
      {"mailbox", "resume"},
      {"mailbox", "remove"},
      {"campaign", "create"},
      {"campaign", "import"},
      {"campaign", "update"},
      {"campaign", "list"},
      {"campaign", "show"},
      {"campaign", "plan"},
      {"campaign", "send"},
      {"campaign", "pause"},
      {"campaign", "resume"},
      {"campaign", "stop"},
      {"campaign", "retry"},
      {"campaign", "duplicate"},
      {"campaign", "watch"},
      {"campaign", "emails"},
      {"campaign", "export"},
      {"campaign", "delete"},
      {"campaign", "received"},
      {"email", "show"},
      {"queue", "create"},
      {"queue", "list"},
      {"queue", "describe"},
      {"queue", "update"},
      {"queue", "pause"},
      {"queue", "resume"},
      {"queue", "purge"},
      {"queue", "tasks"},
      {"uncertain", "list"},
      {"uncertain", "resolve"},
      {"suppression", "add"},
      {"suppression", "remove"},
      {"suppression", "list"},
      {"suppression", "import"},
      {"suppression", "export"},
      {"unsubscribe"},
      {"bounce", "read"},
      {"backup"},
      {"resume"},
  };
  for (auto argv : table) {
    argv.push_back("--help");
    const auto help = run(argv);
    EXPECT_EQ(help.code, 0) << argv[0];
    EXPECT_NE(help.out.find("Example:\n  postrider " + argv[0]), std::string::npos) << help.out;
    EXPECT_EQ(help.err, "");
  }
}

TEST_F(Verbs, RefuseWrongCommandLinesInOneSentence) {
  const std::pair<std::vector<std::string>, std::string> table[] = {
      {{"campaign"}, "subcommand is required"},
      {{"campaign", "sned", "1"}, "sned"},
      {{"campaign", "show"}, "id"},
      {{"campaign", "show", "first"}, "\"first\" is not a whole number of 1 or more"},
      {{"campaign", "show", "0"}, "1 or more"},
      {{"campaign", "emails", "1", "--limit", "1001"}, "\"1001\" is not a whole number of 1 to 1000"},
      {{"campaign", "emails", "1", "--status", "lost"}, "pending|sent|failed|bounced|skipped|uncertain"},
      {{"campaign", "send", "1", "--at", "tomorrow"}, "--at"},
      {{"mailbox", "add", "a", "--from", "a@b.c", "--smtp-host", "h", "--smtp-port", "65536"}, "1 to 65535"},
      {{"mailbox", "add", "a", "--from", "a@b.c", "--smtp-host", "h", "--tls", "maybe"},
       "none|starttls|implicit"},
      {{"mailbox", "add", "a", "--smtp-host", "h"}, "--from"},
      {{"queue", "create", "q", "--max-attempts", "0"}, "1 to 1000000, -1 or unlimited"},
      {{"queue", "create", "q", "--min-backoff", "soon"}, "--min-backoff"},
      {{"queue", "create", "q", "--max-dispatches-per-second", "-1"}, "0 (no limit)"},
      {{"uncertain", "resolve", "1", "--as", "lost"}, "sent|failed|resend"},
      {{"resume"}, "--restored"},
      {{"backup"}, "file"},
  };
  for (const auto& [argv, part] : table) {
    const auto answer = run(argv);
    EXPECT_EQ(answer.code, 2) << part;
    EXPECT_NE(answer.err.find(part), std::string::npos) << answer.err;
    auto with_json = argv;
    with_json.insert(with_json.begin(), "--json");
    const auto told = run(with_json);
    EXPECT_EQ(told.code, 2);
    EXPECT_EQ(told.json().at("error").at("code"), "bad_command_line") << told.out;
  }
}

TEST_F(Verbs, SayHowToFindWhatDoesNotExist) {
  const std::pair<std::vector<std::string>, std::string> table[] = {
      {{"campaign", "show", "9"}, "postrider campaign list"},
      {{"campaign", "send", "9"}, "postrider campaign list"},
      {{"campaign", "stop", "9"}, "postrider campaign list"},
      {{"campaign", "export", "9"}, "postrider campaign list"},
      {{"campaign", "watch", "9"}, "postrider campaign list"},
      {{"mailbox", "test", "x"}, "postrider mailbox list"},
      {{"mailbox", "remove", "x"}, "postrider mailbox list"},
      {{"queue", "purge", "x"}, "postrider queue list"},
      {{"queue", "tasks", "x"}, "postrider queue list"},
      {{"uncertain", "resolve", "9", "--as", "sent"}, "uncertain list"},
      {{"suppression", "remove", "a@b.example"}, "suppression list"},
      {{"unsubscribe", "AAAA"}, "as it stands in the email"},
  };
  for (const auto& [argv, part] : table) {
    const auto answer = run(argv);
    EXPECT_EQ(answer.code, 1) << answer.err;
    EXPECT_NE(answer.err.find(part), std::string::npos) << answer.err;
  }
}

TEST_F(Verbs, KnowWhenAPasswordIsWanted) {
  EXPECT_TRUE(wants_password({"mailbox", "add", "a", "--from", "a@b.c", "--smtp-host", "h", "--user", "u"}));
  EXPECT_FALSE(wants_password({"mailbox", "add", "a", "--from", "a@b.c", "--smtp-host", "h"}));
  EXPECT_TRUE(wants_password({"mailbox", "add", "a", "--from", "a@b.c", "--preset", "gmail"}));
  EXPECT_FALSE(
      wants_password({"mailbox", "add", "a", "--from", "a@b.c", "--preset", "custom", "--smtp-host", "h"}));
  EXPECT_TRUE(wants_password({"mailbox", "update", "a", "--ask-password"}));
  EXPECT_FALSE(wants_password({"mailbox", "update", "a", "--cap-24h", "5"}));
  EXPECT_TRUE(wants_password({"account", "set-password", "ana"}));
  EXPECT_FALSE(wants_password({"account", "list"}));
  EXPECT_FALSE(wants_password({"campaign", "list"}));
  EXPECT_TRUE(is_store_verb("uncertain"));
  EXPECT_TRUE(is_store_verb("resume"));
  EXPECT_FALSE(is_store_verb("serve"));
}

TEST_F(Verbs, KnowWhichSecretsOfOAuthAreWanted) {
  const std::vector<std::string> add{"mailbox", "add", "a", "--from", "a@b.c", "--preset", "gmail"};
  auto by_oauth = add;
  by_oauth.insert(by_oauth.end(), {"--oauth-client-id", "c"});
  EXPECT_FALSE(wants_password(by_oauth));
  const auto wanted = [](const std::vector<std::string>& argv) {
    const auto of = wanted_of_oauth(argv);
    return std::pair{of.client_secret, of.refresh_token};
  };
  EXPECT_EQ(wanted(add), std::pair(false, false));
  EXPECT_EQ(wanted(by_oauth), std::pair(true, true));
  EXPECT_EQ(wanted({"mailbox", "update", "a", "--oauth-client-id", "none"}), std::pair(false, false));
  EXPECT_EQ(wanted({"mailbox", "update", "a", "--ask-refresh-token"}), std::pair(false, true));
  EXPECT_EQ(wanted({"mailbox", "update", "a", "--ask-client-secret"}), std::pair(true, false));
  EXPECT_EQ(wanted({"mailbox", "list"}), std::pair(false, false));
  EXPECT_EQ(wanted({"stats"}), std::pair(false, false));
}

TEST_F(Verbs, ExplainThemselvesWithoutAStore) {
  std::ostringstream out, err;
  EXPECT_EQ(explain_store_verb({"campaign", "send", "--help"}, out, err), 0);
  EXPECT_EQ(explain_store_verb({"campaign", "send"}, out, err), 2);
  EXPECT_EQ(explain_store_verb({"--database", "sqlite:///x", "campaign", "send", "1", "--json"}, out, err),
            std::nullopt);
}

TEST_F(Verbs, AcceptGlobalOptionsAnywhereAndNamesEitherWay) {
  prepare();
  for (const auto& argv : std::vector<std::vector<std::string>>{
           {"--json", "campaign", "show", "1"},
           {"campaign", "--json", "show", "--id", "1"},
           {"campaign", "show", "1", "--database", "sqlite:///x", "--json"}}) {
    EXPECT_EQ(run(argv).json().at("name"), "Spring");
  }
  EXPECT_EQ(run({"mailbox", "test", "office"}).code, 0);
  EXPECT_EQ(run({"mailbox", "test", "--name", "office"}).code, 0);
}

TEST_F(Verbs, SendHeedsTheDraftsOwnStartAsTheApiDoes) {
  prepare();
  auto draft = store().campaign(CampaignId{1}).value();
  draft.form.start_at = clock_.wall_now() + std::chrono::hours{2};
  ASSERT_TRUE(store().update_campaign(draft));
  EXPECT_EQ(run({"campaign", "send", "1", "--now", "--at", "2036-01-01T00:00:00Z"}).code, 2);
  const auto sent = run({"campaign", "send", "1", "--json"});
  ASSERT_EQ(sent.code, 0) << sent.out << sent.err;
  EXPECT_EQ(sent.json().at("status"), "scheduled");
  EXPECT_EQ(sent.json().at("scheduled_at").as_string(), format_rfc3339(*draft.form.start_at));
  const auto again = run({"campaign", "send", "1"});
  EXPECT_NE(again.code, 0);
  EXPECT_NE(again.err.find("campaign send 1 --now"), std::string::npos) << again.err;
  EXPECT_NE(run({"campaign", "send", "1", "--now"}).out.find("has started"), std::string::npos);
}

TEST_F(Verbs, NeverShowAPassword) {
  password_ = "open sesame";
  const auto added = run({"mailbox", "add", "office", "--from", "ana@example.com", "--smtp-host",
                          "smtp.example.com", "--user", "ana", "--json"});
  ASSERT_EQ(added.code, 0) << added.out;
  EXPECT_EQ(added.json().at("has_password"), true);
  EXPECT_EQ(added.out.find("sesame"), std::string::npos);
  EXPECT_EQ(run({"mailbox", "list", "--json"}).out.find("sealed"), std::string::npos);
}

TEST_F(Verbs, WriteRejectedRowsBesideTheList) {
  prepare();
  EXPECT_FALSE(std::filesystem::exists(directory_ / "people.csv.rejected.csv"));
  write("bad.csv", "email\nana@example.com\nana@example.com\n=cmd\n");
  const auto created = run({"campaign", "create", "--name", "B", "--subject", "S", "--message", "M", "--csv",
                            "bad.csv", "--json"});
  ASSERT_EQ(created.code, 0) << created.out;
  EXPECT_EQ(created.json().at("rejected").to_number<int>(), 2);
  EXPECT_EQ(created.json().at("rejects_file").as_string(), (directory_ / "bad.csv.rejected.csv").string());
  const auto rejects = read("bad.csv.rejected.csv");
  EXPECT_TRUE(rejects.starts_with(
      "row,email,reason\r\n3,ana@example.com,duplicate of row 2\r\n4,'=cmd,\"bad address"))
      << rejects;
  EXPECT_FALSE(std::filesystem::exists(directory_ / "bad.csv.rejected.csv.part"));
}

TEST_F(Verbs, CreateWithTheOriginsPaceUnlessToldOtherwise) {
  prepare();
  ASSERT_EQ(run({"campaign", "create", "--name", "B", "--subject", "S", "--message", "M", "--csv",
                 "people.csv", "--window", "9-17", "--zone", "Europe/Paris"})
                .code,
            0);
  const auto shown = run({"campaign", "show", "2", "--json"}).json();
  EXPECT_EQ(shown.at("pace"), "4m-7m");
  EXPECT_EQ(shown.at("window").at("zone"), "Europe/Paris");
  EXPECT_EQ(shown.at("mailboxes").as_array().at(0), "office");  // the only one there is
  EXPECT_EQ(run({"campaign", "show", "1", "--json"}).json().at("pace"), "none");
}

TEST_F(Verbs, SendAndWaitUntilTheEnd) {
  prepare();
  meanwhile_ = [this] { work(accepted); };
  const auto sent = run({"campaign", "send", "1", "--wait", "--json"});
  EXPECT_EQ(sent.code, 0) << sent.out << sent.err;
  EXPECT_EQ(sent.json().at("status"), "completed");
  EXPECT_EQ(sent.json().at("counts").at("sent").to_number<int>(), 3);
  EXPECT_NE(sent.err.find("100% 3/3 completed"), std::string::npos) << sent.err;
}

TEST_F(Verbs, ExitWithOneWhenAWaitedForCampaignFailed) {
  prepare();
  meanwhile_ = [this] { work(refused); };
  const auto sent = run({"campaign", "send", "1", "--wait"});
  EXPECT_EQ(sent.code, 1);
  EXPECT_EQ(sent.out, "Campaign 1 is failed: 0 of 3 sent.\n");
}

TEST_F(Verbs, StopWaitingWhenTheServerEnds) {
  prepare();
  pauses_ = 2;
  const auto sent = run({"campaign", "send", "1", "--wait", "--json"});
  EXPECT_EQ(sent.code, 1);
  EXPECT_EQ(sent.json().at("error").at("code"), "not_ended");
}

TEST_F(Verbs, SayThatNothingIsSendingWithoutAServer) {
  prepare();
  server_runs_ = false;
  const auto refused_to_wait = run({"campaign", "send", "1", "--wait"});
  EXPECT_EQ(refused_to_wait.code, 1);
  EXPECT_NE(refused_to_wait.err.find("start `postrider serve` to send"), std::string::npos);
  EXPECT_EQ(run({"campaign", "show", "1", "--json"}).json().at("status"), "draft");

  const auto sent = run({"campaign", "send", "1"});
  EXPECT_EQ(sent.code, 0);
  EXPECT_EQ(sent.out, "Campaign 1 has started: 3 emails.\n");
  EXPECT_NE(sent.err.find("start `postrider serve` to send"), std::string::npos);
  const auto watched = run({"campaign", "watch", "1"});
  EXPECT_EQ(watched.code, 0);
  EXPECT_NE(watched.out.find("0/3 sending"), std::string::npos) << watched.out;
}

TEST_F(Verbs, ListAllThatKeepsACampaignFromBeingSent) {
  prepare();
  write("holes.csv", "email,company\nana@example.com,\n");
  ASSERT_EQ(run({"campaign", "create", "--name", "B", "--subject", "{{ titel }}", "--message",
                 "{{ company }}", "--csv", "holes.csv"})
                .code,
            0);
  const auto sent = run({"campaign", "send", "2", "--json"});
  EXPECT_EQ(sent.code, 1);
  EXPECT_EQ(sent.json().at("error").at("code"), "campaign_not_ready");
  EXPECT_EQ(sent.json().at("error").at("problems").as_array().size(), 2U);
  EXPECT_NE(run({"campaign", "show", "2"}).out.find("Before it can be sent:"), std::string::npos);
}

TEST_F(Verbs, TellTheWholeStoryOfOneCampaign) {
  prepare();
  ASSERT_EQ(run({"campaign", "send", "1"}).code, 0);
  work([](const std::string& address) {
    return address == "bo@example.com" ? refused(address) : accepted(address);
  });

  const auto list = run({"campaign", "list"});
  EXPECT_NE(list.out.find("Spring"), std::string::npos);
  const auto failed =
      run({"campaign", "emails", "1", "--status", "failed", "--json"}).json().at("emails").as_array();
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed[0].at("server_text"), "=looks like spam");
  const auto history = run({"campaign", "emails", "1", "--address", "BO@example.com", "--json"})
                           .json()
                           .at("emails")
                           .as_array();
  ASSERT_EQ(history.size(), 1U);
  EXPECT_EQ(history[0].at("attempts").as_array().size(), 1U);
  EXPECT_EQ(run({"campaign", "emails", "1", "--address", "bo@example.com"}).code, 0);
  const auto page = run({"campaign", "emails", "1", "--limit", "2", "--json"}).json();
  EXPECT_EQ(page.at("next_after").to_number<int>(), 2);

  const auto exported = run({"campaign", "export", "1", "--out", "spring.csv"});
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_EQ(read("spring.csv"), run({"campaign", "export", "1"}).out);

  EXPECT_EQ(run({"campaign", "retry", "1", "--json"}).json().at("retried").to_number<int>(), 1);
  EXPECT_EQ(run({"campaign", "pause", "1"}).code, 0);
  EXPECT_EQ(run({"campaign", "resume", "1"}).code, 0);
  EXPECT_EQ(run({"campaign", "stop", "1", "--json"}).json().at("skipped").to_number<int>(), 1);
  EXPECT_EQ(run({"campaign", "duplicate", "1", "--only", "all", "--name", "Again"}).out,
            "Campaign 2: a draft with 3 recipients of campaign 1.\n");
  EXPECT_EQ(run({"campaign", "delete", "1"}).code, 0);
  EXPECT_EQ(run({"campaign", "show", "1"}).code, 1);
}

TEST_F(Verbs, KnowWhenStandardInputIsWanted) {
  EXPECT_TRUE(wants_input({"bounce", "read"}));
  EXPECT_TRUE(wants_input({"bounce", "read", "--json"}));
  EXPECT_FALSE(wants_input({"bounce", "read", "report.eml"}));
  EXPECT_TRUE(wants_input({"campaign", "received"}));
  EXPECT_FALSE(wants_input({"campaign", "received", "original.eml"}));
  EXPECT_FALSE(wants_input({"campaign", "list"}));
  EXPECT_EQ(run({"bounce", "read"}).code, 2);
}

}  // namespace
}  // namespace postrider
