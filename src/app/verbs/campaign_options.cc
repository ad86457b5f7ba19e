#include "app/verbs/campaign_options.h"

#include <fmt/format.h>

#include "app/verbs/verb_options.h"
#include "base/text.h"

namespace postrider {

namespace {

std::unexpected<Error> wrong(std::string message) {
  return invalid("bad_command_line", std::move(message));
}

Result<void> read_brake(std::string_view text, CampaignChange& change) {
  if (text == "off") {
    change.brake_refusals = change.brake_percent = 0;
    return {};
  }
  const auto parts = split(text, ':');
  const auto number = parse_number(parts[0], 1, 200);
  const auto percent = parse_number(parts.size() == 2 ? parts[1] : "", 1, 100);
  if (!number || !percent) {
    return wrong(fmt::format(
        "--brake is off or NUMBER:PERCENT with 1 to 200 and 1 to 100, such as 10:5, not \"{}\".", text));
  }
  change.brake_refusals = static_cast<int>(*number);
  change.brake_percent = static_cast<int>(*percent);
  return {};
}

Result<void> read_window(const CampaignOptions& options, const std::optional<Window>& before,
                         CampaignChange& change) {
  auto window = before;
  if (options.window) {
    const auto hours = parse_window_hours(*options.window);
    if (!hours) return std::unexpected(hours.error());
    if (*hours && window) {
      window->start_hour = (*hours)->start_hour;
      window->end_hour = (*hours)->end_hour;
    } else {
      window = *hours;
    }
  }
  const bool details = options.weekdays_only || options.all_days || options.zone;
  if (details && !window)
    return wrong("--weekdays-only, --all-days and --zone need --window HOURS, such as 9-17.");
  if (window) {
    if (options.weekdays_only) window->weekdays_only = true;
    if (options.all_days) window->weekdays_only = false;
    if (options.zone) window->zone = *options.zone;
  }
  if (options.window || details) change.window = window;
  return {};
}

}  // namespace

Result<std::optional<Window>> parse_window_hours(std::string_view text) {
  if (text == "none") return std::optional<Window>{};
  const auto parts = split(text, '-');
  const auto start = parse_number(parts[0], 0, 23);
  const auto end = parse_number(parts.size() == 2 ? parts[1] : "", 1, 24);
  if (!start || !end) {
    return wrong(fmt::format(
        "--window is none or START-END in whole hours, 0 to 23 and 1 to 24, such as 9-17, not \"{}\".",
        text));
  }
  Window window;
  window.start_hour = static_cast<int>(*start);
  window.end_hour = static_cast<int>(*end);
  return window;
}

void add_campaign_options(CLI::App* verb, CampaignOptions& options) {
  add_text(verb, "--name", options.name, "Its name, for you");
  add_text(verb, "--description", options.description, "More about it, for you");
  add_text(verb, "--subject", options.subject, "Subject, may hold {{ fields }}");
  add_content_options(verb, options);
  verb->add_option("--mailbox", options.mailboxes, "Mailbox to send from; repeat it for several")
      ->type_name("NAME")
      ->allow_extra_args(false);
  add_text(verb, "--pace", options.pace, "Gap between two emails: none, 4m-7m, 30s-90s (4m-7m)", "PACE");
  add_text(verb, "--window", options.window, "Hours it may send in: 9-17, or none (none)", "HOURS");
  auto* weekdays =
      verb->add_flag("--weekdays-only", options.weekdays_only, "The window opens Monday to Friday (default)");
  verb->add_flag("--all-days", options.all_days, "The window opens every day")->excludes(weekdays);
  add_text(verb, "--zone", options.zone, "Time zone of the window, such as Europe/Paris (UTC)", "ZONE");
  add_text(verb, "--queue", options.queue, fmt::format("Queue of its tasks ({})", kDefaultQueue), "NAME");
  add_number(verb, "--max-tries", options.max_tries, 1, 10, "Tries per email (its queue's --max-attempts)");
  add_duration(verb, "--max-age", options.max_age,
               "Retrying ends this long after the first try, at most 5d (its queue's)");
  add_choice(verb, "--on-uncertain", options.on_uncertain, {"hold", "resend", "assume_sent"},
             "When nobody knows whether an email was accepted (hold)");
  verb->add_flag("--skip-unresolved", options.skip_unresolved, "Leave recipients out whose fields are empty");
  add_text(verb, "--brake", options.brake,
           "Pause at N hard refusals and P percent of the last 200, or off (10:5)", "N:P");
}

Result<CampaignChange> read_campaign_options(const CampaignOptions& options,
                                             const std::optional<Window>& before, CallerFiles& files) {
  CampaignChange change;
  change.name = options.name;
  change.description = options.description;
  change.subject = options.subject;
  change.queue = options.queue;
  change.max_tries = options.max_tries;
  change.max_age = options.max_age;
  if (!options.mailboxes.empty()) change.mailboxes = options.mailboxes;
  if (options.skip_unresolved) change.skip_unresolved = true;
  if (options.on_uncertain) change.on_uncertain = parse_on_uncertain(*options.on_uncertain);
  if (const auto fine = read_content_options(options, files, change); !fine) {
    return std::unexpected(fine.error());
  }
  if (options.pace) {
    const auto pace = parse_pace(*options.pace);
    if (!pace) return std::unexpected(pace.error());
    change.pace = *pace;
  }
  if (const auto fine = read_window(options, before, change); !fine) return std::unexpected(fine.error());
  if (options.brake) {
    if (const auto fine = read_brake(*options.brake, change); !fine) return std::unexpected(fine.error());
  }
  return change;
}

}  // namespace postrider
