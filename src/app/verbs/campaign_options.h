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
  std::optional<std::string> format, text_file, reply_to, from_name, kind, list_unsubscribe;
  std::optional<std::string> template_name;  ///< of `campaign create` only
  std::vector<std::string> mailboxes, headers, attachments;
  std::optional<int> max_tries;
  std::optional<Micros> max_age;
  bool weekdays_only = false, all_days = false, skip_unresolved = false, automatic_text = false,
       no_headers = false, no_attachments = false;
};

void add_campaign_options(CLI::App* verb, CampaignOptions& options);

/// `before` is the window the campaign has now: --zone alone changes only the zone.
Result<CampaignChange> read_campaign_options(const CampaignOptions& options,
                                             const std::optional<Window>& before, CallerFiles& files);

/// Those of them about what the message is made of: campaign_content_options.cc.
void add_content_options(CLI::App* verb, CampaignOptions& options);
Result<void> read_content_options(const CampaignOptions& options, CallerFiles& files, CampaignChange& change);

/// "9-17" → hours, "none" → nothing.
Result<std::optional<Window>> parse_window_hours(std::string_view text);

}  // namespace postrider
