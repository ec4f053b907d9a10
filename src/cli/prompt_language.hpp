// What a prompt asks a language: whether an input is complete, and what a word could become.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "goru/session.hpp"

namespace goru::cli {

/// Whether the language's own parser takes `text` for all that was meant: false where more lines have to follow. What
/// is wrong in itself is complete, so that running it says what is wrong.
bool IsComplete(Session& session, const std::string& text);

/// Words that `word` could become: names and attributes. Asks the live session, calls no properties and getters of it,
/// and gives up after 200 ms.
std::vector<std::string> Completions(Session& session, std::string_view word);

/// The names that the session's programs have made, as text for people.
std::string VariablesOf(Session& session);

}  // namespace goru::cli
