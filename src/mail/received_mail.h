#pragma once
// A message of ours as it arrived somewhere: whether a DKIM signature covers the fields by which one
// unsubscribes (RFC 8058 §4), without which Gmail and others show no button. The signature itself is not
// verified: who received it did that and wrote it down. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace postrider {

struct DkimSignature {
  std::string domain;               ///< d=, in small letters
  std::vector<std::string> fields;  ///< h=, in small letters
  bool covers(std::string_view field) const;
};

struct ReceivedMail {
  bool is_mail = false;  ///< it has a From and a Date
  bool has_list_unsubscribe = false, has_one_click = false;
  std::string from_domain;
  std::vector<DkimSignature> signatures;  ///< those that can be read, at most 20
  std::vector<std::string> verdicts;      ///< of DKIM, by whoever received it: "pass", "fail" …; as it says
};

ReceivedMail read_received_mail(std::string_view mail);

struct ButtonAnswer {
  bool covered = false;                ///< nothing of ours or of the server's stands in the button's way
  std::vector<std::string> sentences;  ///< what does, and what to do; or that nothing does
};
ButtonAnswer judge_button(const ReceivedMail& mail);

}  // namespace postrider
