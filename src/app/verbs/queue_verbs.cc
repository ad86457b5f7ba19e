// queue create | list | describe | update | pause | resume | purge | tasks, with gcloud's flags

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "actions/queues.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"
#include "http/nouns/nouns_json.h"

namespace postrider {

namespace {

namespace json = boost::json;

struct QueueOptions {
  std::string name;
  QueueChange change;
};

constexpr int kMostAttempts = 1'000'000;

/// A number with a fraction, or "unlimited".
Result<double> parse_rate(const std::string& text) {
  if (text == "unlimited") return 0.0;
  double rate = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(rate) || rate < 0 ||
      rate > kMaxDispatchesPerSecond) {
    return invalid("bad_rate", fmt::format("\"{}\" is not a number of 0 (no limit) to {}", text,
                                           kMaxDispatchesPerSecond));
  }
  return rate;
}

void add_settings(CLI::App* verb, QueueChange& change) {
  add_read(verb, "--max-dispatches-per-second", "N", "Rate; 0 or unlimited: no limit (0)",
           [&change](const std::string& text) -> Result<void> {
             const auto rate = parse_rate(text);
             if (!rate) return std::unexpected(rate.error());
             change.max_dispatches_per_second = *rate;
             return {};
           });
  add_number(verb, "--max-concurrent-dispatches", change.max_concurrent_dispatches, 1,
             kMaxConcurrentDispatches, "Tasks running at a time (1000)");
  add_read(verb, "--max-attempts", "N", "Tries per task; -1 or unlimited: no limit, of an email 10 (3)",
           [&change](const std::string& text) -> Result<void> {
             const auto number =
                 text == "unlimited" ? Result<std::int64_t>(-1) : parse_number(text, -1, kMostAttempts);
             if (!number || *number == 0) {
               return invalid("bad_number",
                              fmt::format("\"{}\" is not 1 to {}, -1 or unlimited", text, kMostAttempts));
             }
             change.max_attempts = static_cast<int>(*number);
             return {};
           });
  add_duration(
      verb, "--max-retry-duration", change.max_retry_duration,
      "Retrying ends this long after the first try; of emails only where attempts are unlimited; 0s: no "
      "limit (3600s)");
  add_duration(verb, "--min-backoff", change.min_backoff, "Wait after an email's first try (300s)");
  add_duration(verb, "--max-backoff", change.max_backoff, "Wait after each further try (3600s)");
  add_number(verb, "--max-doublings", change.max_doublings, 0, 1000,
             "For tasks other than emails: how often the wait doubles (16)");
}

void describe(Output& output, const QueueView& queue) {
  const auto& settings = queue.settings;
  Table table;
  table.add({"name", settings.name});
  table.add({"state", queue.paused ? "PAUSED" : "RUNNING"});
  table.add({"tasks", std::to_string(queue.tasks)});
  table.add({"max-dispatches-per-second", settings.max_dispatches_per_second == 0
                                              ? "unlimited"
                                              : fmt::format("{}", settings.max_dispatches_per_second)});
  table.add({"max-concurrent-dispatches", std::to_string(settings.max_concurrent_dispatches)});
  table.add(
      {"max-attempts", settings.max_attempts < 0 ? "unlimited" : std::to_string(settings.max_attempts)});
  table.add({"max-retry-duration", format_duration(settings.max_retry_duration)});
  table.add({"min-backoff", format_duration(settings.min_backoff)});
  table.add({"max-backoff", format_duration(settings.max_backoff)});
  table.add({"max-doublings", std::to_string(settings.max_doublings)});
  table.add({"purged", show_time(queue.purged_at)});
  output.print(table);
}

VerbResult answer(Output& output, const Result<QueueView>& queue) {
  if (!queue) return std::unexpected(queue.error());
  if (output.wants_json()) {
    output.print(to_json(*queue));
  } else {
    describe(output, *queue);
  }
  return 0;
}

VerbResult list(VerbContext& context, Output& output) {
  Table table({"NAME", "STATE", ">TASKS", ">PER SECOND", ">CONCURRENT", ">ATTEMPTS"});
  json::array rows;
  for (const auto& queue : context.actions.store.queues()) {
    const auto& settings = queue.settings;
    table.add({settings.name, queue.paused ? "PAUSED" : "RUNNING", std::to_string(queue.tasks),
               settings.max_dispatches_per_second == 0
                   ? "-"
                   : fmt::format("{}", settings.max_dispatches_per_second),
               std::to_string(settings.max_concurrent_dispatches),
               settings.max_attempts < 0 ? "-" : std::to_string(settings.max_attempts)});
    rows.push_back(to_json(queue));
  }
  if (output.wants_json()) {
    output.print(json::object{{"queues", std::move(rows)}});
  } else {
    output.print(table);
  }
  return 0;
}

using SwitchQueue = Result<void> (*)(ActionContext&, std::string_view);

VerbResult switch_queue(VerbContext& context, Output& output, const std::string& name, SwitchQueue act,
                        std::string_view done) {
  const auto switched = act(context.actions, name);
  if (!switched) return std::unexpected(switched.error());
  if (output.wants_json()) return answer(output, context.actions.store.find_queue(name));
  output.say(fmt::format("Queue {} {}.", name, done));
  return 0;
}

VerbResult purge(VerbContext& context, Output& output, const std::string& name) {
  const auto purged = purge_queue(context.actions, name);
  if (!purged) return std::unexpected(purged.error());
  if (output.wants_json()) {
    output.print(json::object{{"name", name}, {"purged", *purged}});
    return 0;
  }
  output.say(fmt::format("Queue {} is purged: {} removed.", name, count_of(*purged, "task")));
  if (*purged > 0) {
    output.note(
        "Their campaigns are paused; `postrider campaign resume ID` makes new tasks for exactly those "
        "emails.");
  }
  return 0;
}

struct TasksOptions {
  std::string name;
  std::optional<int> limit;
  std::optional<std::int64_t> after;
};

VerbResult tasks(VerbContext& context, Output& output, const TasksOptions& options) {
  auto& store = context.actions.store;
  const auto queue = store.find_queue(options.name);
  if (!queue) return std::unexpected(queue.error());
  const auto limit = options.limit.value_or(100);
  const auto page = store.tasks(queue->id, TaskId{options.after.value_or(0)}, limit);
  const auto names = mailbox_names(store);
  const bool more = page.size() == static_cast<std::size_t>(limit);
  Table table({">ID", "KIND", "STATE", "DUE", ">CAMPAIGN", "MAILBOX", ">ATTEMPTS", "EMAIL"});
  json::array rows;
  for (const auto& task : page) {
    table.add({std::to_string(task.id.value), std::string(to_string(task.kind)),
               std::string(to_string(task.state)), show_time(task.due), std::to_string(task.campaign.value),
               mailbox_name(names, task.mailbox), std::to_string(task.attempts), task.address});
    rows.push_back(to_json(task, names));
  }
  if (output.wants_json()) {
    output.print(
        json::object{{"tasks", std::move(rows)},
                     {"next_after", more ? json::value(page.back().id.value) : json::value(nullptr)}});
  } else if (page.empty()) {
    output.say(fmt::format("Queue {} is empty.", options.name));
  } else {
    output.print(table);
    if (more) output.note(fmt::format("There may be more: --after {}", page.back().id.value));
  }
  return 0;
}

}  // namespace

void add_queue_verbs(VerbTable& table) {
  auto* group = table.group("queue", "Lines of tasks with their own rate and retry rules");
  {
    auto options = std::make_shared<QueueOptions>();
    auto* verb =
        table.verb(group, "create", "Create a queue",
                   "postrider queue create slow --max-dispatches-per-second 2 --max-attempts 5",
                   [options](VerbContext& context, Output& output) {
                     return answer(output, create_queue(context.actions, options->name, options->change));
                   });
    add_name(verb, options->name, "Its name: letters, digits and -, at most 100");
    add_settings(verb, options->change);
  }
  table.verb(group, "list", "List the queues", "postrider queue list", list);
  {
    auto options = std::make_shared<QueueOptions>();
    auto* verb =
        table.verb(group, "update", "Change a queue; live at once",
                   "postrider queue update slow --min-backoff 0.1s --max-attempts -1",
                   [options](VerbContext& context, Output& output) {
                     return answer(output, update_queue(context.actions, options->name, options->change));
                   });
    add_name(verb, options->name, "The queue");
    add_settings(verb, options->change);
  }
  const auto add_plain = [&](const std::string& name, const std::string& about, auto run) {
    auto queue = std::make_shared<std::string>();
    auto* verb = table.verb(
        group, name, about, fmt::format("postrider queue {} slow", name),
        [queue, run](VerbContext& context, Output& output) { return run(context, output, *queue); });
    add_name(verb, *queue, "The queue");
  };
  using Name = const std::string&;
  add_plain("describe", "Everything about one queue", [](VerbContext& context, Output& output, Name name) {
    return answer(output, context.actions.store.find_queue(name));
  });
  add_plain("pause", "Let no task of it begin", [](VerbContext& context, Output& output, Name name) {
    return switch_queue(context, output, name, pause_queue, "is paused");
  });
  add_plain("resume", "Let its tasks go on", [](VerbContext& context, Output& output, Name name) {
    return switch_queue(context, output, name, resume_queue, "is running");
  });
  add_plain("purge", "Remove all its waiting tasks and pause their campaigns", purge);
  {
    auto options = std::make_shared<TasksOptions>();
    auto* verb = table.verb(
        group, "tasks", "The tasks in a queue", "postrider queue tasks email-campaign-queue --limit 20",
        [options](VerbContext& context, Output& output) { return tasks(context, output, *options); });
    add_name(verb, options->name, "The queue");
    add_number(verb, "--limit", options->limit, 1, 1000, "At most this many (100)");
    add_number(verb, "--after", options->after, 0, INT64_MAX, "Only ids above this");
  }
}

}  // namespace postrider
