#include "google/cloud_tasks_errors.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace postrider {
namespace {

/// "P", "L" and "Q" of "projects/P/locations/L/queues/Q".
struct QueueParts {
  std::string_view project, location, queue;
};

QueueParts parts_of(std::string_view name) {
  const auto parts = split(name, '/');
  if (parts.size() != 6) return {"PROJECT", "LOCATION", "QUEUE"};
  return {parts[1], parts[3], parts[5]};
}

std::string because(const GoogleError& said) {
  return said.message.empty() ? std::string() : fmt::format(" (Google says: {})", said.message);
}

bool is_about_queue(const GoogleError& said) {
  return said.message.contains("Queue does not exist") || said.message.contains("queue no longer exists");
}

Error refused(std::string message) {
  return {Error::Kind::invalid, "alarms_refused", std::move(message)};
}

Error queue_gone(const CloudTasksNames& names) {
  const auto [project, location, queue] = parts_of(names.queue);
  return {
      Error::Kind::not_found, "alarm_queue_gone",
      fmt::format("There is no queue {} at Google. Create it: gcloud tasks queues create {} --location={} "
                  "--project={}. A new one takes up to a minute until it can be used; the name of one that "
                  "was deleted, up to three days until it can be created again.",
                  names.queue, queue, location, project)};
}

Error forbidden(const GoogleError& said, const CloudTasksNames& names) {
  const auto project = parts_of(names.queue).project;
  if (said.reason == "SERVICE_DISABLED" || said.message.contains("API has not been used")) {
    const bool iam = said.message.contains("Identity and Access Management");
    return refused(
        fmt::format("The {} API is not enabled in the project {}. Enable it: gcloud services enable {} "
                    "--project={}.",
                    iam ? "IAM" : "Cloud Tasks", project,
                    iam ? "iam.googleapis.com" : "cloudtasks.googleapis.com", project));
  }
  if (said.reason == "ACCESS_TOKEN_SCOPE_INSUFFICIENT" || said.message.contains("authentication scopes")) {
    return refused(
        "The access token may not be used for Cloud Tasks: the credentials lack the scope "
        "https://www.googleapis.com/auth/cloud-platform.");
  }
  if (const auto permission = permission_in(said.message); !permission.empty()) {
    return refused(fmt::format("{} lacks the permission {}. Give it: {}.",
                               names.caller.empty() ? "The account of the credentials" : names.caller,
                               permission, grant_command(permission, names)));
  }
  return refused(fmt::format("Cloud Tasks does not let the credentials use the queue {}{}.", names.queue,
                             because(said)));
}

}  // namespace

Error alarm_error_of(const WebAnswer& answer, const CloudTasksNames& names) {
  const auto said = read_google_error(answer);
  if (said.status.empty()) {
    return {Error::Kind::unavailable, "alarms_unavailable",
            fmt::format(
                "What answers in the place of Cloud Tasks is not Cloud Tasks, or it is broken: status {}, "
                "and no reason.",
                said.http)};
  }
  if (is_about_queue(said)) return queue_gone(names);
  switch (said.http) {
    case 400:
      if (said.message.contains("too far in the future")) {
        return {Error::Kind::invalid, "alarm_too_far",
                "Cloud Tasks takes no task more than 720 hours ahead: set the alarm later."};
      }
      return refused(fmt::format("Cloud Tasks does not take the request{}.", because(said)));
    case 401:
      return refused(fmt::format("Google does not accept the credentials{}.", because(said)));
    case 403:
      return forbidden(said, names);
    case 404:
      return refused(fmt::format(
          "Google does not find what a task needs{}. {}", because(said),
          names.identity.empty() ? "Check the project and the location of the queue."
                                 : fmt::format("Check that the service account {} exists.", names.identity)));
    default:
      return {Error::Kind::unavailable, "alarms_unavailable",
              fmt::format("Cloud Tasks cannot answer now, status {}{}.", said.http, because(said))};
  }
}

Error alarm_error_of(const Error& error) {
  if (error.kind == Error::Kind::invalid) return refused(error.message);
  return {Error::Kind::unavailable, "alarms_unavailable", "Cloud Tasks does not answer: " + error.message};
}

bool concerns_whole_queue(const WebAnswer& answer) {
  const auto said = read_google_error(answer);
  return is_about_queue(said) || said.http == 401 || said.http == 403;
}

std::string permission_in(std::string_view message) {
  const auto is_part = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.'; };
  for (auto at = message.begin(); at != message.end();) {
    const auto end = std::find_if_not(at, message.end(), is_part);
    const std::string_view word(at, end);
    const auto dot = word.find('.');
    const bool known = word.starts_with("cloudtasks.") || word.starts_with("iam.");
    // A sentence's own dot and a host's name are no permissions: those are service.things.verb.
    if (known && !word.ends_with('.') && !word.ends_with(".com") && word.find('.', dot + 1) != word.npos)
      return std::string(word);
    at = end == message.end() ? end : end + 1;
  }
  return {};
}

std::string grant_command(std::string_view permission, const CloudTasksNames& names) {
  const auto [project, location, queue] = parts_of(names.queue);
  const auto member = names.caller.empty()                             ? std::string("serviceAccount:ACCOUNT")
                      : names.caller.ends_with(".gserviceaccount.com") ? "serviceAccount:" + names.caller
                                                                       : "user:" + names.caller;
  if (permission.starts_with("iam.")) {
    return fmt::format(
        "gcloud iam service-accounts add-iam-policy-binding {} --member={} "
        "--role=roles/iam.serviceAccountUser",
        names.identity.empty() ? "SERVICE_ACCOUNT" : names.identity, member);
  }
  const auto role = permission.ends_with(".create")           ? "roles/cloudtasks.enqueuer"
                    : permission == "cloudtasks.tasks.delete" ? "roles/cloudtasks.taskDeleter"
                    : permission == "cloudtasks.tasks.run"    ? "roles/cloudtasks.taskRunner"
                    : permission.ends_with(".list") || permission.ends_with(".get")
                        ? "roles/cloudtasks.viewer"
                        : "roles/cloudtasks.queueAdmin";
  return fmt::format(
      "gcloud tasks queues add-iam-policy-binding {} --location={} --project={} --member={} --role={}", queue,
      location, project, member, role);
}

}  // namespace postrider
