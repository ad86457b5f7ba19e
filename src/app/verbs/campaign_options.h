#pragma once
// The options that say what a campaign is, shared by `campaign create` and `campaign update`, and
// their translation into a CampaignChange.

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <vector>

#include "actions/campaign_settings.h"
#include "app/verbs/verb_context.h"

namespace postrider {

struct CampaignOptions {
  std::optional<std::string> name, description, subject, message, message_file, queue, pace, window, zone,
      on_uncertain, brake;
  std::vector<std::string> mailboxes;
  std::optional<int> max_tries;
  std::optional<Micros> max_age;
  bool weekdays_only = false, all_days = false, skip_unresolved = false;
};

void add_campaign_options(CLI::App* verb, CampaignOptions& options);

/// `before` is the window the campaign has now: --zone alone changes only the zone.
Result<CampaignChange> read_campaign_options(const CampaignOptions& options,
                                             const std::optional<Window>& before,
                                             const std::string& directory);

/// "9-17" → hours, "none" → nothing.
Result<std::optional<Window>> parse_window_hours(std::string_view text);

}  // namespace postrider
