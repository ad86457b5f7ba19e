#pragma once
// TemplateStore: saved templates, in business verbs: a subject and a message kept for use in campaigns,
// with every version they ever had. One call = one transaction. Blocking; called from action threads,
// never from the loop. Broken surroundings are a StoreFault. Thread safe.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "campaign/saved_template.h"

namespace postrider {

/// Which part of the list: newest first, from below `before` (0: from the newest), after `skip` further
/// ones. To skip costs as many rows as are skipped; `before` costs none.
struct TemplatePage {
  SavedTemplateId before;
  std::int64_t skip = 0;
  int limit = 50;
};

class TemplateStore {
 public:
  virtual ~TemplateStore() = default;

  virtual Result<SavedTemplate> create_template(const SavedTemplate& made, std::string_view by) = 0;
  /// `merged` as it was read, with changes. Another subject, message or format makes a new version and
  /// keeps the one before. A conflict ("template_changed") when somebody changed it since it was read.
  virtual Result<SavedTemplate> update_template(const SavedTemplate& merged, std::string_view by) = 0;
  /// With its versions. Campaigns made from it keep what they say.
  virtual Result<void> remove_template(SavedTemplateId id) = 0;

  virtual Result<SavedTemplate> saved_template(SavedTemplateId id) = 0;
  /// By its name, whatever the case of its ASCII letters. A conflict when several have it.
  virtual Result<SavedTemplate> find_template(std::string_view name) = 0;
  /// Without their messages.
  virtual std::vector<SavedTemplate> templates(const TemplatePage& page) = 0;
  virtual std::int64_t template_count() = 0;

  /// Newest first, without their messages; keyset: numbers below `before` (0: from the newest).
  virtual Result<std::vector<TemplateVersion>> versions(SavedTemplateId id, int before, int limit) = 0;
  virtual Result<TemplateVersion> version(SavedTemplateId id, int number) = 0;
};

}  // namespace postrider
