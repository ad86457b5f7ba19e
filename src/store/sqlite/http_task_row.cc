#include "store/sqlite/http_task_row.h"

#include <cstdlib>

namespace postrider::sqlite {
namespace {

/// Up to `end`, which is taken away with it.
std::string_view take_until(std::string_view& text, char end) {
  const auto at = text.find(end);
  const auto part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

void read_headers(std::string_view text, HttpTask& task) {
  while (!text.empty()) {
    const auto name = take_until(text, ':');
    task.headers.emplace_back(name, take_until(text, '\n'));
  }
}

void read_token(std::string_view text, HttpTask& task) {
  if (text.empty()) return;
  task.token.kind = static_cast<HttpTaskToken::Kind>(text.front() - '0');
  text.remove_prefix(1);
  task.token.service_account = take_until(text, '\n');
  task.token.audience = text;
}

}  // namespace

std::string pack_headers(const HttpTask& task) {
  std::string text;
  for (const auto& [name, value] : task.headers) {
    text += name;
    text += ':';
    text += value;
    text += '\n';
  }
  return text;
}

std::optional<std::string> pack_token(const HttpTask& task) {
  if (task.token.kind == HttpTaskToken::Kind::none) return std::nullopt;
  std::string text(1, static_cast<char>('0' + static_cast<int>(task.token.kind)));
  text += task.token.service_account;
  text += '\n';
  text += task.token.audience;
  return text;
}

WallTime schedule_of(const Statement& row) {
  const auto due = row.maybe_integer(2);
  return from_micros(due ? std::abs(*due) : row.integer(3));
}

HttpTask read_http_task(const Statement& row, const QueueName& queue, const HttpIds& ids) {
  HttpTask task;
  task.queue = queue;
  task.named = !row.is_null(1);
  task.id = task.named ? std::string(row.text(1)) : ids.id_of(row.integer(0));
  task.schedule = schedule_of(row);
  task.created = from_micros(row.integer(3));
  task.dispatch_deadline = std::chrono::milliseconds{row.integer(4)};
  task.method = static_cast<HttpMethod>(row.integer(5));
  task.url = row.text(6);
  read_headers(row.text(7), task);
  read_token(row.text(8), task);
  task.body = row.text(17);
  if (row.is_null(9)) return task;
  task.dispatch_count = static_cast<int>(row.integer(9));
  task.response_count = static_cast<int>(row.integer(10));
  task.execution_count = static_cast<int>(row.integer(11));
  task.first_dispatch = from_micros(row.integer(12));
  auto& last = task.last.emplace();
  last.schedule = from_micros(row.integer(13));
  last.dispatch = from_micros(row.integer(14));
  if (const auto response = row.maybe_integer(15)) last.response = from_micros(*response);
  last.status = static_cast<int>(row.integer(16));
  return task;
}

}  // namespace postrider::sqlite
