#pragma once
// A message as GMime reads it: a reader apart from our writer. Only for tests.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postrider {

struct ReadPart {
  std::string media_type;  ///< "text/plain"
  std::string encoding;    ///< "quoted-printable"
  std::string file_name;
  std::string bytes;
};

struct ReadMessage {
  std::vector<std::pair<std::string, std::string>> headers;  ///< decoded, in order
  std::string from_name, from, to_name, to, reply_to_name, reply_to;
  std::string subject, message_id;
  std::int64_t date = 0;                ///< seconds since 1970
  std::vector<std::string> multiparts;  ///< "multipart/mixed", outside first
  std::vector<ReadPart> parts;          ///< all that hold bytes, in order

  std::string header(std::string_view name) const;  ///< "absent" if it is
};

ReadMessage read_by_gmime(std::string_view message);

}  // namespace postrider
