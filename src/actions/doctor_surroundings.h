#pragma once
// DoctorSurroundings: what the doctor is told of the machine around the database: settings, files, disk,
// key, port. app looks (app/look_around.h); actions/doctor.h judges. Plain values.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "queue/alarm.h"

namespace postrider {

/// What answered to GET URL/livez.
struct PublicAnswer {
  std::string url;               ///< PUBLIC_URL, or CLOUD_RUN_SERVICE_URL
  std::optional<Error> trouble;  ///< why there was no answer
  int status = 0;
  std::string leads_to;  ///< where a redirect sent us; empty: it was none
  std::string process;   ///< of which server's process it is; empty: it does not say, so it is no Postrider
};

/// The queue elsewhere that rings for us, as it was seen.
struct AlarmQueueSeen {
  std::string queue;             ///< "projects/P/locations/L/queues/Q"
  std::optional<Error> trouble;  ///< why it cannot be used
  bool paused = false;
  std::vector<LackingPermission> lacking;
  std::string
      not_asked;         ///< why it is not known whether tasks may act as their service account; empty: it is
  PublicAnswer service;  ///< what answers where it rings
};

struct DoctorSurroundings {
  // Settings.
  std::string settings_wrong;                        ///< why they cannot be used; empty: they can
  std::vector<std::string> settings_without_effect;  ///< a sentence each
  bool mock = false;

  // The server.
  bool server_runs = false;
  std::string listen;                         ///< where it answers, or would: "127.0.0.1:8000"
  bool listens_beyond = false;                ///< other machines can reach it
  std::string port_trouble;                   ///< why that address cannot be taken; empty: it can, or is ours
  std::string process;                        ///< what ours calls itself; empty: none runs
  std::optional<PublicAnswer> public_answer;  ///< nothing: PUBLIC_URL is not set

  std::optional<AlarmQueueSeen> alarm_queue;  ///< nothing: our own crew does what is due

  std::string alert_url_trouble;  ///< why alerts cannot be posted; empty: they can, or are not to be

  // The database's place.
  std::string database_file;
  bool database_exists = true;
  std::string directory_trouble;         ///< why nothing can be written there; empty: it can
  bool database_open_to_others = false;  ///< its file can be read or written by other accounts
  std::optional<std::uint64_t> free_bytes;
  std::uint64_t log_bytes = 0;  ///< of the write-ahead log
  /// Why the database could not be opened, when it could not; a Fault is "fault".
  std::optional<Error> cannot_open;

  // The key.
  std::string key_file;
  bool key_in_setting = false;  ///< SECRET_KEY goes before the file
  bool key_exists = false;
  bool key_open_to_others = false;
  std::string key_fingerprint;  ///< of the key in force at the next start; empty: none, or it cannot be read

  std::string zones_trouble;  ///< why the time zones cannot be read; empty: they can
};

}  // namespace postrider
