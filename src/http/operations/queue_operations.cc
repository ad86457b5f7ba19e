// Queues and the tasks that wait in them.

#include <boost/json.hpp>

#include "actions/queues.h"
#include "http/nouns/json_values.h"
#include "http/nouns/nouns_json.h"
#include "http/operations/operations.h"
#include "http/paging.h"
#include "http/world.h"

namespace postrider {
namespace {

namespace json = boost::json;

constexpr auto kMost = std::int64_t{1} << 53;

/// The change in a judged body; durations are text.
QueueChange change_in(const json::object& body, std::vector<FieldError>& errors) {
  QueueChange change;
  if (const auto* rate = body.if_contains("max_dispatches_per_second"))
    change.max_dispatches_per_second = rate->to_number<double>();
  if (const auto many = number_in(body, "max_concurrent_dispatches"))
    change.max_concurrent_dispatches = static_cast<int>(*many);
  if (const auto tries = number_in(body, "max_attempts")) change.max_attempts = static_cast<int>(*tries);
  if (const auto doublings = number_in(body, "max_doublings"))
    change.max_doublings = static_cast<int>(*doublings);
  for (const auto& [field, target] :
       {std::pair{"max_retry_duration", &change.max_retry_duration},
        std::pair{"min_backoff", &change.min_backoff}, std::pair{"max_backoff", &change.max_backoff}}) {
    const auto text = text_in(body, field);
    if (!text) continue;
    const auto duration = parse_duration(*text);
    if (duration) *target = *duration;
    if (!duration)
      errors.push_back({std::string("/") + field, duration.error().code, duration.error().message});
  }
  return change;
}

HttpAnswer show(Call& call, const std::string& name, int status = 200) {
  const auto queue = call.actions.store.find_queue(name);
  return queue ? json_answer(to_json(*queue), status) : problem(queue.error());
}

HttpAnswer list(Call& call) {
  json::array items;
  for (const auto& queue : call.actions.store.queues()) items.push_back(to_json(queue));
  return json_answer(items);
}

HttpAnswer create(Call& call) {
  std::vector<FieldError> errors;
  const auto change = change_in(call.fields(), errors);
  if (!errors.empty()) return problem(422, "invalid_fields", errors);
  const auto name = *text_in(call.fields(), "name");
  const auto made = create_queue(call.actions, name, change);
  if (!made) return problem(made.error());
  auto answer = json_answer(to_json(*made), 201);
  answer.set("Location", "/api/queues/" + query_encoded(name));
  return answer;
}

HttpAnswer change(Call& call) {
  std::vector<FieldError> errors;
  const auto change = change_in(call.fields(), errors);
  if (!errors.empty()) return problem(422, "invalid_fields", errors);
  const auto changed = update_queue(call.actions, call.text("name"), change);
  return changed ? json_answer(to_json(*changed)) : problem(changed.error());
}

HttpAnswer pause(Call& call) {
  const auto done = pause_queue(call.actions, call.text("name"));
  return done ? show(call, call.text("name")) : problem(done.error());
}

HttpAnswer resume(Call& call) {
  const auto done = resume_queue(call.actions, call.text("name"));
  return done ? show(call, call.text("name")) : problem(done.error());
}

HttpAnswer purge(Call& call) {
  const auto purged = purge_queue(call.actions, call.text("name"));
  if (!purged) return problem(purged.error());
  return success(call, "Queue purged; its campaigns are paused",
                 json::object{{"queue", call.text("name")}, {"tasks_removed", *purged}});
}

HttpAnswer tasks(Call& call) {
  const auto queue = call.actions.store.find_queue(call.text("name"));
  if (!queue) return problem(queue.error());
  const auto after = read_cursor(call);
  if (!after) return bad_cursor();
  const auto limit = static_cast<int>(*call.number("limit"));
  auto page = call.actions.store.tasks(queue->id, TaskId{*after}, limit + 1);
  const auto next = cut_page(page, limit, [](const TaskView& task) { return task.id.value; });
  const auto names = mailbox_names(call.actions.store);
  json::array items;
  for (const auto& task : page) items.push_back(to_json(task, names));
  auto answer = json_answer(items);
  add_paging(answer, call, queue->tasks, next);
  return answer;
}

ObjectSchema fields(std::string_view name) {
  return ObjectSchema(name)
      .may("max_dispatches_per_second", number(0, 100'000).about("0: no limit"))
      .may("max_concurrent_dispatches", whole(1, 5'000))
      .may("max_attempts", whole(-1, 100).about("-1: no limit"))
      .may("max_retry_duration", text(1, 40).about("such as 1h; 0s: no limit"))
      .may("min_backoff", text(1, 40))
      .may("max_backoff", text(1, 40))
      .may("max_doublings", whole(0, 100));
}

Schema queue_schema() {
  return ObjectSchema("Queue")
      .needs("id", whole(1, kMost))
      .needs("name", text())
      .needs("state", one_of({"RUNNING", "PAUSED"}))
      .needs("max_dispatches_per_second", number(0, 100'000))
      .needs("max_burst_size", number(0, 1e9))
      .needs("max_concurrent_dispatches", whole(0, 5'000))
      .needs("max_attempts", whole(-1, kMost))
      .needs("max_retry_duration", text())
      .needs("min_backoff", text())
      .needs("max_backoff", text())
      .needs("max_doublings", whole(0, kMost))
      .needs("purged_at", moment().or_null())
      .needs("tasks", whole(0, kMost));
}

Schema task_schema() {
  return ObjectSchema("Task")
      .needs("id", whole(1, kMost))
      .needs("kind", text())
      .needs("state", one_of({"scheduled", "running", "committing"}))
      .needs("campaign_id", whole(1, kMost).or_null())
      .needs("mailbox", text().or_null())
      .needs("due_at", moment())
      .needs("attempts", whole(0, kMost))
      .needs("email", text().or_null());
}

}  // namespace

Operations queue_operations() {
  const Response queue{200, "the queue", queue_schema()};
  Operations all;
  all.push_back({.method = "GET",
                 .path = "/api/queues",
                 .id = "listQueues",
                 .tag = "queues",
                 .access = Access::viewer,
                 .summary = "Queues",
                 .cli = "postrider queue list --json",
                 .answers = {{200, "all of them", array_of(queue_schema())}},
                 .handle = list});
  all.push_back({.method = "POST",
                 .path = "/api/queues",
                 .id = "createQueue",
                 .tag = "queues",
                 .access = Access::owner,
                 .summary = "A new queue",
                 .cli = "postrider queue create {name}",
                 .body = fields("QueueCreate").needs("name", pattern("^[A-Za-z0-9-]+$", 1, 100)),
                 .answers = {{201, "the queue", queue_schema()}},
                 .keyed = true,
                 .handle = create});
  all.push_back({.method = "GET",
                 .path = "/api/queues/{name}",
                 .id = "getQueue",
                 .tag = "queues",
                 .access = Access::viewer,
                 .summary = "One queue",
                 .cli = "postrider queue list --json",
                 .answers = {queue},
                 .handle = [](Call& call) { return show(call, call.text("name")); }});
  all.push_back({.method = "PUT",
                 .path = "/api/queues/{name}",
                 .id = "updateQueue",
                 .tag = "queues",
                 .access = Access::owner,
                 .summary = "Change a queue; live at once",
                 .cli = "postrider queue update {name} --max-attempts {max_attempts}",
                 .body = fields("QueueUpdate").read_only({"id", "name", "state", "purged_at", "tasks"}),
                 .answers = {queue},
                 .handle = change});
  all.push_back({.method = "POST",
                 .path = "/api/queues/{name}/pause",
                 .id = "pauseQueue",
                 .tag = "queues",
                 .access = Access::owner,
                 .summary = "Nothing of it is dispatched any more",
                 .cli = "postrider queue pause {name}",
                 .answers = {queue},
                 .handle = pause});
  all.push_back({.method = "POST",
                 .path = "/api/queues/{name}/resume",
                 .id = "resumeQueue",
                 .tag = "queues",
                 .access = Access::owner,
                 .summary = "It goes on",
                 .cli = "postrider queue resume {name}",
                 .answers = {queue},
                 .handle = resume});
  all.push_back(
      {.method = "POST",
       .path = "/api/queues/{name}/purge",
       .id = "purgeQueue",
       .tag = "queues",
       .access = Access::owner,
       .summary = "Remove its waiting tasks and pause their campaigns; resuming a campaign makes them anew",
       .cli = "postrider queue purge {name}",
       .answers = {{200, "purged",
                    success_schema(
                        "QueuePurged",
                        ObjectSchema().needs("queue", text()).needs("tasks_removed", whole(0, kMost)))}},
       .handle = purge});
  all.push_back({.method = "GET",
                 .path = "/api/queues/{name}/tasks",
                 .id = "listTasks",
                 .tag = "queues",
                 .access = Access::viewer,
                 .summary = "Tasks that wait or run",
                 .cli = "postrider queue tasks {name} --json",
                 .query = cursor_parameters(),
                 .answers = {{200, "a page of tasks", array_of(task_schema())}},
                 .paged = true,
                 .handle = tasks});
  return all;
}

}  // namespace postrider
