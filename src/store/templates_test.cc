#include "store/nouns_fixture.h"
#include "store/template_store.h"

#include "mail/template.h"

namespace postrider {
namespace {

class SavedTemplates : public NounsTest {
 protected:
  TemplateStore& templates() { return store_->templates(); }
  SavedTemplate add(const std::string& name) {
    SavedTemplate made;
    made.name = name;
    made.description = "about " + name;
    made.subject = "Hello {{ name }}";
    made.message = "Dear {{ name }}";
    made.format = MessageFormat::markdown;
    made.variables = {"name", "city"};
    made.names_variables = true;
    return templates().create_template(made, "local:ana").value();
  }
};

TEST_F(SavedTemplates, BeginWithThreeSamplesThatStayAwayOnceRemoved) {
  const auto names = [&] {
    std::vector<std::string> all;
    for (const auto& saved : templates().templates({})) all.push_back(saved.name);
    return all;
  };
  EXPECT_EQ(names(), (std::vector<std::string>{"Newsletter Template", "Follow-up Email", "Welcome Email"}));
  for (const auto& saved : templates().templates({})) {
    const auto whole = templates().saved_template(saved.id).value();
    EXPECT_TRUE(Template::compile(whole.subject, whole.variables, {.kind = TemplateKind::line}))
        << whole.name;
    EXPECT_TRUE(Template::compile(whole.message, whole.variables)) << whole.name;
    EXPECT_GE(whole.variables.size(), 3u);
  }
  ASSERT_TRUE(templates().remove_template(templates().find_template("welcome email")->id));
  open(file("test.db"));
  EXPECT_EQ(names(), (std::vector<std::string>{"Newsletter Template", "Follow-up Email"}));
}

TEST_F(SavedTemplates, ComeBackAsTheyWereMade) {
  const auto made = add("Spring");
  const auto found = templates().saved_template(made.id).value();
  EXPECT_EQ(found.name, "Spring");
  EXPECT_EQ(found.description, "about Spring");
  EXPECT_EQ(found.subject, "Hello {{ name }}");
  EXPECT_EQ(found.message, "Dear {{ name }}");
  EXPECT_EQ(found.format, MessageFormat::markdown);
  EXPECT_EQ(found.variables, (std::vector<std::string>{"name", "city"}));
  EXPECT_TRUE(found.names_variables);
  EXPECT_EQ(found.version, 1);
  EXPECT_EQ(found.created, clock_.wall_now());
  EXPECT_EQ(found.updated, clock_.wall_now());
  EXPECT_EQ(templates().find_template("SPRING")->id, made.id);
  EXPECT_EQ(code_of(templates().find_template("Autumn")), "template_not_found");
  add("spring");
  EXPECT_EQ(code_of(templates().find_template("Spring")), "template_ambiguous");
}

TEST_F(SavedTemplates, KeepEveryVersionOfSubjectAndMessage) {
  auto saved = add("Spring");
  const auto first = clock_.wall_now();
  clock_.advance(std::chrono::hours{1});
  saved.name = "Summer";
  saved = templates().update_template(saved, "local:bo").value();
  EXPECT_EQ(saved.version, 1) << "only what is sent has versions";
  saved.message = "Other";
  saved = templates().update_template(saved, "local:bo").value();
  EXPECT_EQ(saved.version, 2);
  EXPECT_EQ(saved.created, first);
  EXPECT_EQ(saved.updated, clock_.wall_now());
  saved.format = MessageFormat::text;
  saved = templates().update_template(saved, "local:cy").value();
  EXPECT_EQ(saved.version, 3);

  const auto versions = templates().versions(saved.id, 0, 10).value();
  ASSERT_EQ(versions.size(), 3u);
  EXPECT_EQ(versions[0].number, 3);
  EXPECT_EQ(versions[0].by, "local:cy");
  EXPECT_EQ(versions[2].number, 1);
  EXPECT_EQ(versions[2].saved, first);
  EXPECT_EQ(versions[2].message, "") << "lists leave the message out";
  EXPECT_EQ(templates().versions(saved.id, 3, 1)->front().number, 2);
  const auto old = templates().version(saved.id, 1).value();
  EXPECT_EQ(old.message, "Dear {{ name }}");
  EXPECT_EQ(old.format, MessageFormat::markdown);
  EXPECT_EQ(old.by, "local:ana");
  EXPECT_EQ(code_of(templates().version(saved.id, 4)), "version_not_found");

  ASSERT_TRUE(templates().remove_template(saved.id));
  EXPECT_EQ(code_of(templates().versions(saved.id, 0, 10)), "template_not_found");
  EXPECT_EQ(code_of(templates().version(saved.id, 1)), "template_not_found");
  EXPECT_EQ(code_of(templates().saved_template(saved.id)), "template_not_found");
  EXPECT_EQ(code_of(templates().remove_template(saved.id)), "template_not_found");
  EXPECT_EQ(code_of(templates().update_template(saved, "x")), "template_not_found");
}

TEST_F(SavedTemplates, LoseNoChangeToAnotherOneMadeMeanwhile) {
  const auto read_by_both = add("Spring");
  auto mine = read_by_both, theirs = read_by_both;
  theirs.message = "Theirs";
  ASSERT_TRUE(templates().update_template(theirs, "local:bo"));
  mine.name = "Mine";
  EXPECT_EQ(code_of(templates().update_template(mine, "local:ana")), "template_changed");
  EXPECT_EQ(templates().saved_template(mine.id)->message, "Theirs");
}

TEST_F(SavedTemplates, AreListedNewestFirstByKeyOrByOffset) {
  for (const auto* name : {"a", "b", "c", "d"}) add(name);
  EXPECT_EQ(templates().template_count(), 7);
  std::string by_key, by_offset;
  for (SavedTemplateId before;;) {
    const auto page = templates().templates({.before = before, .limit = 3});
    if (page.empty()) break;
    for (const auto& saved : page) by_key += saved.name + " ";
    before = page.back().id;
  }
  for (std::int64_t skip = 0; skip < 7; skip += 2) {
    for (const auto& saved : templates().templates({.skip = skip, .limit = 2})) {
      by_offset += saved.name + " ";
      EXPECT_EQ(saved.message, "");
    }
  }
  EXPECT_EQ(by_key, "d c b a Newsletter Template Follow-up Email Welcome Email ");
  EXPECT_EQ(by_offset, by_key);
}

}  // namespace
}  // namespace postrider
