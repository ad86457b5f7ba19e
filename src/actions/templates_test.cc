#include "actions/templates.h"

#include "actions/action_test.h"

namespace postrider {
namespace {

class Templates : public ActionTest {
 protected:
  static TemplateChange welcome() {
    return {.name = " Welcome ",
            .description = "for new ones",
            .subject = " Hello {{ name }} ",
            .message = "Dear {{ Name }} of {{ company | default: \"-\" }}\n",
            .format = std::nullopt,
            .variables = std::nullopt};
  }
  static std::vector<std::string> codes(const std::vector<Problem>& problems) {
    std::vector<std::string> all;
    for (const auto& problem : problems) all.push_back(problem.code);
    return all;
  }
};

TEST_F(Templates, AreKeptTrimmedWithTheFieldsTheyUse) {
  const auto made = add_template(context_, welcome());
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->name, "Welcome");
  EXPECT_EQ(made->subject, "Hello {{ name }}");
  EXPECT_EQ(made->message, "Dear {{ Name }} of {{ company | default: \"-\" }}\n");
  EXPECT_EQ(made->variables, (std::vector<std::string>{"name", "company"}));
  EXPECT_EQ(find_template(context_, "WELCOME")->id, made->id);
  EXPECT_EQ(find_template(context_, std::to_string(made->id.value))->name, "Welcome");
  EXPECT_EQ(find_template(context_, "99").error().code, "template_not_found");
}

TEST_F(Templates, SayAllThatIsWrongWithThemAtOnce) {
  const auto refused = add_template(context_, {.name = " ",
                                               .description = {},
                                               .subject = "Hello {{ name",
                                               .message = "{% if x %}",
                                               .format = {},
                                               .variables = {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "invalid_template");
  SavedTemplate empty;
  EXPECT_EQ(codes(check_template(empty)),
            (std::vector<std::string>{"bad_name", "bad_subject", "no_message"}));
  SavedTemplate broken{.name = "x", .subject = "{{ a", .message = "{% if b %}"};
  EXPECT_EQ(codes(check_template(broken)), (std::vector<std::string>{"bad_template", "bad_template"}));
  broken.message = "Fine {{ b }}";
  EXPECT_EQ(codes(check_template(broken)), std::vector<std::string>{"bad_template"});
  SavedTemplate html{
      .name = "x", .subject = "y", .message = "<script>{{ a }}</script>", .format = MessageFormat::html};
  EXPECT_FALSE(check_template(html).empty()) << "as a campaign's message would be refused";
  SavedTemplate bytes{.name = "x", .subject = "\xff", .message = "y"};
  EXPECT_EQ(codes(check_template(bytes)), std::vector<std::string>{"not_utf8"});
  SavedTemplate long_name{.name = std::string(256, 'x'), .subject = std::string(501, 'y'), .message = " \n"};
  EXPECT_EQ(codes(check_template(long_name)),
            (std::vector<std::string>{"bad_name", "bad_subject", "no_message"}));
}

TEST_F(Templates, ChangeInPartsAndCanBeClearedAgain) {
  const auto id = add_template(context_, welcome())->id;
  auto changed = update_template(context_, id, {.variables = "a, b ,, a"});
  EXPECT_EQ(changed->variables, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(changed->description, "for new ones");
  EXPECT_EQ(changed->version, 1) << "subject and message are the same";
  changed = update_template(context_, id, {.description = "", .message = "Only {{ city }}"});
  EXPECT_EQ(changed->description, "");
  EXPECT_EQ(changed->variables, (std::vector<std::string>{"a", "b"})) << "named by a person";
  EXPECT_EQ(changed->version, 2);
  changed = update_template(context_, id, {.variables = ""});
  EXPECT_EQ(changed->variables, (std::vector<std::string>{"name", "city"})) << "the fields it uses";
  EXPECT_EQ(update_template(context_, id, {.name = ""}).error().code, "bad_name");
  EXPECT_EQ(update_template(context_, SavedTemplateId{99}, {}).error().code, "template_not_found");
  EXPECT_EQ(remove_template(context_, id)->name, "Welcome");
  EXPECT_EQ(remove_template(context_, id).error().code, "template_not_found");
}

TEST_F(Templates, FillACampaignThatRemembersThem) {
  add_office();
  const auto made = add_template(context_, {.name = "News",
                                            .description = {},
                                            .subject = "News for {{ name | default: \"you\" }}",
                                            .message = "# News\n",
                                            .format = MessageFormat::markdown,
                                            .variables = {}});
  CampaignChange settings;
  settings.name = "Spring";
  settings.mailboxes = {"office"};
  ASSERT_TRUE(fill_from_template(context_, "news", settings));
  const auto id = create(kThreePeople, settings)->id;
  auto campaign = store().campaign(id).value();
  EXPECT_EQ(campaign.subject, "News for {{ name | default: \"you\" }}");
  EXPECT_EQ(campaign.message, "# News\n");
  EXPECT_EQ(campaign.content.format, MessageFormat::markdown);
  EXPECT_EQ(campaign.from_template, (TemplateUse{made->id, 1}));

  ASSERT_TRUE(update_template(context_, made->id, {.subject = "Other"}));
  ASSERT_TRUE(remove_template(context_, made->id));
  campaign = store().campaign(id).value();
  EXPECT_EQ(campaign.subject, "News for {{ name | default: \"you\" }}") << "what was filled in stays";
  EXPECT_EQ(campaign.from_template, (TemplateUse{made->id, 1}));
  EXPECT_EQ(fill_from_template(context_, "news", settings).error().code, "template_not_found");

  const auto copy = store().duplicate(id, "all", "").value();
  EXPECT_EQ(store().campaign(copy)->from_template, (TemplateUse{made->id, 1}));
}

TEST_F(Templates, YieldToWhatTheCampaignSaysItself) {
  const auto made = add_template(context_, welcome());
  CampaignChange settings;
  settings.subject = "My own";
  ASSERT_TRUE(fill_from_template(context_, "Welcome", settings));
  EXPECT_EQ(settings.subject, "My own");
  EXPECT_EQ(settings.message, made->message);
}

}  // namespace
}  // namespace postrider
