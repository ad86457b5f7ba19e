#pragma once
// What a person does with saved templates: add, change, remove, fill a campaign from one. A template that
// is kept compiles: what is wrong with it is said at once, all of it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actions/campaign_settings.h"
#include "actions/context.h"
#include "campaign/saved_template.h"

namespace postrider {

/// What is not set stays as it is.
struct TemplateChange {
  std::optional<std::string> name;
  std::optional<std::string> description;  ///< empty: none
  std::optional<std::string> subject;
  std::optional<std::string> message;
  std::optional<MessageFormat> format;
  /// "name, company"; empty: the fields that it uses.
  std::optional<std::string> variables;
};

/// Everything that is wrong with it; none: it can be kept.
std::vector<Problem> check_template(const SavedTemplate& saved);

Result<SavedTemplate> add_template(ActionContext& context, const TemplateChange& change);
Result<SavedTemplate> update_template(ActionContext& context, SavedTemplateId id,
                                      const TemplateChange& change);
Result<SavedTemplate> remove_template(ActionContext& context, SavedTemplateId id);  ///< as it was

/// By id (digits only) or by name.
Result<SavedTemplate> find_template(ActionContext& context, std::string_view name_or_id);

/// Subject, message and format that the change does not name come from the template, which the campaign
/// remembers.
Result<void> fill_from_template(ActionContext& context, std::string_view name_or_id, CampaignChange& change);

}  // namespace postrider
