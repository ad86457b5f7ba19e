#pragma once
// SavedTemplate: a subject and a message kept for use in campaigns (API: template), and what it was
// before. Pure.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "campaign/content.h"

namespace postrider {

using SavedTemplateId = Id<struct SavedTemplateTag>;

struct SavedTemplate {
  SavedTemplateId id;
  std::string name;  ///< 1..255 characters; not unique
  std::string description;
  std::string subject;  ///< 1..500 characters
  std::string message;
  MessageFormat format = MessageFormat::text;
  std::vector<std::string> variables;  ///< as a person names them, else the fields it uses
  bool names_variables = false;        ///< a person named them
  int version = 1;                     ///< of subject, message and format
  std::int64_t changes = 0;            ///< of anything: tells a reader whether it was changed since
  WallTime created{}, updated{};
};

/// What subject, message and format were from `saved` on.
struct TemplateVersion {
  int number = 1;
  std::string subject;
  std::string message;
  MessageFormat format = MessageFormat::text;
  WallTime saved{};
  std::string by;
};

/// Which template a campaign was filled from, as it was then. The template may be gone.
struct TemplateUse {
  SavedTemplateId id;
  int version = 1;
  bool operator==(const TemplateUse&) const = default;
};

/// The three that a new installation starts with: Welcome Email, Follow-up Email, Newsletter Template.
std::span<const SavedTemplate> sample_templates();

/// The fields that subject and message use, without repeats, in order of first use. Parts that do not
/// compile have none.
std::vector<std::string> fields_of(const SavedTemplate& saved);

}  // namespace postrider
