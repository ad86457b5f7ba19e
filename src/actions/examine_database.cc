// The database from inside: sound, writable, not in quarantine, with its own key, and a clock that goes on.

#include <fmt/format.h>

#include "actions/doctor_parts.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

constexpr auto kLookAtPages = 1s;   // a read transaction may last as long
constexpr auto kClockSlack = 5min;  // of rows that were written later than now
constexpr auto kFirstPlausible = WallTime{std::chrono::sys_days{std::chrono::year{2024} / 1 / 1}};
constexpr auto kLastPlausible = WallTime{std::chrono::sys_days{std::chrono::year{2038} / 1 / 1}};

Finding clock_of(ActionContext& context) {
  const auto now = context.clock.wall_now();
  if (now < kFirstPlausible || now >= kLastPlausible) {
    return {"clock", Severity::fault, "The clock of this machine is wrong.",
            fmt::format("It says {}.", format_rfc3339(now)), "date -u"};
  }
  const auto newest = context.store.audit_log({.who = {}, .from = {}, .until = {}, .before = {}, .limit = 1});
  if (!newest.empty() && newest.front().at > now + kClockSlack) {
    return {"clock", Severity::fault, "The clock goes behind what the database has seen: it was set back.",
            fmt::format("It says {}; the newest entry of the audit log is of {}.", format_rfc3339(now),
                        format_rfc3339(newest.front().at)),
            "date -u"};
  }
  return {"clock", Severity::fine, "The clock is plausible.", format_rfc3339(now), ""};
}

}  // namespace

Findings examine_database(ActionContext& context, const DoctorSurroundings& around) {
  Findings all;
  const auto state = context.store.state();
  if (!state.trouble.empty()) {
    all.push_back({"database", Severity::fault, "Nothing can be written, so nothing is sent.", state.trouble,
                   "postrider status"});
  }
  if (state.quarantined_at) {
    all.push_back({"database", Severity::fault,
                   "The database was restored from a backup and is in quarantine: it sends nothing.",
                   fmt::format("The backup is of {}.", format_rfc3339(*state.quarantined_at)),
                   "postrider resume --restored"});
  }
  const auto sound = context.store.quick_check(kLookAtPages);
  if (sound && !sound->empty()) {
    all.push_back(
        {"database", Severity::fault, "The database's file is damaged.", *sound, "postrider restore --help"});
  }
  if (all.empty()) {
    all.push_back(
        {"database", Severity::fine,
         sound ? "The database is sound." : "The database showed no damage in the second it was read.",
         state.file, ""});
  }
  if (!around.key_fingerprint.empty() && around.key_fingerprint != context.secrets.fingerprint()) {
    all.push_back(
        {"key", Severity::fault, "The key is not the one of this database: the next start will fail.",
         fmt::format("In place is {}, in use {}.", around.key_fingerprint, context.secrets.fingerprint()),
         around.key_in_setting ? "postrider settings" : "ls -l '" + around.key_file + "'"});
  } else if (!around.key_in_setting && !around.key_exists) {
    all.push_back({"key", Severity::fault, "The key file is gone: the next start will fail.",
                   around.key_file + " does not exist.", "ls -la '" + around.key_file + "'"});
  }
  all.push_back(clock_of(context));
  return all;
}

}  // namespace postrider
