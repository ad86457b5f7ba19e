#pragma once
// FrameBuffer: what a verb writes, as frames: when there is much of it, when it is flushed, and (errors and
// progress) at each line's end. Not thread safe.

#include <functional>
#include <streambuf>
#include <string>

#include "app/control_frames.h"

namespace postrider {

class FrameBuffer final : public std::streambuf {
 public:
  /// `send` takes a whole frame; false: the caller is gone, and the stream fails from then on.
  FrameBuffer(std::function<bool(const std::string& frame)> send, ControlFrame::Kind kind)
      : send_(std::move(send)), kind_(kind) {}

 protected:
  int_type overflow(int_type c) override;
  std::streamsize xsputn(const char* text, std::streamsize n) override;
  int sync() override;

 private:
  std::function<bool(const std::string&)> send_;
  ControlFrame::Kind kind_;
  std::string waiting_;
  bool gone_ = false;
};

}  // namespace postrider
