#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "mail/template_filter_kinds.h"

namespace postrider {
namespace {

/// Half away from zero, of the decimal number that is meant: 1.005 to two places is 1.01.
double round_to(double number, double places) {
  const double scale = std::pow(10.0, places);
  return std::round(nearest_decimal(number * scale)) / scale;
}

}  // namespace

bool apply_number_filter(Filter filter, TemplateValue& value, std::span<const TemplateValue> arguments,
                         FilterWork& work) {
  double a = 0;
  double b = 0;
  if (!number_of(value, a, work)) return false;
  if (!arguments.empty() && !number_of(arguments[0], b, work)) return false;
  if ((filter == Filter::divided_by || filter == Filter::modulo) && b == 0) {
    return work.fail("bad_value", "it is divided by 0");
  }
  double result = 0;
  if (filter == Filter::abs) {
    result = std::fabs(a);
  } else if (filter == Filter::at_least) {
    result = std::max(a, b);
  } else if (filter == Filter::at_most) {
    result = std::min(a, b);
  } else if (filter == Filter::ceil) {
    result = std::ceil(nearest_decimal(a));
  } else if (filter == Filter::floor) {
    result = std::floor(nearest_decimal(a));
  } else if (filter == Filter::divided_by) {
    result = a / b;
  } else if (filter == Filter::modulo) {
    result = nearest_decimal(a - b * std::floor(nearest_decimal(a / b)));
  } else if (filter == Filter::minus) {
    result = a - b;
  } else if (filter == Filter::plus) {
    result = a + b;
  } else if (filter == Filter::times) {
    result = a * b;
  } else {
    CHECK(filter == Filter::round);
    result = round_to(a, std::clamp(std::trunc(b), -15.0, 10.0));
  }
  if (!(std::fabs(result) < kLargestNumber)) {
    return work.fail("bad_value", "the number has more than 15 digits before its point");
  }
  value = TemplateValue::of(result);
  return true;
}

}  // namespace postrider
