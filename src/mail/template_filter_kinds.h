#pragma once
// The two large groups of filters behind apply_filter(). Only for template_filters.cc. Pure.

#include <span>

#include "mail/template_filters.h"

namespace postrider {

/// The text of a text, number or truth, in `room` where it has to be made; a meant nil is empty.
std::string_view text_of(const TemplateValue& value, std::string& room);

/// The number that `value` reads as; false and failed when it is none.
bool number_of(const TemplateValue& value, double& number, FilterWork& work);

bool apply_text_filter(Filter filter, TemplateValue& value, std::span<const TemplateValue> arguments,
                       FilterWork& work);
bool apply_number_filter(Filter filter, TemplateValue& value, std::span<const TemplateValue> arguments,
                         FilterWork& work);

}  // namespace postrider
