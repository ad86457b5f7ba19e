#pragma once
// DeliverySession: one email's way through one line: envelope, body, dot (RFC 5321 §3.3). With
// PIPELINING (RFC 2920) the envelope is one write, and so are a body of ordinary size and its dot.
// Before the dot everything may be dropped and nothing was accepted; from the dot on only a reply
// that was read counts. Loop only.
//
//   ready ──offer──► offering ──354──► offered ──send_body──► bodied
//     ▲ ▲                │                │                      │
//     │ └────refused─────┘                └───────commit─────────┤
//     └───────────────────reply read──── dotted ◄────────────────┘     any ──line lost──► gone
//
// Where others wait for a line, the next one's envelope travels ahead: in the write that ends with
// our dot (see Seat in line.h). Its session has no line of its own before our reply was read.

#include <memory>

#include "mail/session.h"
#include "smtp/envelope_commands.h"
#include "smtp/line.h"

namespace postrider {

class DeliverySession : public Session {
 public:
  DeliverySession(std::shared_ptr<LineKeeper> keeper, std::unique_ptr<Line> line);
  /// Behind another delivery.
  DeliverySession(std::shared_ptr<LineKeeper> keeper, std::shared_ptr<Seat> seat);
  ~DeliverySession() override;

  Async<std::optional<Trouble>> offer(const Envelope& envelope) override;
  Async<std::optional<Trouble>> send_body(MessageView message) override;
  Async<std::expected<Reply, Trouble>> commit(MessageView message) override;

 private:
  enum class State { ready, offering, offered, bodied, dotted, gone };
  /// How one attempt to hand over an envelope ended.
  struct Answer {
    std::optional<Trouble> trouble;  ///< nothing: 354
    bool stale = false;              ///< the server had hung up before it heard of this email
    bool bad_parameter = false;      ///< it does not know a MAIL parameter it could do without
    bool lost = false;               ///< the line is of no further use
  };

  Async<Answer> offer_ahead(const Envelope& envelope);
  Async<Answer> offer_now(const Envelope& envelope);
  Async<Answer> converse(const EnvelopeCommands& commands, bool are_sent, bool may_be_stale);
  Async<bool> take_back_data();
  Async<std::optional<Trouble>> write_body(MessageView message, bool with_dot);
  Async<Trouble> hear_early(Trouble::Kind kind);
  void leave_seat();
  void give_up_line();

  std::shared_ptr<LineKeeper> keeper_;
  std::unique_ptr<Line> line_;    ///< none while we sit behind another
  std::shared_ptr<Seat> seat_;    ///< ours, behind another
  std::shared_ptr<Seat> behind_;  ///< of the one behind us
  State state_ = State::ready;
};

}  // namespace postrider
