#include "actions/templates.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "campaign/letter.h"

namespace postrider {
namespace {

constexpr std::size_t kLongestDescription = 10'000;  // octets
constexpr std::size_t kMostVariables = 200;
constexpr int kTries = 3;  // of a change that meets another one

/// "name, company" → both, without blanks, repeats and empty ones.
std::vector<std::string> read_variables(std::string_view text) {
  std::vector<std::string> variables;
  for (const auto piece : split(text, ',')) {
    const auto name = std::string(trim(piece));
    if (!name.empty() && std::ranges::find(variables, name) == variables.end()) variables.push_back(name);
  }
  return variables;
}

void merge(const TemplateChange& change, SavedTemplate& saved) {
  if (change.name) saved.name = std::string(trim(*change.name));
  if (change.description) saved.description = std::string(trim(*change.description));
  if (change.subject) saved.subject = std::string(trim(*change.subject));
  if (change.message) saved.message = *change.message;
  if (change.format) saved.format = *change.format;
  if (change.variables) {
    saved.variables = read_variables(*change.variables);
    saved.names_variables = !saved.variables.empty();
  }
  if (!saved.names_variables) saved.variables = fields_of(saved);
}

/// Compiled as a campaign's would be whose list has all the fields that it uses.
void check_syntax(const SavedTemplate& saved, std::vector<Problem>& problems) {
  Campaign campaign;
  campaign.subject = saved.subject;
  campaign.message = saved.message;
  campaign.content.format = saved.format;
  for (auto& field : fields_of(saved)) campaign.columns.push_back({.header = std::move(field)});
  const auto letter = Letter::compile(campaign, {});
  if (letter) return;
  for (const auto& [part, error] : letter.error()) {
    if (part == "text part") continue;  // made from the message, whose own fault was named
    problems.push_back({error.code, fmt::format("In the {}: {}", part, error.message)});
  }
}

std::unexpected<Error> refused(std::string_view heading, const std::vector<Problem>& problems) {
  return std::unexpected(join_problems(Error::Kind::invalid, "invalid_template", heading, problems));
}

std::optional<std::int64_t> as_id(std::string_view text) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size() || id <= 0) return std::nullopt;
  return id;
}

}  // namespace

std::vector<Problem> check_template(const SavedTemplate& saved) {
  std::vector<Problem> problems;
  check_name("template", saved.name, problems);
  if (!is_valid_utf8(saved.description)) {
    problems.push_back({"not_utf8", "The description is not UTF-8 text. Save it as UTF-8."});
  } else if (saved.description.size() > kLongestDescription) {
    problems.push_back(
        {"description_too_long", fmt::format("A description has at most {} octets.", kLongestDescription)});
  }
  const bool utf8 = is_valid_utf8(saved.subject) && is_valid_utf8(saved.message);
  check_subject_and_message(saved.subject, saved.message, problems);
  if (saved.variables.size() > kMostVariables) {
    problems.push_back(
        {"too_many_variables", fmt::format("A template names at most {} variables.", kMostVariables)});
  }
  for (const auto& variable : saved.variables) {
    if (is_valid_utf8(variable) && one_line(variable, 255) == variable) continue;
    problems.push_back(
        {"bad_variable", "A variable is the name of a field: one line of at most 255 octets."});
  }
  if (utf8) check_syntax(saved, problems);
  return problems;
}

Result<SavedTemplate> add_template(ActionContext& context, const TemplateChange& change) {
  SavedTemplate saved;
  merge(change, saved);
  if (const auto problems = check_template(saved); !problems.empty())
    return refused("The template was not added for", problems);
  auto made = context.templates.create_template(saved, context.who);
  if (made)
    context.store.audit(context.who, fmt::format("added template {} ({})", made->id.value, made->name));
  return made;
}

Result<SavedTemplate> update_template(ActionContext& context, SavedTemplateId id,
                                      const TemplateChange& change) {
  for (int attempt = 1;; ++attempt) {
    auto saved = context.templates.saved_template(id);
    if (!saved) return saved;
    merge(change, *saved);
    if (const auto problems = check_template(*saved); !problems.empty())
      return refused("The template was not changed for", problems);
    auto changed = context.templates.update_template(*saved, context.who);
    if (changed)
      context.store.audit(context.who, fmt::format("changed template {} ({})", id.value, changed->name));
    // Somebody changed another part of it in between: this change is put on top of theirs.
    if (changed || changed.error().code != "template_changed" || attempt == kTries) return changed;
  }
}

Result<SavedTemplate> remove_template(ActionContext& context, SavedTemplateId id) {
  auto saved = context.templates.saved_template(id);
  if (!saved) return saved;
  if (auto removed = context.templates.remove_template(id); !removed) return std::unexpected(removed.error());
  context.store.audit(context.who, fmt::format("removed template {} ({})", id.value, saved->name));
  return saved;
}

Result<SavedTemplate> find_template(ActionContext& context, std::string_view name_or_id) {
  if (const auto id = as_id(name_or_id)) return context.templates.saved_template(SavedTemplateId{*id});
  return context.templates.find_template(trim(name_or_id));
}

Result<void> fill_from_template(ActionContext& context, std::string_view name_or_id, CampaignChange& change) {
  const auto saved = find_template(context, name_or_id);
  if (!saved) return std::unexpected(saved.error());
  if (!change.subject) change.subject = saved->subject;
  if (!change.message) {
    change.message = saved->message;
    if (!change.format) change.format = saved->format;
  }
  change.from_template = TemplateUse{.id = saved->id, .version = saved->version};
  return {};
}

}  // namespace postrider
