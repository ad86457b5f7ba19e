#include "base/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/text.h"

namespace postrider {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

/// Inside a JSON string (RFC 8259 §7). The text is one line of valid UTF-8 already.
std::string json_text(std::string_view text) {
  std::string out;
  for (const char c : one_line(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

/// As Cloud Logging names them.
std::string_view severity(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "DEBUG";
    case LogLevel::info:
      return "INFO";
    case LogLevel::warning:
      return "WARNING";
    case LogLevel::error:
      return "ERROR";
  }
  return "ERROR";
}

class StderrLog : public Log {
 public:
  StderrLog(LogLevel least, LogFormat format)
      : format_(format), logger_("postrider", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_level(to_spdlog(least));
    logger_.flush_on(spdlog::level::debug);
    const char* pattern =
        format == LogFormat::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v})" : "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
    logger_.set_formatter(
        std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
  }

  void write(LogLevel level, std::string_view event, std::initializer_list<Field> fields) override {
    if (!logger_.should_log(to_spdlog(level))) return;
    std::string line(event);
    if (format_ == LogFormat::json)
      line = fmt::format(R"("severity":"{}","message":"{}")", severity(level), json_text(event));
    for (const auto& field : fields) {
      line += format_ == LogFormat::json
                  ? fmt::format(R"(,"{}":"{}")", json_text(field.name), json_text(field.value))
                  : fmt::format(" {}=\"{}\"", field.name, one_line(field.value));
    }
    logger_.log(to_spdlog(level), spdlog::string_view_t{line.data(), line.size()});
  }

 private:
  const LogFormat format_;
  spdlog::logger logger_;
};

class SilentLog : public Log {
 public:
  void write(LogLevel, std::string_view, std::initializer_list<Field>) override {}
};

}  // namespace

std::unique_ptr<Log> make_stderr_log(LogLevel least, LogFormat format) {
  return std::make_unique<StderrLog>(least, format);
}
std::unique_ptr<Log> make_silent_log() {
  return std::make_unique<SilentLog>();
}

}  // namespace postrider
