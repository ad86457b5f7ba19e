#pragma once
// Log: what the operator reads. One line per event: a short event name and fields. No personal
// data: never an address, a name, a message or a secret in a field. Control characters are made
// harmless, so nothing a stranger sends can forge a line. Thread safe.

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace postrider {

enum class LogLevel { debug, info, warning, error };

class Log {
 public:
  struct Field {
    std::string_view name;
    std::string value;
  };
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view event, std::initializer_list<Field> fields = {}) = 0;
};

enum class LogFormat {
  text,  ///< 2026-11-24T09:00:00.000Z info event name="value"
  json   ///< {"time":"…","severity":"INFO","message":"event","name":"value"}, as Cloud Logging reads it
};

/// One line an event on standard error.
std::unique_ptr<Log> make_stderr_log(LogLevel least, LogFormat format = LogFormat::text);

/// Says nothing; for tests.
std::unique_ptr<Log> make_silent_log();

}  // namespace postrider
