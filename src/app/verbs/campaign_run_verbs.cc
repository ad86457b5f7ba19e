// campaign send | pause | resume | stop | retry | watch

#include <fmt/format.h>

#include "actions/pause_campaign.h"
#include "actions/retry_campaign.h"
#include "actions/start_campaign.h"
#include "actions/stop_campaign.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"
#include "app/verbs/watch.h"
#include "http/nouns/nouns_json.h"

namespace postrider {

namespace {

namespace json = boost::json;

constexpr const char* kNoServer = "Nothing is sending now: start `postrider serve` to send.";

struct SendOptions {
  CampaignId id;
  StartOptions start;
  bool wait = false;
};

WatchScreen screen_of(VerbContext& context, std::ostream& out, bool as_json) {
  return {.out = out,
          .terminal = context.terminal,
          .columns = context.columns,
          .json = as_json,
          .pause = context.pause};
}

/// Watches on `err`, for the answer belongs to `out`; the exit code says how the campaign ended.
VerbResult wait_for_end(VerbContext& context, Output& output, CampaignId id) {
  const auto watched = watch_campaign(context.actions.store, context.actions.clock, id,
                                      screen_of(context, context.err, false));
  if (!watched) return std::unexpected(watched.error());
  if (!watched->ended) {
    return unavailable("not_ended",
                       fmt::format("Campaign {0} has not ended. It goes on whenever a server runs: "
                                   "`postrider campaign watch {0}`.",
                                   id.value));
  }
  const auto& campaign = watched->campaign;
  if (output.wants_json()) {
    output.print(json::object{{"id", id.value},
                              {"status", to_string(campaign.status)},
                              {"why", campaign.why},
                              {"counts", to_json(campaign.counts)},
                              {"success_rate", campaign.counts.success_rate()}});
  } else {
    output.say(fmt::format("Campaign {} is {}: {} of {} sent.", id.value, to_string(campaign.status),
                           campaign.counts.sent, campaign.counts.total()));
  }
  return campaign.status == CampaignStatus::completed ? 0 : 1;
}

VerbResult send(VerbContext& context, Output& output, const SendOptions& options) {
  if (options.wait && !context.server_runs) {
    return conflict("no_server", fmt::format("--wait would wait for ever. {}", kNoServer));
  }
  const auto answer = start_campaign(context.actions, options.id, options.start);
  if (!answer) return std::unexpected(answer.error());
  for (const auto& warning : answer->warnings) output.note("Note: " + warning);
  if (!answer->started()) {
    const auto heading = fmt::format("Campaign {} cannot be sent for", options.id.value);
    return output.fail(join_problems(Error::Kind::conflict, "campaign_not_ready", heading, answer->problems),
                       answer->problems);
  }
  if (options.wait) return wait_for_end(context, output, options.id);

  const auto campaign = context.actions.store.campaign(options.id);
  if (!campaign) return std::unexpected(campaign.error());
  if (output.wants_json()) {
    output.print(json::object{{"id", options.id.value},
                              {"status", to_string(campaign->status)},
                              {"scheduled_at", time_json(campaign->scheduled_at)},
                              {"recipients", campaign->counts.total()},
                              {"test_to", test_json(campaign->test)},
                              {"server_runs", context.server_runs},
                              {"warnings", json::value_from(answer->warnings)}});
  } else {
    const auto when =
        answer->at ? fmt::format("starts at {}", show_time(answer->at)) : std::string("has started");
    output.say(fmt::format("Campaign {} {}: {}.", options.id.value, when,
                           count_of(campaign->counts.total(), "email")));
    if (campaign->test) output.say("In " + show_test(*campaign->test, context.actions.catch_directory) + ".");
  }
  if (context.server_runs) {
    output.note(fmt::format("`postrider campaign watch {}` shows it live.", options.id.value));
  } else {
    output.note(kNoServer);
  }
  return 0;
}

/// The campaign's state after a verb that changed it; `extra` goes into the JSON.
VerbResult show_state(VerbContext& context, Output& output, CampaignId id, std::string_view sentence,
                      json::object extra) {
  const auto campaign = context.actions.store.campaign(id);
  if (!campaign) return std::unexpected(campaign.error());
  if (output.wants_json()) {
    json::object answer{{"id", id.value}, {"status", to_string(campaign->status)}};
    for (auto& field : extra) answer[field.key()] = std::move(field.value());
    answer["counts"] = to_json(campaign->counts);
    output.print(answer);
  } else {
    output.say(sentence);
  }
  if (!context.server_runs && campaign->status == CampaignStatus::sending) output.note(kNoServer);
  return 0;
}

VerbResult pause(VerbContext& context, Output& output, CampaignId id) {
  const auto paused = pause_campaign(context.actions, id);
  if (!paused) return std::unexpected(paused.error());
  return show_state(context, output, id, fmt::format("Campaign {} is paused.", id.value), {});
}

VerbResult resume(VerbContext& context, Output& output, CampaignId id) {
  const auto resumed = resume_campaign(context.actions, id);
  if (!resumed) return std::unexpected(resumed.error());
  return show_state(context, output, id, fmt::format("Campaign {} goes on.", id.value), {});
}

VerbResult stop(VerbContext& context, Output& output, CampaignId id) {
  const auto stopped = stop_campaign(context.actions, id);
  if (!stopped) return std::unexpected(stopped.error());
  return show_state(context, output, id,
                    fmt::format("Campaign {} is stopped: {} skipped, {} in flight.", id.value,
                                count_of(stopped->skipped, "email"), stopped->in_flight),
                    {{"in_flight", stopped->in_flight}, {"skipped", stopped->skipped}});
}

VerbResult retry(VerbContext& context, Output& output, CampaignId id) {
  const auto retried = retry_campaign(context.actions, id);
  if (!retried) return std::unexpected(retried.error());
  return show_state(context, output, id,
                    fmt::format("Campaign {}: {} go out again.", id.value, count_of(*retried, "email")),
                    {{"retried", *retried}});
}

VerbResult watch(VerbContext& context, Output& output, CampaignId id) {
  if (!context.server_runs) {
    // Nothing will change while this verb holds the database: one look is all there is.
    auto screen = screen_of(context, context.out, output.wants_json());
    screen.terminal = false;
    screen.pause = [](Micros) { return false; };
    const auto watched = watch_campaign(context.actions.store, context.actions.clock, id, screen);
    if (!watched) return std::unexpected(watched.error());
    if (!watched->ended) output.note(kNoServer);
    return 0;
  }
  const auto watched = watch_campaign(context.actions.store, context.actions.clock, id,
                                      screen_of(context, context.out, output.wants_json()));
  if (!watched) return std::unexpected(watched.error());
  return 0;
}

using RunOnCampaign = VerbResult (*)(VerbContext&, Output&, CampaignId);

void add_plain(VerbTable& table, CLI::App* campaign, const std::string& name, const std::string& about,
               RunOnCampaign run) {
  auto id = std::make_shared<CampaignId>();
  auto* verb =
      table.verb(campaign, name, about, fmt::format("postrider campaign {} 7", name),
                 [id, run](VerbContext& context, Output& output) { return run(context, output, *id); });
  add_id(verb, *id, "The campaign");
}

}  // namespace

void add_campaign_run_verbs(VerbTable& table, CLI::App* campaign) {
  {
    auto options = std::make_shared<SendOptions>();
    auto* verb = table.verb(
        campaign, "send", "Start a campaign, now or at a time",
        "postrider campaign send 7 --at 2026-11-24T09:00:00+01:00 --wait",
        [options](VerbContext& context, Output& output) { return send(context, output, *options); });
    add_id(verb, options->id, "The campaign");
    auto* at = add_time(verb, "--at", options->start.at,
                        "Not before this moment, RFC 3339 (the draft's own start, else now)");
    verb->add_flag("--now", options->start.now, "Now, even if the draft has a start of its own")
        ->excludes(at);
    verb->add_flag("--wait", options->wait, "Wait for its end; exit 0 only when it completed");
    add_read(verb, "--test-to", "ADDRESS",
             "Test mode: every email goes to this address only, or into a local log only (catcher)",
             [options](const std::string& text) -> Result<void> {
               if (text.empty()) return invalid("bad_tester", "it is catcher or an address");
               options->start.test_to = text;
               return {};
             });
    verb->add_flag("--no-write-back", options->start.no_write_back,
                   "Write nothing to the sheet that its list is from");
    verb->add_flag("--skip-unresolved", options->start.skip_unresolved,
                   "Leave recipients out whose fields are empty");
  }
  add_plain(table, campaign, "pause", "Let nothing more out until it is resumed", pause);
  add_plain(table, campaign, "resume", "Let a paused campaign go on", resume);
  add_plain(table, campaign, "stop", "Stop for good; what is not sent becomes skipped", stop);
  add_plain(table, campaign, "retry", "Send the failed emails of an ended campaign again", retry);
  add_plain(table, campaign, "watch", "Watch it live until it ends", watch);
}

}  // namespace postrider
