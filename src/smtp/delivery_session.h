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

#include <memory>

#include "mail/session.h"
#include "smtp/line.h"

namespace postrider {

class DeliverySession : public Session {
 public:
  DeliverySession(std::shared_ptr<LineKeeper> keeper, std::unique_ptr<Line> line);
  ~DeliverySession() override;

  Async<std::optional<Trouble>> offer(const Envelope& envelope) override;
  Async<std::optional<Trouble>> send_body(std::string_view message) override;
  Async<std::expected<Reply, Trouble>> commit(std::string_view message) override;

 private:
  enum class State { ready, offering, offered, bodied, dotted, gone };
  /// How one attempt to hand over an envelope ended.
  struct Answer {
    std::optional<Trouble> trouble;  ///< nothing: 354
    bool stale = false;              ///< the server had hung up while the line was idle
    bool bad_parameter = false;      ///< it does not know a MAIL parameter it could do without
    bool lost = false;               ///< the line is of no further use
  };

  std::optional<Trouble> local_refusal(const Envelope& envelope) const;
  Async<Answer> converse(const Envelope& envelope);
  Async<bool> take_back_data();
  Async<std::optional<Trouble>> write_body(std::string_view message, bool with_dot);
  Async<Trouble> hear_early(Trouble::Kind kind);

  std::shared_ptr<LineKeeper> keeper_;
  std::unique_ptr<Line> line_;
  State state_ = State::ready;
};

}  // namespace postrider
