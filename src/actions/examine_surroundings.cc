// What is seen without the database: settings, address, place, disk, key, time zones. PUBLIC_URL:
// examine_public_url.cc.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "actions/doctor.h"
#include "actions/doctor_parts.h"
#include "actions/finding_sheet.h"

namespace postrider {
namespace {

constexpr std::uint64_t kMegabyte = 1'000'000;
constexpr std::uint64_t kDiskFull = 100 * kMegabyte;  // the log alone may take 64 MB
constexpr std::uint64_t kDiskLow = 1000 * kMegabyte;
constexpr std::uint64_t kLongLog = 256 * kMegabyte;

std::string quoted(const std::string& file) {
  const bool plain = file.find_first_of(" '\"\\$`()&;<>|*?[]#~") == file.npos;
  return plain ? file : "'" + file + "'";
}

void look_at_settings(const DoctorSurroundings& around, FindingSheet& sheet) {
  if (!around.settings_wrong.empty()) {
    sheet.fault("settings", "A setting is wrong, so the server does not start.", around.settings_wrong,
                "postrider settings --env-example");
    return;
  }
  for (const auto& text : around.settings_without_effect) {
    sheet.warning("settings", "A setting has no effect.", text, "postrider settings");
  }
  if (around.mock) {
    sheet.warning("settings", "Mock mode is on: no mail leaves this machine.",
                  "MOCK_EMAIL_SENDING is true; every email is answered \"250 OK (Mock Mode)\".",
                  "postrider settings");
  }
  if (!around.alert_url_trouble.empty()) {
    sheet.fault("settings", "No alert can be posted to ALERT_URL.", around.alert_url_trouble,
                "postrider settings");
  }
  if (around.settings_without_effect.empty() && !around.mock) {
    sheet.fine("settings", "The settings can be used.", "");
  }
}

void look_at_address(const DoctorSurroundings& around, FindingSheet& sheet) {
  const auto port = around.listen.substr(around.listen.rfind(':') + 1);
  const auto host = around.listen.substr(0, around.listen.rfind(':'));
  if (!around.port_trouble.empty()) {
    sheet.fault("server", fmt::format("The server cannot answer at {}.", around.listen), around.port_trouble,
                fmt::format("postrider serve --listen {}:0", host));
  } else if (around.listens_beyond) {
    sheet.warning("server", "Other machines can reach the server, and it speaks plain HTTP.",
                  fmt::format("It answers at {}; put a proxy with TLS before it.", around.listen),
                  fmt::format("postrider serve --listen 127.0.0.1:{}", port));
  } else {
    sheet.fine("server", around.server_runs ? "A server runs." : "No server runs.", around.listen);
  }
}

void look_at_place(const DoctorSurroundings& around, FindingSheet& sheet) {
  const auto directory = std::filesystem::path(around.database_file).parent_path().string();
  if (!around.directory_trouble.empty()) {
    sheet.fault("database", "Nothing can be written beside the database.", around.directory_trouble,
                "ls -ld " + quoted(directory));
  }
  if (!around.database_exists) {
    sheet.warning("database", "There is no database yet.", around.database_file + " does not exist.",
                  "postrider serve");
  }
  if (around.database_open_to_others) {
    sheet.warning("database", "Other accounts of this machine can open the database.", around.database_file,
                  "chmod 600 " + quoted(around.database_file));
  }
  if (around.log_bytes > kLongLog) {
    sheet.warning("database",
                  "The database's log has grown long: somebody reads for long, or writes do not end.",
                  fmt::format("{}-wal has {} MB.", around.database_file, around.log_bytes / kMegabyte),
                  "postrider status");
  }
  if (!around.free_bytes) return;
  const auto room =
      fmt::format("{} MB are free where {} is.", *around.free_bytes / kMegabyte, around.database_file);
  const auto next = "df -h " + quoted(directory);
  if (*around.free_bytes < kDiskFull) {
    sheet.fault("disk", "The disk is nearly full: without room nothing can be written, so nothing is sent.",
                room, next);
  } else if (*around.free_bytes < kDiskLow) {
    sheet.warning("disk", "The disk runs full.", room, next);
  } else {
    sheet.fine("disk", "There is room.", room);
  }
}

void look_at_key(const DoctorSurroundings& around, FindingSheet& sheet) {
  if (around.key_in_setting) {
    sheet.fine("key", "The key is in SECRET_KEY.", "");
  } else if (around.key_open_to_others) {
    sheet.fault("key", "Other accounts of this machine can read the key: the server does not start with it.",
                around.key_file, "chmod 600 " + quoted(around.key_file));
  } else if (around.key_exists) {
    sheet.fine("key", "The key file is there, for its owner only.", around.key_file);
  }
}

/// Why the database could not be opened, unless another finding says so already.
void look_at_opening(const DoctorSurroundings& around, FindingSheet& sheet) {
  if (!around.cannot_open) return;
  const auto& [kind, code, message] = *around.cannot_open;
  const auto directory = std::filesystem::path(around.database_file).parent_path().string();
  if (code == "key_file_open_to_others") return;
  if (code == "key_wrong") {
    sheet.fault("key", "The key is not the one of this database.", message,
                around.key_in_setting ? "postrider settings" : "ls -l " + quoted(around.key_file));
  } else if (code == "key_missing") {
    sheet.fault("key", "The database's key is missing.", message, "ls -la " + quoted(directory));
  } else if (code == "database_in_use") {
    sheet.fault("database", "Somebody holds the database and does not answer.", message, "postrider status");
  } else {
    sheet.fault("database", "The database cannot be opened.", message, "ls -la " + quoted(directory));
  }
}

}  // namespace

Findings examine_surroundings(const DoctorSurroundings& around) {
  Findings all;
  FindingSheet sheet(all);
  look_at_settings(around, sheet);
  if (!around.settings_wrong.empty()) return all;
  look_at_address(around, sheet);
  std::ranges::move(examine_public_url(around), std::back_inserter(all));
  std::ranges::move(examine_alarm_queue(around), std::back_inserter(all));
  look_at_place(around, sheet);
  look_at_key(around, sheet);
  look_at_opening(around, sheet);
  if (!around.zones_trouble.empty()) {
    sheet.fault("clock", "The time zones of this machine cannot be read.", around.zones_trouble,
                "apt-get install tzdata");
  }
  order_by_severity(all);
  return all;
}

}  // namespace postrider
