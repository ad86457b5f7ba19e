#include "app/look_around.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "app/key_file.h"
#include "app/open_alarms.h"
#include "app/post_alert.h"
#include "base/log.h"
#include "base/secret_box.h"
#include "base/text.h"
#include "campaign/local_time.h"
#include "google/cloud_tasks_client.h"
#include "http/server.h"
#include "http/world.h"

namespace postrider {
namespace {

constexpr ::mode_t kOthers = 077;
constexpr std::size_t kLongestKey = 4096;
constexpr Micros kPublicPatience = std::chrono::seconds{5};
constexpr std::size_t kMostPublicBytes = 64 * 1024;
constexpr std::size_t kShownBytes = 200;

bool open_to_others(const std::string& file) {
  struct stat about{};
  return ::stat(file.c_str(), &about) == 0 && (about.st_mode & kOthers) != 0;
}

void look_at_place(DoctorSurroundings& around) {
  const auto& file = around.database_file;
  const auto directory = std::filesystem::path(file).parent_path().string();
  std::error_code ignored;
  around.database_exists = std::filesystem::exists(file, ignored);
  around.database_open_to_others = open_to_others(file);
  const auto log_bytes = std::filesystem::file_size(file + "-wal", ignored);
  if (!ignored) around.log_bytes = log_bytes;
  // A directory that is not there yet is made by the server.
  if (std::filesystem::exists(directory, ignored) && ::access(directory.c_str(), W_OK | X_OK) != 0) {
    around.directory_trouble = fmt::format("{}: {}", directory, std::strerror(errno));
  } else if (around.database_exists && ::access(file.c_str(), R_OK | W_OK) != 0) {
    around.directory_trouble = fmt::format("{}: {}", file, std::strerror(errno));
  }
  struct statvfs disk{};
  if (::statvfs(directory.c_str(), &disk) == 0) {
    around.free_bytes = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  }
}

void look_at_key(const Settings& settings, DoctorSurroundings& around) {
  around.key_file = key_file_beside(around.database_file);
  around.key_in_setting = !settings.secret_key.empty();
  std::string secret = settings.secret_key;
  if (!around.key_in_setting) {
    std::error_code ignored;
    around.key_exists = std::filesystem::exists(around.key_file, ignored);
    around.key_open_to_others = open_to_others(around.key_file);
    std::ifstream in(around.key_file, std::ios::binary);
    secret.resize(kLongestKey);
    in.read(secret.data(), static_cast<std::streamsize>(secret.size()));
    secret.resize(static_cast<std::size_t>(in.gcount()));
  }
  if (const auto box = SecretBox::from_secret(trim(secret))) around.key_fingerprint = box->fingerprint();
}

}  // namespace

DoctorSurroundings look_around(const Settings& settings, const std::vector<SettingWarning>& warnings,
                               const std::string& database_file) {
  DoctorSurroundings around;
  around.database_file = database_file;
  around.mock = settings.mock;
  for (const auto& warning : warnings) around.settings_without_effect.push_back(warning.text);
  if (!settings.alert_url.empty())
    around.alert_url_trouble = alert_url_trouble(settings.alert_url, settings.targets);
  look_at_place(around);
  look_at_key(settings, around);
  try {
    static_cast<void>(parse_moment("2026-01-01T00:00", "Europe/Paris"));
  } catch (const std::exception& fault) {
    around.zones_trouble = fault.what();
  }
  return around;
}

namespace {

PublicAnswer ask_who_answers(const std::string& url, WebClient& web) {
  PublicAnswer found{.url = url};
  const auto answer = web.call({.url = found.url + "/livez",
                                .time = kPublicPatience,
                                .connect = kPublicPatience,
                                .most_bytes = kMostPublicBytes});
  if (!answer) {
    found.trouble = answer.error();
    return found;
  }
  found.status = answer->status;
  found.leads_to = one_line(answer->header("location"), kShownBytes);
  found.process = one_line(answer->header(kProcessHeader), kShownBytes);
  return found;
}

}  // namespace

void look_at_public_url(const Settings& settings, WebClient& web, const std::string& process,
                        DoctorSurroundings& around) {
  around.process = process;
  if (!settings.public_url.empty()) around.public_answer = ask_who_answers(settings.public_url, web);
}

void look_at_alarms(const Settings& settings, WebClient& web, const Clock& clock,
                    DoctorSurroundings& around) {
  const auto& ours = settings.cloud_tasks;
  if (!ours.rings) return;
  auto& seen = around.alarm_queue.emplace();
  seen.queue = ours.queue.text();
  seen.service = ask_who_answers(ours.service_url, web);
  const auto queue = open_alarms(settings, web, clock);
  if (!queue) {
    seen.trouble = queue.error();
    return;
  }
  if (const auto state = queue->alarms->state(); !state) {
    seen.trouble = state.error();
    return;
  } else {
    seen.paused = state->paused;
  }
  for (const auto& wanted : {std::vector<std::string>{"cloudtasks.tasks.create", "cloudtasks.tasks.delete",
                                                      "cloudtasks.tasks.list", "cloudtasks.queues.get"},
                             std::vector<std::string>{kActAsPermission}}) {
    const auto lacking = queue->alarms->lacking(wanted);
    if (lacking) {
      std::ranges::copy(*lacking, std::back_inserter(seen.lacking));
    } else {
      seen.not_asked = lacking.error().message;
    }
  }
}

void look_at_port(const std::string& listen, DoctorSurroundings& around) {
  around.listen = listen;
  const auto where = parse_listen_address(listen);
  if (!where) {
    around.port_trouble = where.error().message;
    return;
  }
  around.listens_beyond = !where->is_loopback();
  const auto log = make_stderr_log(LogLevel::error, LogFormat::text);
  const auto http = make_http_server(*log);
  if (const auto taken = http->listen(*where); !taken) around.port_trouble = taken.error().message;
}

}  // namespace postrider
