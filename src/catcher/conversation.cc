#include "catcher/conversation.h"

#include <charconv>

#include "base/text.h"

namespace postrider {
namespace {

using Step = Conversation::Step;

constexpr std::size_t max_command = 4096;  // RFC 5321 asks for 512; AUTH and SMTPUTF8 need more
constexpr std::size_t max_partial_line = 64 * 1024;
constexpr int max_mistakes = 20;

bool is_ascii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

/// Splits "FROM:<a@b> SIZE=1" into the address and the parameters; nothing when malformed.
struct Path {
  std::string address;
  std::string_view parameters;
};
std::optional<Path> parse_path(std::string_view arguments, std::string_view keyword) {
  if (!equals_ignoring_case(arguments.substr(0, keyword.size()), keyword)) return std::nullopt;
  std::string_view rest = trim(arguments.substr(keyword.size()));
  const auto close = rest.find('>');
  if (!rest.starts_with('<') || close == rest.npos) return std::nullopt;
  return Path{std::string(rest.substr(1, close - 1)), trim(rest.substr(close + 1))};
}

}  // namespace

Conversation::Conversation(const CatcherOptions& options, AttemptCounts& attempts, bool encrypted,
                           std::string& out)
    : options_(options),
      attempts_(attempts),
      encrypted_(encrypted),
      may_start_tls_(options.security == CatcherOptions::Security::starttls),
      login_(options) {
  if (options_.greeting_reply.empty()) {
    out += "220 catcher.localhost ESMTP Postrider catcher: nothing is delivered\r\n";
  } else {
    out += options_.greeting_reply + "\r\n";
    mode_ = Mode::closing;
  }
}

void Conversation::reset() {
  in_mail_ = false;
  from_.clear();
  recipients_.clear();
  faults_.clear();
  message_.clear();
  at_line_start_ = true;
  bad_line_end_ = too_big_ = drop_after_store_ = false;
}

Step Conversation::advance(std::string& out) {
  if (late_ > 0) return {Step::Kind::pause, std::exchange(late_, 0)};
  out += std::exchange(held_, {});
  while (mode_ != Mode::closing) {
    if (mistakes_ > max_mistakes) {
      out += "421 4.7.0 Too many mistakes\r\n";
      break;
    }
    if (mode_ == Mode::data) {
      if (!read_message()) return {Step::Kind::read};
      mode_ = Mode::command;
      return on_dot(out);
    }
    const auto line = next_line(out);
    if (!line) {
      if (mode_ == Mode::closing) break;
      return {Step::Kind::read};
    }
    if (mode_ == Mode::login) {
      after_login(login_.take(*line, out));
    } else if (const auto step = on_command(*line, out)) {
      return *step;
    }
  }
  mode_ = Mode::closing;
  return {Step::Kind::close};
}

void Conversation::refuse_line(std::string_view answer, std::string& out) {
  out.append(answer).append("\r\n");
  mode_ = Mode::closing;
}

std::optional<std::string_view> Conversation::next_line(std::string& out) {
  if (begin_ == input_.size()) {
    input_.clear();
    begin_ = scan_ = 0;
  }
  const auto newline = input_.find('\n', scan_);
  if (newline == input_.npos) {
    scan_ = input_.size();
    if (scan_ - begin_ > max_command) refuse_line("500 5.5.6 Line too long", out);
    return std::nullopt;
  }
  const std::string_view line(input_.data() + begin_, newline - begin_);
  begin_ = scan_ = newline + 1;
  if (!line.ends_with('\r') || line.find('\r') + 1 != line.size() || line.find('\0') != line.npos) {
    refuse_line("550 5.5.2 Lines must end with CRLF", out);
    return std::nullopt;
  }
  if (line.size() > max_command) {
    refuse_line("500 5.5.6 Line too long", out);
    return std::nullopt;
  }
  return line.substr(0, line.size() - 1);
}

// ---- commands ---------------------------------------------------------------------------------

std::optional<Step> Conversation::on_command(std::string_view line, std::string& out) {
  const auto blank = line.find(' ');
  const std::string_view verb = line.substr(0, blank);
  const std::string_view arguments = blank == line.npos ? std::string_view{} : trim(line.substr(blank + 1));
  const auto is = [&](std::string_view name) { return equals_ignoring_case(verb, name); };

  if (is("EHLO") || is("HELO")) {
    reset();
    greeted_ = true;
    if (is("EHLO")) {
      on_ehlo(arguments, out);
    } else {
      out += "250 catcher.localhost\r\n";
    }
    return std::nullopt;
  }
  if (is("MAIL")) return on_mail(arguments, out);
  if (is("RCPT")) return on_rcpt(arguments, out);
  if (is("DATA")) return on_data(out);
  if (is("AUTH")) {
    on_auth(arguments, out);
    return std::nullopt;
  }
  if (is("STARTTLS") && may_start_tls_ && !encrypted_) {
    out += "220 2.0.0 Ready to start TLS\r\n";
    // What was sent ahead of the handshake is not to be believed (CVE-2011-0411).
    input_.clear();
    begin_ = scan_ = 0;
    return Step{Step::Kind::start_tls};
  }
  if (is("RSET")) {
    reset();
    out += "250 2.0.0 Ok\r\n";
  } else if (is("NOOP")) {
    out += "250 2.0.0 Ok\r\n";
  } else if (is("QUIT")) {
    refuse_line("221 2.0.0 Bye", out);
  } else {
    ++mistakes_;
    out += "502 5.5.1 Command not implemented\r\n";
  }
  return std::nullopt;
}

void Conversation::on_ehlo(std::string_view, std::string& out) {
  out += "250-catcher.localhost\r\n";
  if (options_.pipelining) out += "250-PIPELINING\r\n";
  if (options_.eight_bit_mime) out += "250-8BITMIME\r\n";
  if (options_.smtputf8) out += "250-SMTPUTF8\r\n";
  if (may_start_tls_ && !encrypted_) out += "250-STARTTLS\r\n";
  out += "250-AUTH PLAIN LOGIN\r\n250 SIZE " + std::to_string(options_.max_message) + "\r\n";
}

std::optional<Step> Conversation::on_mail(std::string_view arguments, std::string& out) {
  if (options_.max_mails_per_session > 0 && mails_ >= options_.max_mails_per_session) {
    refuse_line("421 4.7.0 Enough mails for one session", out);
    return std::nullopt;
  }
  const auto path = parse_path(arguments, "FROM:");
  if (!greeted_ || in_mail_) {
    ++mistakes_;
    out += "503 5.5.1 Not now\r\n";
  } else if (!options_.user.empty() && !login_.succeeded()) {
    out += "530 5.7.0 Authentication required\r\n";
  } else if (!path) {
    ++mistakes_;
    out += "501 5.5.4 Syntax: MAIL FROM:<address>\r\n";
  } else if (!options_.mail_reply.empty()) {
    out += options_.mail_reply + "\r\n";
  } else {
    bool utf8 = false;
    for (const std::string_view parameter : split(path->parameters, ' ')) {
      const std::string_view name = parameter.substr(0, parameter.find('='));
      if (name.empty() || equals_ignoring_case(name, "BODY")) continue;
      if (equals_ignoring_case(name, "SMTPUTF8") && options_.smtputf8) {
        utf8 = true;
      } else if (equals_ignoring_case(name, "SIZE")) {
        std::size_t size = 0;
        std::from_chars(parameter.data() + std::min<std::size_t>(5, parameter.size()),
                        parameter.data() + parameter.size(), size);
        if (size > options_.max_message) {
          out += "552 5.3.4 Message too big\r\n";
          return std::nullopt;
        }
      } else {
        out += "555 5.5.4 Unknown parameter\r\n";
        return std::nullopt;
      }
    }
    if (!utf8 && !is_ascii(path->address)) {
      out += "553 5.6.7 Needs SMTPUTF8\r\n";
      return std::nullopt;
    }
    reset();
    in_mail_ = true;
    from_ = path->address;
    out += "250 2.1.0 Ok\r\n";
  }
  return std::nullopt;
}

std::optional<Step> Conversation::on_rcpt(std::string_view arguments, std::string& out) {
  const auto path = parse_path(arguments, "TO:");
  if (!in_mail_) {
    ++mistakes_;
    out += "503 5.5.1 Need MAIL first\r\n";
    return std::nullopt;
  }
  if (!path || path->address.find('@') == std::string::npos) {
    ++mistakes_;
    out += "501 5.1.3 Syntax: RCPT TO:<address>\r\n";
    return std::nullopt;
  }
  if (recipients_.size() >= options_.max_recipients) {
    out += "452 4.5.3 Too many recipients\r\n";
    return std::nullopt;
  }
  const ScriptedFault fault = parse_scripted_fault(path->address);
  switch (fault.kind) {
    case ScriptedFault::Kind::drop_rcpt:
      return Step{Step::Kind::close};
    case ScriptedFault::Kind::reply:
      out += fault.reply + "\r\n";
      return std::nullopt;
    case ScriptedFault::Kind::defer:
      if (++attempts_[lower_ascii(path->address)] <= fault.number) {
        out += "451 4.3.0 Try again later\r\n";
        return std::nullopt;
      }
      break;
    case ScriptedFault::Kind::slow:
      recipients_.push_back(path->address);
      faults_.push_back(fault);
      held_ = "250 2.1.5 Ok\r\n";
      return Step{Step::Kind::pause, fault.number};
    case ScriptedFault::Kind::none:
    case ScriptedFault::Kind::drop_data:
    case ScriptedFault::Kind::dot:
    case ScriptedFault::Kind::late:
    case ScriptedFault::Kind::drop_dot:
    case ScriptedFault::Kind::lost_dot:
      break;
  }
  recipients_.push_back(path->address);
  faults_.push_back(fault);
  out += "250 2.1.5 Ok\r\n";
  return std::nullopt;
}

std::optional<Step> Conversation::on_data(std::string& out) {
  if (!in_mail_) {
    ++mistakes_;
    out += "503 5.5.1 Need MAIL first\r\n";
    return std::nullopt;
  }
  if (recipients_.empty() && !options_.data_without_recipients) {
    out += "554 5.5.1 No valid recipients\r\n";
    return std::nullopt;
  }
  for (const ScriptedFault& fault : faults_) {
    if (fault.kind == ScriptedFault::Kind::drop_data) return Step{Step::Kind::close};
  }
  mode_ = Mode::data;
  out += "354 End data with <CR><LF>.<CR><LF>\r\n";
  return std::nullopt;
}

// ---- AUTH -------------------------------------------------------------------------------------

void Conversation::on_auth(std::string_view arguments, std::string& out) {
  if (login_.succeeded() || in_mail_ || !greeted_) {
    ++mistakes_;
    out += "503 5.5.1 Not now\r\n";
    return;
  }
  after_login(login_.begin(arguments, out));
}

void Conversation::after_login(Login::Step step) {
  mode_ = step == Login::Step::awaits_line ? Mode::login : Mode::command;
  if (step == Login::Step::mistake) ++mistakes_;
}

void Conversation::tls_started() {
  encrypted_ = true;
  greeted_ = false;
  login_.forget();
  reset();
}

// ---- the message ------------------------------------------------------------------------------

/// True when the final dot was read.
bool Conversation::read_message() {
  while (begin_ < input_.size()) {
    const auto newline = input_.find('\n', scan_);
    const bool whole = newline != input_.npos;
    if (!whole) {
      scan_ = input_.size();
      if (scan_ - begin_ < max_partial_line) break;
    }
    // Of an endless line all but the last byte is taken, which may be the CR of a CRLF.
    const std::size_t end = whole ? newline + 1 : input_.size() - 1;
    std::string_view line(input_.data() + begin_, end - begin_);
    begin_ = end;
    scan_ = std::max(scan_, begin_);
    if (at_line_start_ && line == ".\r\n") return true;
    if (whole && !line.ends_with("\r\n")) bad_line_end_ = true;
    if (line.substr(0, line.size() - (whole ? std::min<std::size_t>(2, line.size()) : 0)).find('\r') !=
        line.npos) {
      bad_line_end_ = true;
    }
    if (at_line_start_ && line.front() == '.') line.remove_prefix(1);
    at_line_start_ = whole;
    if (message_.size() + line.size() > options_.max_message) {
      too_big_ = true;
    } else if (!too_big_) {
      message_ += line;
    }
  }
  input_.erase(0, begin_);
  scan_ -= begin_;
  begin_ = 0;
  return false;
}

Step Conversation::on_dot(std::string& out) {
  ++mails_;
  const auto refuse = [&](std::string_view answer) {
    out.append(answer).append("\r\n");
    reset();  // `answer` may lie in what this clears
    return advance(out);
  };
  if (recipients_.empty()) return refuse("554 5.5.1 No valid recipients");
  if (bad_line_end_) return refuse("550 5.5.2 Lines must end with CRLF");
  if (too_big_) return refuse("552 5.3.4 Message too big");
  for (const ScriptedFault& fault : faults_) {
    if (fault.kind == ScriptedFault::Kind::dot) return refuse(fault.reply);
    if (fault.kind == ScriptedFault::Kind::lost_dot) return {Step::Kind::close};
    if (fault.kind == ScriptedFault::Kind::drop_dot) drop_after_store_ = true;
    if (fault.kind == ScriptedFault::Kind::late) late_ = fault.number;
  }
  return {Step::Kind::store};
}

void Conversation::stored(std::int64_t n) {
  if (drop_after_store_) mode_ = Mode::closing;
  if (!drop_after_store_) {
    held_ = n > 0 ? "250 2.0.0 Ok: caught as " + std::to_string(n) + "\r\n"
                  : "452 4.3.1 Cannot write it down\r\n";
  }
  reset();
}

}  // namespace postrider
