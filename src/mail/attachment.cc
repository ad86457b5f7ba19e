#include "mail/attachment.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "mail/characters.h"
#include "mail/parameter.h"
#include "mail/transfer_encoding.h"

namespace postrider {
namespace {

constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestMediaType = 100;

std::unexpected<Error> bad_attachment(std::string message) {
  return invalid("bad_attachment", std::move(message));
}

/// Characters that turn the reading direction: "exe.fdp" that is shown as "pdf.exe" and the like.
bool turns_direction(std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto point = code_point(text, length);
    if ((point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) || point == 0x200E ||
        point == 0x200F || point == 0x61C) {
      return true;
    }
    text.remove_prefix(length);
  }
  return false;
}

Result<void> check_name(std::string_view name) {
  const auto shown = one_line(name, 80);
  if (trim(name).empty() || name == "." || name == "..")
    return bad_attachment("An attachment has no file name.");
  if (name.size() > kLongestName)
    return bad_attachment(fmt::format("The file name \"{}\" is longer than {} octets.", shown, kLongestName));
  if (!is_valid_utf8(name))
    return bad_attachment("An attachment's file name is not valid UTF-8. Rename the file.");
  const bool control =
      std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (control || turns_direction(name) || name.find_first_of("/\\") != name.npos) {
    return bad_attachment(
        fmt::format("The file name \"{}\" holds a character that is not allowed. Rename the file.", shown));
  }
  return {};
}

/// `type/subtype` of plain tokens (RFC 6838 §4.2), and one that base64 may carry.
bool is_fine_media_type(std::string_view type) {
  const auto slash = type.find('/');
  if (slash == type.npos || slash == 0 || slash + 1 == type.size() || type.size() > kLongestMediaType)
    return false;
  const auto first = type.substr(0, slash);
  if (equals_ignoring_case(first, "message") || equals_ignoring_case(first, "multipart")) return false;
  const auto is_token = [](char c) {
    return is_letter_or_digit(c) || std::string_view{"!#$&-^_.+"}.find(c) != std::string_view::npos;
  };
  return std::ranges::all_of(first, is_token) && std::ranges::all_of(type.substr(slash + 1), is_token);
}

void append_part(std::string& out, const Attachment& attachment) {
  out += "Content-Type: ";
  out += attachment.media_type;
  if (lower_ascii(attachment.media_type).starts_with("text/") && is_valid_utf8(attachment.bytes)) {
    out += "; charset=utf-8";
  }
  out += "\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment";
  append_parameter(out, "filename", attachment.name);
  out += "\r\n\r\n";
  append_base64_lines(out, attachment.bytes);
}

/// "=_" stands neither in base64 nor in quoted-printable (RFC 2045 §6.7); the rest is a digest of
/// what it goes around.
std::string boundary_for(std::span<const Attachment> attachments) {
  std::array<unsigned char, 16> digest{};
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, digest.size());
  for (const Attachment& attachment : attachments) {
    for (const std::string* piece : {&attachment.name, &attachment.media_type, &attachment.bytes}) {
      const std::string length = fmt::format("{}:", piece->size());
      crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(length.data()), length.size());
      crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(piece->data()), piece->size());
    }
  }
  crypto_generichash_final(&state, digest.data(), digest.size());
  std::string boundary = "=_m";
  for (const unsigned char octet : digest) boundary += fmt::format("{:02x}", octet);
  return boundary;
}

}  // namespace

Result<Attachment> make_attachment(std::string_view path, std::string bytes) {
  const auto folder = path.find_last_of("/\\");
  const std::string_view name = folder == path.npos ? path : path.substr(folder + 1);
  if (auto checked = check_name(name); !checked) return std::unexpected(std::move(checked).error());
  return Attachment{std::string(name), std::string(media_type_of(name)), std::move(bytes)};
}

Result<std::shared_ptr<const AttachedParts>> AttachedParts::make(std::span<const Attachment> attachments) {
  if (attachments.empty()) return nullptr;
  if (attachments.size() > kMostAttachments) {
    return bad_attachment(fmt::format("There are {} attachments; at most {} are allowed.", attachments.size(),
                                      kMostAttachments));
  }
  std::size_t total = 0;
  for (const Attachment& attachment : attachments) {
    if (auto checked = check_name(attachment.name); !checked)
      return std::unexpected(std::move(checked).error());
    if (!is_fine_media_type(attachment.media_type)) {
      return bad_attachment(fmt::format("\"{}\" is no media type an attachment can have.",
                                        one_line(attachment.media_type, 80)));
    }
    total += attachment.bytes.size();
  }
  if (total > kMostAttachedBytes) {
    return invalid(
        "attachments_too_large",
        fmt::format("The attachments are {:.1f} MB in all; at most {} MB are allowed. Put a link into the "
                    "message instead.",
                    static_cast<double>(total) / (1024 * 1024), kMostAttachedBytes / (1024 * 1024)));
  }
  auto parts = std::make_shared<AttachedParts>();
  parts->boundary_ = boundary_for(attachments);
  auto& out = parts->bytes_;
  out.reserve(total / 57 * 78 + 1024 * (attachments.size() + 1));
  out += "\r\n";
  for (const Attachment& attachment : attachments) {
    out += "--" + parts->boundary_ + "\r\n";
    append_part(out, attachment);
  }
  out += "--" + parts->boundary_ + "--\r\n";
  return parts;
}

}  // namespace postrider
