// The queue elsewhere that rings for us: whether it is there, takes our alarms, and reaches this service.
// Nothing else would notice: a queue that does not ring looks like a campaign that waits.

#include <fmt/format.h>

#include "actions/doctor_parts.h"
#include "actions/finding_sheet.h"
#include "base/text.h"

namespace postrider {
namespace {

constexpr auto kArea = "queue";

/// The first gcloud command in a sentence; else how to see the queue.
std::string gcloud_in(std::string_view sentence, const std::string& otherwise) {
  const auto from = sentence.find("gcloud ");
  if (from == sentence.npos) return otherwise;
  const auto rest = sentence.substr(from);
  return std::string(rest.substr(0, rest.find(". ")));
}

struct Named {
  std::string queue, location, project;
};

Named named(const std::string& full) {
  const auto parts = split(full, '/');
  if (parts.size() != 6) return {full, "LOCATION", "PROJECT"};
  return {std::string(parts[5]), std::string(parts[3]), std::string(parts[1])};
}

std::string command(std::string_view verb, const std::string& full) {
  const auto [queue, location, project] = named(full);
  return fmt::format("gcloud tasks queues {} {} --location={} --project={}", verb, queue, location, project);
}

void look_at_service(const AlarmQueueSeen& seen, FindingSheet& sheet) {
  const auto& found = seen.service;
  const auto look = "curl -i " + found.url + "/livez";
  if (found.trouble) {
    sheet.fault(kArea, "Nothing answers at CLOUD_RUN_SERVICE_URL, so the queue rings for nobody.",
                found.trouble->message, look);
  } else if (found.process.empty()) {
    sheet.fault(kArea, "What answers at CLOUD_RUN_SERVICE_URL is no Postrider.",
                fmt::format("GET {}/livez is answered {}{}", found.url, found.status,
                            found.leads_to.empty() ? "." : ", which leads to " + found.leads_to + "."),
                look);
  } else {
    sheet.fine(kArea, "The queue reaches this service.", found.url);
  }
}

}  // namespace

Findings examine_alarm_queue(const DoctorSurroundings& around) {
  Findings all;
  FindingSheet sheet(all);
  if (!around.alarm_queue) return all;
  const auto& seen = *around.alarm_queue;
  const auto describe = command("describe", seen.queue);
  if (seen.trouble) {
    sheet.fault(kArea, "The queue that rings for emails cannot be used.", seen.trouble->message,
                gcloud_in(seen.trouble->message, describe));
  } else if (seen.paused) {
    sheet.fault(kArea, "The queue that rings for emails is paused, so nothing is sent.", seen.queue,
                command("resume", seen.queue));
  } else {
    sheet.fine(kArea, "The queue that rings for emails is there.", seen.queue);
  }
  for (const auto& [permission, grant] : seen.lacking) {
    sheet.fault(kArea, fmt::format("The permission {} is missing.", permission), seen.queue, grant);
  }
  if (!seen.not_asked.empty()) {
    sheet.warning(kArea, "Whether tasks may act as their service account is not known.", seen.not_asked,
                  gcloud_in(seen.not_asked, describe));
  }
  look_at_service(seen, sheet);
  return all;
}

}  // namespace postrider
