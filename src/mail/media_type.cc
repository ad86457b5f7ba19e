#include <algorithm>
#include <array>

#include "base/text.h"
#include "mail/attachment.h"

namespace postrider {
namespace {

struct Ending {
  std::string_view ending, media_type;
};

// What people attach (IANA's names). Mail within mail (.eml) may not be base64, so it goes as octets.
constexpr std::array kEndings{
    Ending{"pdf", "application/pdf"},
    Ending{"doc", "application/msword"},
    Ending{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    Ending{"xls", "application/vnd.ms-excel"},
    Ending{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    Ending{"ppt", "application/vnd.ms-powerpoint"},
    Ending{"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    Ending{"odt", "application/vnd.oasis.opendocument.text"},
    Ending{"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    Ending{"odp", "application/vnd.oasis.opendocument.presentation"},
    Ending{"rtf", "application/rtf"},
    Ending{"epub", "application/epub+zip"},
    Ending{"json", "application/json"},
    Ending{"xml", "application/xml"},
    Ending{"zip", "application/zip"},
    Ending{"gz", "application/gzip"},
    Ending{"7z", "application/x-7z-compressed"},
    Ending{"tar", "application/x-tar"},
    Ending{"txt", "text/plain"},
    Ending{"log", "text/plain"},
    Ending{"md", "text/markdown"},
    Ending{"csv", "text/csv"},
    Ending{"html", "text/html"},
    Ending{"htm", "text/html"},
    Ending{"css", "text/css"},
    Ending{"ics", "text/calendar"},
    Ending{"vcf", "text/vcard"},
    Ending{"png", "image/png"},
    Ending{"jpg", "image/jpeg"},
    Ending{"jpeg", "image/jpeg"},
    Ending{"gif", "image/gif"},
    Ending{"webp", "image/webp"},
    Ending{"avif", "image/avif"},
    Ending{"heic", "image/heic"},
    Ending{"svg", "image/svg+xml"},
    Ending{"bmp", "image/bmp"},
    Ending{"tif", "image/tiff"},
    Ending{"tiff", "image/tiff"},
    Ending{"mp3", "audio/mpeg"},
    Ending{"m4a", "audio/mp4"},
    Ending{"ogg", "audio/ogg"},
    Ending{"wav", "audio/wav"},
    Ending{"mp4", "video/mp4"},
    Ending{"mov", "video/quicktime"},
    Ending{"webm", "video/webm"},
};

}  // namespace

std::string_view media_type_of(std::string_view file_name) {
  const auto dot = file_name.rfind('.');
  if (dot != file_name.npos) {
    const auto ending = file_name.substr(dot + 1);
    for (const Ending& known : kEndings) {
      if (equals_ignoring_case(ending, known.ending)) return known.media_type;
    }
  }
  return "application/octet-stream";
}

}  // namespace postrider
