#pragma once
// SentFiles: the files of a caller on another machine, in a folder of their own that goes with this object.
// Whatever a command line names, it leads to what the caller sent along or to nothing: never to a file of
// this machine. Not thread safe.

#include <filesystem>
#include <functional>
#include <istream>
#include <map>
#include <string>

#include "app/control_frames.h"
#include "app/verbs/files.h"

namespace postrider {

class SentFiles final : public CallerFiles {
 public:
  /// Takes the files that `request` announces from `body`, which holds no more and no less than them.
  /// `folder` is made, mode 0700, and must not exist. Throws Fault when the disk does not do.
  static Result<std::unique_ptr<SentFiles>> take(const ControlRequest& request, std::istream& body,
                                                 std::filesystem::path folder);
  ~SentFiles() override;

  Result<CallerFile> to_read(const std::string& name) override;
  Result<CallerFile> to_write(const std::string& name) override;

  /// Calls `send` for each file that was written.
  void give_back(const std::function<void(const CallerFile&)>& send) const;

 private:
  struct Written {
    std::filesystem::path place;
    bool stood = false;  ///< the caller has one already, which an empty file stands for until it is replaced
  };
  SentFiles(std::string directory, std::filesystem::path folder);
  std::filesystem::path next_place();
  Result<void> take_one(const ControlRequest::Read& file, std::istream& body);

  std::string directory_;
  std::filesystem::path folder_;
  int places_ = 0;
  std::map<std::string, std::filesystem::path> sent_;
  std::map<std::string, std::string> missing_;  // and why
  std::map<std::string, Written> written_;
};

}  // namespace postrider
