// Tasks.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "http/cloud_tasks/method.h"
#include "http/cloud_tasks/page.h"
#include "http/cloud_tasks/task_message.h"

namespace postrider::cloud_tasks {
namespace {

namespace json = boost::json;

constexpr int kMostTasks = 1'000;                 // on a page
constexpr std::size_t kMostBytes = 4 << 20;       // of bodies on a page, beyond which it ends
constexpr int kFirstPiece = 10, kMostPiece = 50;  // tasks asked of the store at once: each may hold 1 MiB

std::size_t size_of(const HttpTask& task) {
  std::size_t bytes = task.url.size() + task.body.size();
  for (const auto& [name, value] : task.headers) bytes += name.size() + value.size();
  return bytes;
}

/// How many more tasks a page may take in at once, if they are as large as those it has.
int next_piece(std::size_t tasks, std::size_t bytes) {
  const auto average = bytes / std::max<std::size_t>(tasks, 1) + 1;
  const auto fitting = (kMostBytes - std::min(bytes, kMostBytes)) / average + 1;
  return static_cast<int>(std::min<std::size_t>(fitting, tasks == 0 ? kFirstPiece : kMostPiece));
}

/// A page that ends before its size where its tasks are large.
Result<HttpTaskPage> find_tasks(HttpTaskStore& store, const QueueName& queue, const Page& page) {
  HttpTaskPage found;
  std::string after = page.after;
  std::size_t bytes = 0;
  while (std::ssize(found.tasks) < page.size && bytes < kMostBytes) {
    const auto count = found.tasks.size();
    const int limit = std::min(next_piece(count, bytes), page.size - static_cast<int>(count));
    auto piece = store.tasks(queue, after, limit);
    if (!piece) return std::unexpected(piece.error());
    if (piece->empty()) return found;
    for (auto& task : *piece) {
      bytes += size_of(task);
      after = task.id;
      found.tasks.push_back(std::move(task));
    }
  }
  const auto rest = store.tasks(queue, after, 1);
  if (rest && !rest->empty()) found.next = after;
  return found;
}
Result<HttpTaskPage> find_tasks(CampaignQueues& campaigns, const QueueName& queue, const Page& page) {
  return campaigns.tasks(queue, page.after, page.size);
}

struct TaskPlace {
  QueueName queue;
  std::string id;
};

RpcResult<TaskPlace> task_of(const Request& request) {
  auto queue = queue_of(request);
  if (!queue) return std::unexpected(queue.error());
  auto id = read_task_id(request.names.at(3));
  if (!id) return std::unexpected(id.error());
  return TaskPlace{std::move(*queue), std::move(*id)};
}

std::unexpected<RpcError> may_not_act_as(std::string_view account) {
  return rpc_error(
      RpcCode::permission_denied,
      fmt::format("The principal (user or service account) lacks IAM permission "
                  "\"iam.serviceAccounts.actAs\" for the resource \"{}\" (or the resource may not "
                  "exist).",
                  account));
}

/// Whether its caller may have this account's tokens put into it.
std::optional<RpcError> judge_token(const Request& request, const HttpTask& task) {
  if (task.token.kind == HttpTaskToken::Kind::none) return std::nullopt;
  const auto& account = task.token.service_account;
  switch (request.world.may_act_as(request.caller, account)) {
    case ActAs::allowed:
      return std::nullopt;
    case ActAs::denied:
      return may_not_act_as(account).error();
    case ActAs::unknown:
      return RpcError{RpcCode::not_found, fmt::format("Service account {} does not exist.", account)};
  }
  return std::nullopt;
}

}  // namespace

Answered list_tasks(Request& request) {
  Fields fields(request);
  const auto name = queue_of(request);
  if (!name) return std::unexpected(name.error());
  const auto view = read_view(fields.query);
  const auto list = fmt::format("tasks of {}", name->text());
  const auto page = read_page(fields.query, list, kMostTasks, request.actions.secrets, request.now());
  if (auto wrong = fields.wrong()) return std::unexpected(std::move(*wrong));
  if (!page) return std::unexpected(page.error());

  const auto found = request.ask([&](auto& home) { return find_tasks(home, *name, *page); });
  return answered(found, [&](const HttpTaskPage& tasks) {
    json::object out;
    json::array shown;
    for (const auto& task : tasks.tasks) shown.push_back(to_json(task, view, request.enums_as_numbers));
    if (!shown.empty()) out["tasks"] = std::move(shown);
    if (!tasks.next.empty())
      out["nextPageToken"] = page_token(list, tasks.next, request.actions.secrets, request.now());
    return out;
  });
}

Answered get_task(Request& request) {
  Fields fields(request);
  const auto view = read_view(fields.query);
  if (auto wrong = fields.wrong()) return std::unexpected(std::move(*wrong));
  const auto place = task_of(request);
  if (!place) return std::unexpected(place.error());
  return answered(request.ask([&](auto& home) { return home.task(place->queue, place->id); }),
                  [&](const HttpTask& task) { return to_json(task, view, request.enums_as_numbers); });
}

Answered create_task(Request& request) {
  Fields fields(request);
  auto given = fields.body.message("task", "google.cloud.tasks.v2.Task");
  const auto message = given ? read_task(*given) : TaskMessage{};
  const auto view = read_view(fields.body);
  if (auto wrong = fields.wrong()) return std::unexpected(std::move(*wrong));
  const auto name = queue_of(request);
  if (!name) return std::unexpected(name.error());
  if (request.campaigns) {
    return invalid_argument(
        "The tasks of this queue are the emails of campaigns, and only a campaign makes them. Create tasks in "
        "a queue of another project or location.");
  }
  std::string id;
  if (!message.name.empty()) {
    auto named = read_task_name(*name, message.name);
    if (!named) return std::unexpected(named.error());
    id = std::move(*named);
  }
  auto task = to_task(message, *name, request.world.default_url(*name), request.now());
  if (!task) return std::unexpected(task.error());
  // What is wrong with the task comes before whose tokens it may carry; its horizon is the store's affair.
  if (const auto fine = validate(*task, {.horizon = Micros::max()}, request.now()); !fine)
    return std::unexpected(rpc_error(fine.error()));
  if (auto refused = judge_token(request, *task)) return std::unexpected(std::move(*refused));
  task->named = !id.empty();
  task->id = std::move(id);
  auto made = request.world.http_tasks().create({&*task, 1});
  return answered(std::move(made.at(0)),
                  [&](const HttpTask& stored) { return to_json(stored, view, request.enums_as_numbers); });
}

Answered delete_task(Request& request) {
  Fields fields(request);
  if (auto wrong = fields.wrong()) return std::unexpected(std::move(*wrong));
  const auto place = task_of(request);
  if (!place) return std::unexpected(place.error());
  return answered(request.ask([&](auto& home) { return home.delete_task(place->queue, place->id); }));
}

Answered run_task(Request& request) {
  Fields fields(request);
  const auto view = read_view(fields.body);
  if (auto wrong = fields.wrong()) return std::unexpected(std::move(*wrong));
  const auto place = task_of(request);
  if (!place) return std::unexpected(place.error());
  const auto write = [&](const HttpTask& task) { return to_json(task, view, request.enums_as_numbers); };
  if (request.campaigns) return answered(request.campaigns->run_task(place->queue, place->id), write);

  auto claimed = request.world.http_tasks().force_run(place->queue, place->id);
  if (!claimed) return std::unexpected(rpc_error(claimed.error()));
  auto shown = write(claimed->task);
  request.world.call(std::move(*claimed));
  return shown;
}

Answered batch(Request&) {
  return unimplemented(
      "Tasks are created and deleted one by one here: there is no batchCreate and no batchDelete.");
}

Answered buffer_task(Request&) {
  return unimplemented(
      "BufferTask is not available here, for queues have no httpTarget: create a task with an httpRequest.");
}

}  // namespace postrider::cloud_tasks
