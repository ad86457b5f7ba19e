#pragma once
// DoctorSurroundings: what the doctor is told of the machine around the database: settings, files, disk,
// key, port. app looks (app/look_around.h); actions/doctor.h judges. Plain values.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace postrider {

struct DoctorSurroundings {
  // Settings.
  std::string settings_wrong;                        ///< why they cannot be used; empty: they can
  std::vector<std::string> settings_without_effect;  ///< a sentence each
  bool mock = false;

  // The server.
  bool server_runs = false;
  std::string listen;           ///< where it answers, or would: "127.0.0.1:8000"
  bool listens_beyond = false;  ///< other machines can reach it
  std::string port_trouble;     ///< why that address cannot be taken; empty: it can, or is ours

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
