// Queues.

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "http/cloud_tasks/method.h"
#include "http/cloud_tasks/page.h"
#include "http/cloud_tasks/queue_filter.h"
#include "http/cloud_tasks/queue_message.h"

namespace postrider::cloud_tasks {
namespace {

namespace json = boost::json;

constexpr int kMostQueues = 9'800;  // on a page
constexpr int kPiece = 1'000;       // queues asked of the store at once
constexpr int kMostPieces = 11;     // for one page, whatever its filter leaves out

struct QueuesFound {
  std::vector<HttpQueue> queues;
  std::string after;  ///< the last one looked at
  bool more = false;
};

/// A page of those that pass. It may be short while there are more.
QueuesFound find_queues(Request& request, const LocationName& at, const QueueFilter& filter,
                        const Page& page) {
  QueuesFound found{.queues = {}, .after = page.after, .more = false};
  const auto size = static_cast<std::size_t>(page.size);
  for (int pieces = 0; pieces < kMostPieces; ++pieces) {
    const auto room = static_cast<int>(size - found.queues.size()) + 1;
    const int wanted = filter.passes_all() ? std::min(room, kPiece) : kPiece;
    const auto piece = request.campaigns
                           ? request.campaigns->queues(found.after, wanted)
                           : request.world.http_tasks().queues(at.project, at.location, found.after, wanted);
    for (const auto& queue : piece) {
      if (found.queues.size() == size) {
        found.more = true;
        return found;
      }
      found.after = queue.name.queue;
      if (filter.passes(queue)) found.queues.push_back(queue);
    }
    if (std::ssize(piece) < wanted) return found;
  }
  found.more = true;
  return found;
}

Answered show(Request& request, Result<HttpQueue> queue) {
  return answered(std::move(queue),
                  [&](const HttpQueue& one) { return to_json(one, request.enums_as_numbers); });
}

/// Puts what was done to a queue of HTTP tasks into the audit log; what is done to campaigns' queues stands
/// there by itself.
template <class T>
Result<T> noted(Request& request, Result<T> result, std::string_view did, const QueueName& name) {
  if (result && !request.campaigns)
    request.actions.store.audit(request.actions.who, fmt::format("{} {}", did, name.text()));
  return result;
}

/// What takes a queue's name and nothing else. `did`: for the audit log; empty: nothing was done.
template <class Ask>
Answered ask_queue(Request& request, std::string_view did, Ask ask) {
  Fields fields(request);
  if (auto wrong = fields.wrong()) return std::unexpected(std::move(*wrong));
  const auto name = queue_of(request);
  if (!name) return std::unexpected(name.error());
  auto queue = request.ask([&](auto& home) { return ask(home, *name); });
  return show(request, did.empty() ? std::move(queue) : noted(request, std::move(queue), did, *name));
}

HttpQueue defaults(const Request& request) {
  return request.campaigns ? request.campaigns->defaults() : HttpQueue{};
}

}  // namespace

Answered list_queues(Request& request) {
  Fields fields(request);
  const auto location = location_of(request);
  if (!location) return std::unexpected(location.error());
  const auto text = fields.query.text("filter").value_or("");
  const auto list = fmt::format("queues of {} where {}", location->text(), text);
  const auto page = read_page(fields.query, list, kMostQueues, request.actions.secrets, request.now());
  if (auto wrong = fields.wrong()) return std::unexpected(std::move(*wrong));
  if (!page) return std::unexpected(page.error());
  const auto filter = QueueFilter::parse(text);
  if (!filter) return std::unexpected(filter.error());

  const auto found = find_queues(request, *location, *filter, *page);
  json::object out;
  json::array queues;
  for (const auto& queue : found.queues) queues.push_back(to_json(queue, request.enums_as_numbers));
  if (!queues.empty()) out["queues"] = std::move(queues);
  if (found.more)
    out["nextPageToken"] = page_token(list, found.after, request.actions.secrets, request.now());
  return out;
}

Answered get_queue(Request& request) {
  return ask_queue(request, {}, [](auto& home, const QueueName& name) { return home.queue(name); });
}

Answered create_queue(Request& request) {
  Fields fields(request, "queue");
  const auto message = read_queue(fields.body);
  if (auto wrong = fields.wrong(true)) return std::unexpected(std::move(*wrong));
  const auto location = location_of(request);
  if (!location) return std::unexpected(location.error());
  auto name = read_queue_name(message.name);
  if (!name) return std::unexpected(name.error());
  if (name->parent() != location->text())
    return invalid_argument(fmt::format("{} must begin with {}.", name->text(), location->text()));
  if (!message.unimplemented.empty()) return unimplemented(message.unimplemented);

  auto queue = defaults(request);
  queue.name = std::move(*name);
  merge(message, {}, defaults(request), queue);
  auto made = request.ask([&](auto& home) { return home.create_queue(queue); });
  return show(request, noted(request, std::move(made), "created", queue.name));
}

Answered update_queue(Request& request) {
  Fields fields(request, "queue");
  const auto message = read_queue(fields.body);
  const auto mask = read_mask(fields.query.text("updateMask").value_or(""));
  if (auto wrong = fields.wrong(true)) return std::unexpected(std::move(*wrong));
  if (!mask) return std::unexpected(mask.error());
  const auto name = queue_of(request);
  if (!name) return std::unexpected(name.error());
  if (!message.unimplemented.empty()) return unimplemented(message.unimplemented);

  const auto standard = defaults(request);
  const auto change = [&](HttpQueue& queue) { merge(message, *mask, standard, queue); };
  auto changed = request.ask([&](auto& home) { return home.update_queue(*name, change); });
  return show(request, noted(request, std::move(changed), "changed", *name));
}

Answered delete_queue(Request& request) {
  Fields fields(request);
  if (auto wrong = fields.wrong()) return std::unexpected(std::move(*wrong));
  const auto name = queue_of(request);
  if (!name) return std::unexpected(name.error());
  auto deleted = request.ask([&](auto& home) { return home.delete_queue(*name); });
  return answered(noted(request, std::move(deleted), "deleted", *name));
}

Answered pause_queue(Request& request) {
  return ask_queue(request, "paused",
                   [](auto& home, const QueueName& name) { return home.set_paused(name, true); });
}

Answered resume_queue(Request& request) {
  return ask_queue(request, "resumed",
                   [](auto& home, const QueueName& name) { return home.set_paused(name, false); });
}

Answered purge_queue(Request& request) {
  return ask_queue(request, "purged", [](auto& home, const QueueName& name) { return home.purge(name); });
}

}  // namespace postrider::cloud_tasks
