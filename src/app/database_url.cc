#include "app/database_url.h"

#include <fmt/format.h>

#include <filesystem>

namespace postrider {

Result<std::string> database_file(std::string_view url, const std::string& directory) {
  constexpr std::string_view prefix = "sqlite:///";
  const auto scheme = url.substr(0, url.find(':'));
  if (scheme.starts_with("postgres")) {
    return invalid(
        "database_not_supported",
        "PostgreSQL is not supported yet: use sqlite:///./data/postrider.db or leave DATABASE_URL out.");
  }
  if (!url.starts_with(prefix) || url.size() == prefix.size() || url.ends_with('/')) {
    return invalid(
        "bad_database_url",
        fmt::format("\"{}\" is no database: write sqlite:///relative/file or sqlite:////absolute/file.",
                    url.substr(0, url.find("://") == url.npos ? 40 : url.find("://") + 3)));
  }
  const auto file = url.substr(prefix.size());
  if (file == ":memory:" || file.find('?') != file.npos) {
    return invalid("bad_database_url", "The database must be a plain file: sqlite:///relative/file.");
  }
  return (std::filesystem::path(directory) / file).lexically_normal().string();
}

}  // namespace postrider
