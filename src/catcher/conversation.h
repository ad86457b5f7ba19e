#pragma once
// Conversation: the catcher's side of SMTP (RFC 5321) without sockets, disks or clocks. Bytes go
// in by feed(); advance() writes answers and says what the session must do next. It is strict
// where senders are sloppy: a line that does not end with CRLF is refused ("550 5.5.2"), so that
// nothing of ours ever gets away with it. Not thread safe.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catcher/catcher.h"
#include "catcher/incoming.h"
#include "catcher/login.h"
#include "catcher/message_reader.h"
#include "catcher/scripted_fault.h"

namespace postrider {

/// What all sessions of one catcher count together.
struct CatchCounts {
  std::map<std::string, int, std::less<>> attempts;  ///< of each address
  std::int64_t mails = 0;                            ///< MAIL commands
};

class Conversation {
 public:
  struct Step {
    enum class Kind {
      read,       ///< needs more bytes
      pause,      ///< wait `milliseconds`, then go on
      store,      ///< write the message down, then call stored()
      start_tls,  ///< shake hands, then call tls_started()
      hush,       ///< neither read nor write any more, but keep the line
      close       ///< nothing more to say
    };
    Kind kind = Kind::read;
    int milliseconds = 0;
  };

  /// `session` is its number; `encrypted`: the line has TLS from its first byte.
  Conversation(const CatcherOptions& options, CatchCounts& counts, std::int64_t session, bool encrypted);

  void feed(std::string_view bytes) { incoming_.feed(bytes); }
  /// Appends answers to `out`; they must be sent before the step is taken.
  Step advance(std::string& out);

  const std::string& from() const { return from_; }
  const std::vector<std::string>& recipients() const { return recipients_; }
  std::string take_message() { return message_.take(); }
  /// `n` is 0 when it could not be written.
  void stored(std::int64_t n);
  void tls_started();

 private:
  enum class Mode { greeting, command, login, data, dot, closing };

  bool fails(Stage stage, std::string& out, std::optional<Step>& step);
  std::optional<Step> greet(std::string& out);
  std::optional<Step> on_body(std::string& out);
  std::optional<std::string_view> next_line(std::string& out);
  void refuse_line(std::string_view answer, std::string& out);
  std::optional<Step> on_command(std::string_view line, std::string& out);
  void on_ehlo(std::string_view name, std::string& out);
  std::optional<Step> on_mail(std::string_view arguments, std::string& out);
  std::optional<Step> on_rcpt(std::string_view arguments, std::string& out);
  std::optional<Step> on_data(std::string& out);
  void on_auth(std::string_view arguments, std::string& out);
  void after_login(Login::Step step);
  std::optional<Step> on_dot(std::string& out);
  void reset();

  const CatcherOptions& options_;
  CatchCounts& counts_;
  const std::int64_t session_;
  bool encrypted_;
  bool may_start_tls_;
  Login login_;
  Mode mode_ = Mode::greeting;
  Incoming incoming_;
  std::int64_t mail_ = 0;  ///< number of the mail under way
  bool waited_ = false;    ///< a delay is over: now the usual reply
  bool greeted_ = false;
  bool in_mail_ = false;
  std::string from_;
  std::vector<std::string> recipients_;
  std::vector<ScriptedFault> faults_;  ///< of the accepted recipients
  MessageReader message_;
  bool body_began_ = false;
  bool drop_after_store_ = false;
  int late_ = 0;
  std::string held_;  ///< an answer that a pause holds back
  int mails_ = 0;
  int mistakes_ = 0;
};

}  // namespace postrider
