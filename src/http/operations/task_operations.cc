// The alarm of one email's task: whoever rings it asks for that task to be done now, which happens only if
// its turn has come by every rule. The status code is the truth for whoever would ring again: 2xx once the
// outcome, or the time of the next attempt, is on disk.

#include <fmt/format.h>

#include <boost/json.hpp>

#include "http/nouns/json_values.h"
#include "http/operations/operations.h"
#include "http/world.h"

namespace postrider {
namespace {

namespace json = boost::json;

constexpr auto kRingAgainAfter = "10";  // seconds

/// "250 2.0.0 queued as 4711"; null before any reply.
json::value reply_of(int code, std::string_view enhanced, std::string_view text) {
  if (code == 0) return nullptr;
  return json::string(
      fmt::format("{}{}{}{}{}", code, enhanced.empty() ? "" : " ", enhanced, text.empty() ? "" : " ", text));
}

struct Said {
  int status = 200;
  std::string_view word;
  std::string message;
};

Said is_sent() {
  return {200, "success", "The email is sent."};
}

/// What a final state is to whoever rang.
Said final_word(const EmailView& email) {
  const auto because = email.reason.empty() ? std::string(".") : ": " + email.reason;
  switch (email.status) {
    case EmailStatus::sent:
      return is_sent();
    case EmailStatus::failed:
    case EmailStatus::bounced:
      return {200, "failed", "The email could not be delivered" + because};
    case EmailStatus::skipped:
      return {200, "skipped", "The email is not sent" + because};
    case EmailStatus::uncertain:
      return {200, "error", "Nobody knows whether the email arrived; a person must say" + because};
    case EmailStatus::pending:
      break;
  }
  return {};
}

HttpAnswer answer(EmailId id, const Said& said, json::value reply, json::value planned_at) {
  return json_answer(json::object{{"status", said.word},
                                  {"message", said.message},
                                  {"smtp_response", std::move(reply)},
                                  {"email_send_id", id.value},
                                  {"planned_at", std::move(planned_at)}},
                     said.status);
}

HttpAnswer answer(const EmailView& email, const Said& said) {
  return answer(email.id, said, reply_of(email.code, email.enhanced, email.server_text),
                email.status == EmailStatus::pending ? time_value(email.due) : json::value(nullptr));
}

/// It stays in the queue, for what and until when.
std::string why_later(ApiWorld& world, ActionContext& actions, CampaignId campaign, const EmailView& email) {
  const auto now = world.clock().wall_now();
  const auto waiting = actions.store.waiting(campaign, now);
  std::string why = email.reason.empty() ? waiting.what : email.reason;
  if (why.empty()) why = "its turn has not come";
  return fmt::format("The email is sent later: {}.", why);
}

HttpAnswer under_way() {
  auto busy = problem(429, "under_way", "An attempt to send this email is under way already.");
  busy.set("Retry-After", kRingAgainAfter);
  return busy;
}

HttpAnswer unavailable_now() {
  return problem(503, "unavailable",
                 "Nothing can be sent or written now. The email keeps its place; try again later.");
}

/// What the queue hears that rang. It rings again for anything but 2xx, so that is what it hears as soon as
/// the outcome is on disk, or the next attempt's alarm is set.
HttpAnswer answer_ring(ApiWorld& world, EmailId id, bool is_alarm, TaskRun run) {
  if (run == TaskRun::unavailable) return unavailable_now();
  if (run == TaskRun::under_way) return under_way();
  auto actions = world.actions("queue");
  const auto found = actions.store.email(id);
  // An alarm outlives its email where a campaign is deleted: nothing is to be done, and never will be.
  if (!found && !is_alarm) return problem(found.error());
  auto& alarms = *world.alarms();
  if (found && found->second.status == EmailStatus::pending) {
    if (const auto set = alarms.set_for(id); !set)
      return problem(503, "unavailable",
                     "The email waits, and its next alarm could not be set: " + set.error().message);
  }
  if (const auto set = alarms.after_request(); !set) return problem(503, "unavailable", set.error().message);
  if (!found) {
    return answer(id, {200, "skipped", "There is no such email any more."}, nullptr, nullptr);
  }
  const auto& [campaign, email] = *found;
  if (email.status != EmailStatus::pending) return answer(email, final_word(email));
  return answer(email, {202, "deferred", why_later(world, actions, campaign, email)});
}

/// The number of the alarm that rings; 0: somebody else asks.
std::int64_t alarm_in(const Call& call) {
  const auto* number = call.fields().if_contains("alarm");
  return number == nullptr ? 0 : number->to_number<std::int64_t>();
}

/// The same for most rings, from what is known; nothing: for the others.
std::optional<HttpAnswer> answer_sent(EmailId id, const TaskRang& rang) {
  if (!rang.sent) return std::nullopt;
  if (!rang.alarms) return problem(503, "unavailable", rang.alarms.error().message);
  return answer(id, is_sent(), reply_of(rang.sent->code, rang.sent->enhanced, rang.sent->text), nullptr);
}

HttpAnswer ring(Call& call, EmailId id) {
  const auto alarm = alarm_in(call);
  const auto run = std::make_shared<TaskRun>();
  auto& world = call.world;
  HttpAnswer later;
  later.late = std::make_shared<AwaitedAnswer>();
  later.late->wait = [&world, id, alarm, run](auto go_on) {
    world.alarms()->ring(id, alarm, [id, run, go_on = std::move(go_on)](const TaskRang& rang) {
      *run = rang.run;
      go_on(answer_sent(id, rang));
    });
  };
  later.late->answer = [&world, id, alarm, run] { return answer_ring(world, id, alarm != 0, *run); };
  return later;
}

HttpAnswer tick(Call& call) {
  auto* alarms = call.world.alarms();
  if (alarms == nullptr) {
    return json_answer(json::object{{"status", "ok"}, {"message", "This server needs no ticks: it runs."}});
  }
  const auto ticked = alarms->tick(alarm_in(call));
  if (!ticked) return problem(503, "unavailable", ticked.error().message);
  return json_answer(
      json::object{{"status", "ok"},
                   {"message", "A piece of everything was done, and what comes next has its alarm."},
                   {"alarms_set", ticked->set},
                   {"alarms_renewed", ticked->renewed},
                   {"alarms_removed", ticked->removed},
                   {"campaigns_paused", ticked->purged}});
}

HttpAnswer send_email(Call& call) {
  const EmailId id{call.fields().at("email_send_id").to_number<std::int64_t>()};
  if (call.world.alarms() != nullptr) return ring(call, id);
  auto& store = call.actions.store;
  auto found = store.email(id);
  if (!found) return problem(found.error());
  if (found->second.status != EmailStatus::pending) return answer(found->second, final_word(found->second));

  const auto run = call.world.run_task(id);
  if (run == TaskRun::unavailable) return unavailable_now();
  found = store.email(id);
  if (!found) return problem(found.error());
  const auto& [campaign, email] = *found;
  if (email.status != EmailStatus::pending) return answer(email, final_word(email));
  if (run == TaskRun::under_way) return under_way();
  return answer(email, {202, "deferred", why_later(call.world, call.actions, campaign, email)});
}

HttpAnswer task_health(Call& call) {
  const auto state = call.world.health();
  json::object out{{"status", state.ready ? "healthy" : "unhealthy"},
                   {"timestamp", format_rfc3339(call.world.clock().wall_now())}};
  if (!call.caller.known()) return json_answer(out, state.ready ? 200 : 503);
  if (!state.ready) out["message"] = state.why;
  const auto queues = call.actions.store.queues();
  if (!queues.empty()) {
    const auto& queue = queues.front();
    out["queue_info"] = {{"name", queue.settings.name},
                         {"state", queue.paused ? "PAUSED" : "RUNNING"},
                         {"purge_time", time_value(queue.purged_at)},
                         {"retry_config",
                          {{"max_attempts", queue.settings.max_attempts},
                           {"max_retry_duration", format_duration(queue.settings.max_retry_duration)}}}};
  }
  return json_answer(out, state.ready ? 200 : 503);
}

Schema run_schema() {
  return ObjectSchema("TaskAnswer")
      .needs("status", one_of({"success", "failed", "skipped", "deferred", "error"}))
      .needs("message", text())
      .needs("smtp_response", text(0, 1 << 20).or_null().about("the server's last reply"))
      .needs("email_send_id", whole(1, std::int64_t{1} << 53))
      .needs("planned_at", moment().or_null().about("of one that is sent later"));
}

Schema tick_schema() {
  return ObjectSchema("TickAnswer")
      .needs("status", one_of({"ok"}))
      .needs("message", text())
      .may("alarms_set", whole(0, INT32_MAX))
      .may("alarms_renewed", whole(0, INT32_MAX).about("they were lost"))
      .may("alarms_removed", whole(0, INT32_MAX).about("their emails are over"))
      .may("campaigns_paused", whole(0, INT32_MAX).about("because the queue was purged"));
}

Schema task_health_schema() {
  const Schema retry =
      ObjectSchema().needs("max_attempts", whole(-1, 1'000'000)).needs("max_retry_duration", text());
  const Schema queue = ObjectSchema("QueueInfo")
                           .needs("name", text())
                           .needs("state", one_of({"RUNNING", "PAUSED"}))
                           .needs("purge_time", moment().or_null())
                           .needs("retry_config", retry);
  return ObjectSchema("TaskHealth")
      .needs("status", one_of({"healthy", "unhealthy"}))
      .needs("timestamp", moment())
      .may("message", text())
      .may("queue_info", queue.about("with a credential only"));
}

}  // namespace

Operations task_operations() {
  Operations all;
  all.push_back(
      {.method = "POST",
       .path = "/api/tasks/send-email",
       .id = "sendEmailTask",
       .tag = "tasks",
       .access = Access::tasks,
       .summary = "Do one email's task now if its turn has come; never past window, pace, pause or lease",
       .cli = {},
       .no_cli = "a server does due tasks by itself; `postrider email show {id}` tells what became of one",
       .body = ObjectSchema("TaskRequest")
                   .needs("email_send_id", whole(1, std::int64_t{1} << 53))
                   .may("alarm", whole(1, std::int64_t{1} << 53).about("the number of the alarm that rings"))
                   .may("timestamp", anything())
                   .may("created_by", text(0, 1000).or_null()),
       .answers = {{200, "it is over: sent, failed, skipped, or uncertain (error)", run_schema()},
                   {202, "it is sent later, and that is on disk", run_schema()},
                   {404, "there is no such email", problem_schema(), "application/problem+json"},
                   {429, "an attempt is under way", problem_schema(), "application/problem+json"}},
       .handle = send_email});
  all.push_back(
      {.method = "POST",
       .path = "/api/tasks/tick",
       .id = "tick",
       .tag = "tasks",
       .access = Access::tasks,
       .summary =
           "Do a bounded piece of everything that is no email: plans, alarms, sheets, alerts. For Cloud "
           "Scheduler; the queue rings for it as well",
       .cli = {},
       .no_cli = "a running server does all of this by itself",
       .body = ObjectSchema("TickRequest").may("alarm", whole(1, std::int64_t{1} << 53)),
       .body_optional = true,
       .answers = {{200, "done", tick_schema()},
                   {503, "the alarm of the next tick could not be set", problem_schema(),
                    "application/problem+json"}},
       .handle = tick});
  for (const auto* method : {"GET", "POST"}) {
    all.push_back(
        {.method = method,
         .path = "/api/tasks/health",
         .id = method == std::string("GET") ? "getTaskHealth" : "postTaskHealth",
         .tag = "health",
         .access = Access::open,
         .summary = "Whether tasks are done; the queue only with a credential",
         .cli = "postrider queue list --json",
         .answers = {{200, "they are", task_health_schema()}, {503, "they are not", task_health_schema()}},
         .handle = task_health});
  }
  return all;
}

}  // namespace postrider
