#include "app/frame_buffer.h"

namespace postrider {
namespace {

constexpr std::size_t kFrame = 16 * 1024;

}  // namespace

FrameBuffer::int_type FrameBuffer::overflow(int_type c) {
  if (c != traits_type::eof()) {
    const char one = traits_type::to_char_type(c);
    xsputn(&one, 1);
  }
  return gone_ ? traits_type::eof() : traits_type::not_eof(c);
}

std::streamsize FrameBuffer::xsputn(const char* text, std::streamsize n) {
  waiting_.append(text, static_cast<std::size_t>(n));
  const bool line = kind_ == ControlFrame::Kind::err && waiting_.ends_with('\n');
  if (line || waiting_.size() >= kFrame) sync();
  return gone_ ? 0 : n;
}

int FrameBuffer::sync() {
  if (!waiting_.empty() && !gone_) gone_ = !send_(encode(ControlFrame{kind_, waiting_}));
  waiting_.clear();
  return gone_ ? -1 : 0;
}

}  // namespace postrider
