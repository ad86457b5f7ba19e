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

class StderrLog : public Log {
 public:
  explicit StderrLog(LogLevel least)
      : logger_("postrider", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_level(to_spdlog(least));
    logger_.flush_on(spdlog::level::debug);
    logger_.set_formatter(std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                                                                      spdlog::pattern_time_type::utc));
  }

  void write(LogLevel level, std::string_view event, std::initializer_list<Field> fields) override {
    if (!logger_.should_log(to_spdlog(level))) return;
    std::string line(event);
    for (const auto& field : fields) {
      line += fmt::format(" {}=\"{}\"", field.name, one_line(field.value));
    }
    logger_.log(to_spdlog(level), spdlog::string_view_t{line.data(), line.size()});
  }

 private:
  spdlog::logger logger_;
};

class SilentLog : public Log {
 public:
  void write(LogLevel, std::string_view, std::initializer_list<Field>) override {}
};

}  // namespace

std::unique_ptr<Log> make_stderr_log(LogLevel least) {
  return std::make_unique<StderrLog>(least);
}
std::unique_ptr<Log> make_silent_log() {
  return std::make_unique<SilentLog>();
}

}  // namespace postrider
