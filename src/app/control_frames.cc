#include "app/control_frames.h"

#include <boost/json.hpp>

namespace postrider {
namespace {

namespace json = boost::json;

/// Text is cut into frames anywhere, also within a character.
std::optional<json::object> parse_line(std::string_view line) {
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  json::error_code bad;
  const auto value = json::parse(line, bad, {}, options);
  if (bad || !value.is_object()) return std::nullopt;
  return value.as_object();
}

/// Throws when a member is missing or of another kind.
void read_files(const json::object& line, ControlRequest& request) {
  if (const auto* reads = line.if_contains("reads")) {
    for (const auto& file : reads->as_array())
      request.reads.push_back({std::string(file.at("name").as_string()),
                               file.at("bytes").to_number<std::uint64_t>(),
                               std::string(file.at("trouble").as_string())});
  }
  if (const auto* writes = line.if_contains("writes")) {
    for (const auto& file : writes->as_array())
      request.writes.push_back({std::string(file.at("name").as_string()), file.at("exists").as_bool()});
  }
}

}  // namespace

std::string encode(const ControlRequest& request) {
  json::object line;
  line["argv"] = json::array(request.argv.begin(), request.argv.end());
  line["directory"] = request.directory;
  line["terminal"] = request.terminal;
  line["columns"] = request.columns;
  line["password"] = request.password;
  if (!request.client_secret.empty()) line["client_secret"] = request.client_secret;
  if (!request.refresh_token.empty()) line["refresh_token"] = request.refresh_token;
  json::array reads, writes;
  for (const auto& file : request.reads)
    reads.push_back({{"name", file.name}, {"bytes", file.bytes}, {"trouble", file.trouble}});
  for (const auto& file : request.writes) writes.push_back({{"name", file.name}, {"exists", file.exists}});
  if (!reads.empty()) line["reads"] = std::move(reads);
  if (!writes.empty()) line["writes"] = std::move(writes);
  return json::serialize(line) + "\n";
}

std::string encode(const ControlFrame& frame) {
  json::object line;
  switch (frame.kind) {
    case ControlFrame::Kind::out:
      line["out"] = frame.text;
      break;
    case ControlFrame::Kind::err:
      line["err"] = frame.text;
      break;
    case ControlFrame::Kind::file:
      line["file"] = frame.text;
      line["bytes"] = frame.bytes;
      break;
    case ControlFrame::Kind::exit:
      line["exit"] = frame.code;
      break;
  }
  return json::serialize(line) + "\n";
}

std::optional<ControlRequest> decode_request(std::string_view text) {
  const auto line = parse_line(text);
  if (!line) return std::nullopt;
  ControlRequest request;
  try {
    for (const auto& word : line->at("argv").as_array()) request.argv.emplace_back(word.as_string());
    request.directory = line->at("directory").as_string();
    request.terminal = line->at("terminal").as_bool();
    request.columns = line->at("columns").to_number<int>();
    request.password = line->at("password").as_string();
    if (const auto* secret = line->if_contains("client_secret")) request.client_secret = secret->as_string();
    if (const auto* token = line->if_contains("refresh_token")) request.refresh_token = token->as_string();
    read_files(*line, request);
  } catch (const std::exception&) {  // a missing or different member: not our client
    return std::nullopt;
  }
  return request;
}

std::optional<ControlFrame> decode_frame(std::string_view text) {
  const auto line = parse_line(text);
  if (!line) return std::nullopt;
  if (const auto* out = line->if_contains("out"); out != nullptr && out->is_string()) {
    return ControlFrame{ControlFrame::Kind::out, std::string(out->as_string()), 0};
  }
  if (const auto* err = line->if_contains("err"); err != nullptr && err->is_string()) {
    return ControlFrame{ControlFrame::Kind::err, std::string(err->as_string()), 0};
  }
  const auto* file = line->if_contains("file");
  const auto* bytes = line->if_contains("bytes");
  if (file != nullptr && file->is_string() && bytes != nullptr && bytes->is_int64() &&
      bytes->as_int64() >= 0) {
    return ControlFrame{ControlFrame::Kind::file, std::string(file->as_string()), 0,
                        static_cast<std::uint64_t>(bytes->as_int64())};
  }
  if (const auto* exit = line->if_contains("exit"); exit != nullptr && exit->is_int64()) {
    return ControlFrame{ControlFrame::Kind::exit, {}, static_cast<int>(exit->as_int64())};
  }
  return std::nullopt;
}

}  // namespace postrider
