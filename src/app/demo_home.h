#pragma once
// The demo's files: everything it makes lies in one directory of its own, fresh at each start, so
// that it can be thrown away whole.

#include <filesystem>
#include <string>

#include "base/result.h"

namespace postrider {

class DemoHome {
 public:
  /// `directory` empty: a temporary directory, removed at the end. Else <directory>/postrider-demo,
  /// emptied now and kept at the end; an error when another demo is using it.
  static Result<DemoHome> make(const std::string& directory);
  DemoHome(DemoHome&& other) noexcept;
  DemoHome& operator=(DemoHome&&) = delete;
  ~DemoHome();

  /// Puts list and message there.
  void write_example() const;
  /// Leaves "PID ADDRESS" in <directory>/demo.address, for `./run`. It goes with this object.
  void announce(const std::string& address);

  bool temporary() const { return temporary_; }
  std::string file(const char* name) const { return (path_ / name).string(); }
  std::string database() const { return file("postrider.db"); }
  std::string catcher() const { return file("catcher"); }
  std::string list() const { return file("list.csv"); }
  std::string message() const { return file("message.txt"); }

 private:
  DemoHome(std::filesystem::path path, bool temporary) : path_(std::move(path)), temporary_(temporary) {}
  std::filesystem::path path_;
  bool temporary_;
  std::filesystem::path announced_;
};

}  // namespace postrider
