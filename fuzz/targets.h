#pragma once
// Targets: the functions that take bytes from strangers, each with the promises that hold for
// whatever the bytes are. A target runs its function on one input and throws BrokenPromise when a
// promise does not hold; libFuzzer looks for inputs that make it throw, crash, hang or grow
// (fuzz/run), and corpus_test.cc runs the kept inputs in every check build. Deterministic: the same
// bytes always do the same.

#include <stdexcept>
#include <string>
#include <string_view>

#include "base/text.h"

namespace postrider::fuzz {

class BrokenPromise : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Throws BrokenPromise(what) unless `holds`.
inline void require(bool holds, const char* what) {
  if (!holds) throw BrokenPromise(what);
}

/// The same for two texts that must be one; the finding shows both.
inline void require_same(std::string_view found, std::string_view wanted, const std::string& what) {
  if (found != wanted) {
    throw BrokenPromise(what + ": found [" + one_line(found, 2'000) + "], wanted [" +
                        one_line(wanted, 2'000) + "]");
  }
}

void try_address(std::string_view bytes);
void try_content(std::string_view bytes);
void try_csv(std::string_view bytes);
void try_message(std::string_view bytes);
void try_replies(std::string_view bytes);
void try_reports(std::string_view bytes);
void try_template(std::string_view bytes);

}  // namespace postrider::fuzz
