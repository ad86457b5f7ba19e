#include "app/verbs/verb_access.h"

#include <algorithm>
#include <array>

namespace postrider {
namespace {

/// Looking, without any secret in what is seen.
constexpr std::array<std::string_view, 23> kViewer = {
    "campaign check", "campaign emails",    "campaign export",   "campaign list",
    "campaign plan",  "campaign preview",   "campaign received", "campaign show",
    "campaign watch", "email show",         "mailbox list",      "mailbox presets",
    "mailbox show",   "queue list",         "queue tasks",       "stats",
    "status",         "suppression export", "suppression list",  "template list",
    "template show",  "template versions",  "uncertain list"};

/// What a campaign is made of, and its course.
constexpr std::array<std::string_view, 22> kEditor = {
    "bounce read",       "campaign create", "campaign delete", "campaign duplicate", "campaign import",
    "campaign pause",    "campaign resume", "campaign retry",  "campaign send",      "campaign stop",
    "campaign test",     "campaign update", "suppression add", "suppression import", "suppression remove",
    "template add",      "template remove", "template update", "sheet preview",      "sheet validate",
    "uncertain resolve", "unsubscribe"};

}  // namespace

Access verb_access(std::string_view verb) {
  if (std::ranges::find(kViewer, verb) != kViewer.end()) return Access::viewer;
  if (std::ranges::find(kEditor, verb) != kEditor.end()) return Access::editor;
  return Access::owner;
}

}  // namespace postrider
