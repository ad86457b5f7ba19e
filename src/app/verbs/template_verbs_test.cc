#include "app/verbs/verb_test.h"

namespace postrider {
namespace {

using TemplateVerbs = Verbs;

TEST_F(TemplateVerbs, HaveHelpWithAnExample) {
  for (const auto* verb : {"add", "list", "show", "update", "remove", "versions"}) {
    const auto help = run({"template", verb, "--help"});
    EXPECT_EQ(help.code, 0) << verb;
    EXPECT_NE(help.out.find(std::string("postrider template ") + verb), help.out.npos) << help.out;
  }
}

TEST_F(TemplateVerbs, KeepTemplatesAndTheirVersions) {
  write("welcome.md", "# Welcome\n\nDear {{ name }}\n");
  const auto added = run({"template", "add", "--name", "Mine", "--subject", "Hello {{ name }}",
                          "--message-file", "welcome.md", "--json"});
  ASSERT_EQ(added.code, 0) << added.out;
  EXPECT_EQ(added.json().at("format"), "markdown");
  EXPECT_EQ(added.json().at("variables"), (json::array{"name"}));
  const auto id = std::to_string(added.json().at("id").to_number<std::int64_t>());
  EXPECT_EQ(run({"template", "update", "mine", "--subject", "Other", "--json"}).json().at("version"), 2);
  EXPECT_EQ(run({"template", "update", id, "--subject", "{{ broken"}).code, 2);
  EXPECT_EQ(run({"template", "show", id, "--version", "1", "--json"}).json().at("subject"),
            "Hello {{ name }}");
  EXPECT_NE(run({"template", "show", "Mine"}).out.find("Dear {{ name }}"), std::string::npos);
  EXPECT_EQ(run({"template", "show", "Mine", "--version", "3"}).code, 1);
  const auto versions = run({"template", "versions", "Mine", "--json"}).json();
  EXPECT_EQ(versions.at("versions").as_array().size(), 2u);
  const auto listed = run({"template", "list", "--json"}).json().at("templates").as_array();
  ASSERT_EQ(listed.size(), 4u);
  EXPECT_EQ(listed[0].at("name"), "Mine");
  EXPECT_EQ(listed[0].as_object().count("message"), 0u);
  EXPECT_NE(run({"template", "list"}).out.find("Welcome Email"), std::string::npos);
  EXPECT_EQ(run({"template", "remove", "Mine"}).code, 0);
  EXPECT_EQ(run({"template", "show", "Mine"}).code, 1);
}

TEST_F(TemplateVerbs, FillCampaigns) {
  prepare();
  const auto created = run({"campaign", "create", "--name", "From one", "--template", "follow-up email",
                            "--csv", "people.csv", "--mailbox", "office", "--json"});
  ASSERT_EQ(created.code, 0) << created.out << created.err;
  const auto shown = run({"campaign", "show", "2", "--json"}).json();
  EXPECT_EQ(shown.at("subject"), "Following up on {{ topic }}");
  EXPECT_EQ(shown.at("template").at("version"), 1);
  EXPECT_EQ(run({"campaign", "show", "1", "--json"}).json().at("template"), nullptr);
  EXPECT_EQ(run({"campaign", "create", "--name", "x", "--message", "y", "--csv", "people.csv"}).code, 2);
  EXPECT_EQ(run({"campaign", "create", "--name", "x", "--template", "none", "--csv", "people.csv"}).code, 1);
}

}  // namespace
}  // namespace postrider
