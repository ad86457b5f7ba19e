#include "catcher/conversation.h"

#include "base/text.h"
#include "catcher/path.h"

namespace postrider {
namespace {

using Step = Conversation::Step;

constexpr std::size_t max_command = 4096;  // RFC 5321 asks for 512; AUTH and SMTPUTF8 need more
constexpr int max_mistakes = 20;

/// The stage at which a command may be answered wrongly.
std::optional<Stage> stage_of(std::string_view verb) {
  const auto is = [&](std::string_view name) { return equals_ignoring_case(verb, name); };
  if (is("EHLO") || is("HELO")) return Stage::ehlo;
  if (is("STARTTLS")) return Stage::starttls;
  if (is("AUTH")) return Stage::auth;
  if (is("MAIL")) return Stage::mail;
  if (is("RCPT")) return Stage::rcpt;
  if (is("DATA")) return Stage::data;
  return std::nullopt;
}

}  // namespace

Conversation::Conversation(const CatcherOptions& options, CatchCounts& counts, std::int64_t session,
                           bool encrypted)
    : options_(options),
      counts_(counts),
      session_(session),
      encrypted_(encrypted),
      may_start_tls_(options.security == CatcherOptions::Security::starttls),
      login_(options) {}

void Conversation::reset() {
  in_mail_ = false;
  from_.clear();
  recipients_.clear();
  faults_.clear();
  message_.forget();
  body_began_ = drop_after_store_ = false;
}

Step Conversation::advance(std::string& out) {
  if (late_ > 0) return {Step::Kind::pause, std::exchange(late_, 0)};
  out += std::exchange(held_, {});
  while (mode_ != Mode::closing) {
    if (mistakes_ > max_mistakes) {
      out += "421 4.7.0 Too many mistakes\r\n";
      break;
    }
    if (mode_ == Mode::greeting || mode_ == Mode::data || mode_ == Mode::dot) {
      const auto step = mode_ == Mode::greeting ? greet(out)
                        : mode_ == Mode::data   ? on_body(out)
                                                : on_dot(out);
      if (step) return *step;
      continue;
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

/// True when a rule took over: the answer is given, or `step` is to be taken.
bool Conversation::fails(Stage stage, std::string& out, std::optional<Step>& step) {
  if (options_.faults.empty() || std::exchange(waited_, false)) return false;
  const FaultRule* const rule = find_fault(options_.faults, stage, session_, mail_);
  if (!rule) return false;
  switch (rule->action) {
    case FaultRule::Action::reply:
      out += rule->reply + "\r\n";
      if (rule->reply.starts_with("421")) mode_ = Mode::closing;  // RFC 5321 §3.8
      break;
    case FaultRule::Action::garbage:
      out += "<html>This is no mail server</html>\r\n";
      break;
    case FaultRule::Action::close:
      step = Step{Step::Kind::close};
      break;
    case FaultRule::Action::silence:
      step = Step{Step::Kind::hush};
      break;
    case FaultRule::Action::delay:
      waited_ = true;
      step = Step{Step::Kind::pause, rule->milliseconds};
      break;
    case FaultRule::Action::extra:
      out += "220 2.0.0 Ready to start TLS\r\n250 2.0.0 Said before the handshake\r\n";
      incoming_.clear();
      step = Step{Step::Kind::start_tls};
      break;
  }
  return true;
}

std::optional<Step> Conversation::greet(std::string& out) {
  std::optional<Step> step;
  if (fails(Stage::greeting, out, step)) {
    if (!step) mode_ = out.starts_with('2') ? Mode::command : Mode::closing;
    return step;
  }
  out += "220 catcher.localhost ESMTP Postrider catcher: nothing is delivered\r\n";
  mode_ = Mode::command;
  return std::nullopt;
}

void Conversation::refuse_line(std::string_view answer, std::string& out) {
  out.append(answer).append("\r\n");
  mode_ = Mode::closing;
}

std::optional<std::string_view> Conversation::next_line(std::string& out) {
  const auto whole = incoming_.next_line();
  if (!whole) {
    if (incoming_.size() > max_command) refuse_line("500 5.5.6 Line too long", out);
    return std::nullopt;
  }
  const std::string_view line = whole->substr(0, whole->size() - 1);
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

  if (const auto stage = stage_of(verb)) {
    if (*stage == Stage::mail && !waited_) mail_ = ++counts_.mails;
    std::optional<Step> step;
    if (fails(*stage, out, step)) {
      if (waited_) incoming_.put_back();
      return step;
    }
  }
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
    incoming_.clear();
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
  if (!options_.login_mechanisms.empty()) out += "250-AUTH " + options_.login_mechanisms + "\r\n";
  out += "250 SIZE " + std::to_string(options_.max_message) + "\r\n";
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
  } else if (const auto refusal = refusal_of(*path, options_); !refusal.empty()) {
    out.append(refusal).append("\r\n");
  } else {
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
      if (++counts_.attempts[lower_ascii(path->address)] <= fault.number) {
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

/// Nothing: the final dot is in.
std::optional<Step> Conversation::on_body(std::string& out) {
  if (!body_began_ && !incoming_.empty()) {
    std::optional<Step> step;
    if (fails(Stage::body, out, step)) {
      mode_ = step ? mode_ : Mode::closing;  // an early answer is the last word: the rest is not read
      return step;
    }
    body_began_ = true;
  }
  if (!message_.read(incoming_, options_.max_message)) return Step{Step::Kind::read};
  mode_ = Mode::dot;
  return std::nullopt;
}

std::optional<Step> Conversation::on_dot(std::string& out) {
  std::optional<Step> step;
  if (fails(Stage::dot, out, step)) {
    if (waited_) return step;
    if (mode_ == Mode::dot) mode_ = Mode::command;
    reset();
    return step;
  }
  ++mails_;
  mode_ = Mode::command;
  const auto refuse = [&](std::string_view answer) -> std::optional<Step> {
    out.append(answer).append("\r\n");
    reset();  // `answer` may lie in what this clears
    return std::nullopt;
  };
  if (recipients_.empty()) return refuse("554 5.5.1 No valid recipients");
  if (message_.has_bad_line_end()) return refuse("550 5.5.2 Lines must end with CRLF");
  if (message_.is_too_big()) return refuse("552 5.3.4 Message too big");
  for (const ScriptedFault& fault : faults_) {
    if (fault.kind == ScriptedFault::Kind::dot) return refuse(fault.reply);
    if (fault.kind == ScriptedFault::Kind::lost_dot) return Step{Step::Kind::close};
    if (fault.kind == ScriptedFault::Kind::drop_dot) drop_after_store_ = true;
    if (fault.kind == ScriptedFault::Kind::late) late_ = fault.number;
  }
  return Step{Step::Kind::store};
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
