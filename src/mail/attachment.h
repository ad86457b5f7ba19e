#pragma once
// Attachment: a file that travels with every email of a campaign. AttachedParts is all of them as
// they stand in a message: made once per campaign, shared by all its emails, so that 10 MB are in
// memory once and are encoded once (RFC 2045, 2046 §5.1, 2183, 2231). Pure; immutable.

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace postrider {

inline constexpr std::size_t kMostAttachedBytes = 10 * 1024 * 1024;  // of all files of a message
inline constexpr std::size_t kMostAttachments = 50;

struct Attachment {
  std::string name;        ///< file name without a folder, UTF-8
  std::string media_type;  ///< such as "application/pdf"
  std::string bytes;
};

/// From the ending of a file's name, by a small table; else application/octet-stream. Never a type
/// that may not be sent as base64 (message/*, multipart/*).
std::string_view media_type_of(std::string_view file_name);

/// The attachment for a file: its folder is left out, its type guessed. Refuses names that are
/// empty, too long, not UTF-8 or hold control or direction characters.
Result<Attachment> make_attachment(std::string_view path, std::string bytes);

class AttachedParts {
 public:
  /// Null for no attachments. Refuses bad names and types, more than kMostAttachments and more than
  /// kMostAttachedBytes in all (code `bad_attachment` or `attachments_too_large`).
  static Result<std::shared_ptr<const AttachedParts>> make(std::span<const Attachment> attachments);

  /// Of the multipart/mixed around them; stands nowhere in the parts. The same for the same files.
  const std::string& boundary() const { return boundary_; }

  /// From the delimiter before the first attachment to the closing one. Begins and ends with CRLF.
  const std::string& bytes() const { return bytes_; }

 private:
  std::string boundary_;
  std::string bytes_;
};

}  // namespace postrider
