#pragma once
// Transfer: one request on its way, and what curl calls back into meanwhile. It stays where it is until it is
// over. For this room's client, on its thread.

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "web/web_client.h"

namespace postrider {

class Transfer {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  Transfer(WebRequest request, WebClient::Done done, Moment now);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* easy() const { return easy_; }
  static Transfer& of(CURL* easy);

  /// Readies `easy` for curl. The request's time has run since the transfer was made.
  void set_up(Moment now);
  /// Its time was over before `now`. Curl sees to that too, but not while a request waits for a connection.
  bool is_late(Moment now) const { return now > deadline_; }

  // The end: one of these, once.
  void finish(CURLcode code);
  void time_out() { finish(CURLE_OPERATION_TIMEDOUT); }
  void close();

  std::size_t place = 0;  ///< among those under way; the client's

 private:
  template <class Value>
  void set(CURLoption option, Value value);
  void set_trust();
  void set_targets();
  void set_body();
  void set_headers();
  void add_header(const std::string& line);

  bool is_allowed(std::string_view address_text);
  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* target);
  static int judge_peer(void* self, char* peer, char* own, int peer_port, int own_port);
  static std::size_t give_body(char* to, std::size_t size, std::size_t count, void* self);
  static std::size_t take_header(const char* text, std::size_t size, std::size_t count, void* self);
  static std::size_t take_body(const char* text, std::size_t size, std::size_t count, void* self);

  Error error(std::string code, std::string_view what) const;
  Error error_of(CURLcode code) const;

  const WebRequest request_;
  const WebClient::Done done_;
  const Moment deadline_;
  CURL* easy_;
  curl_slist* headers_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> why_{};
  std::string not_allowed_;
  bool too_large_ = false, stopped_ = false, cut_ = false;
  std::size_t thrown_away_ = 0;
  WebAnswer answer_;
};

}  // namespace postrider
