#include "campaign/saved_template.h"

#include <algorithm>
#include <array>

#include "mail/template.h"

namespace postrider {
namespace {

SavedTemplate sample(std::string name, std::string description, std::string subject, std::string message) {
  SavedTemplate made{.id = {},
                     .name = std::move(name),
                     .description = std::move(description),
                     .subject = std::move(subject),
                     .message = std::move(message),
                     .variables = {}};
  made.variables = fields_of(made);
  return made;
}

}  // namespace

std::span<const SavedTemplate> sample_templates() {
  static const std::array samples = {
      sample("Welcome Email", "For people who have just joined",
             "Welcome to {{ company }}, {{ name | default: \"friend\" }}!",
             "Hello {{ name | default: \"there\" }},\n\n"
             "welcome to {{ company }}. It is good to have you with us.\n\n"
             "If anything is unclear, just answer this email.\n\n"
             "Best regards,\n{{ sender_name }}\n"),
      sample(
          "Follow-up Email", "For people you have met or written to", "Following up on {{ topic }}",
          "Hello {{ name | default: \"there\" }},\n\n"
          "I am coming back to our conversation about {{ topic }}.{% if next_step %} As a next step I suggest: "
          "{{ next_step }}.{% endif %}\n\n"
          "Would you have a moment this week?\n\n"
          "Best regards,\n{{ sender_name }}\n"),
      sample("Newsletter Template", "News for everybody on a list", "{{ newsletter_title }}: {{ issue }}",
             "Hello {{ name | default: \"reader\" }},\n\n"
             "{{ main_story }}\n\n"
             "{% if second_story %}{{ second_story }}\n\n{% endif %}"
             "Best regards,\n{{ sender_name }}\n\n"
             "To get no further issues, answer with \"unsubscribe\".\n"),
  };
  return samples;
}

std::vector<std::string> fields_of(const SavedTemplate& saved) {
  std::vector<std::string> fields;
  std::vector<std::string> keys;
  for (const auto& text : {saved.subject, saved.message}) {
    const auto found = Template::fields(text);
    if (!found) continue;
    for (const auto& field : *found) {
      if (std::ranges::find(keys, field_key(field)) != keys.end()) continue;
      keys.push_back(field_key(field));
      fields.push_back(field);
    }
  }
  return fields;
}

}  // namespace postrider
