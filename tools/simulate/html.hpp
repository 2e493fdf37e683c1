#pragma once

#include <map>
#include <string>
#include <string_view>

/// The little of HTML that a report needs.
namespace hearth::simulate {

/// `text`, whatever it is, as something that only ever shows itself: in an element or between
/// quotes of an attribute. What is no UTF-8 or steers a screen becomes '?'.
std::string escaped(std::string_view text);

/// `page` with each "{{name}}" replaced once; a text with such a place in it is not looked into.
/// What has no text stays as it is, so that a test finds it.
std::string filled(std::string_view page,
                   const std::map<std::string, std::string, std::less<>>& texts);

}  // namespace hearth::simulate
