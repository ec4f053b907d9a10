// What a prompt asks a language: whether an input is complete, and what its end could become.
#pragma once

#include <string>
#include <string_view>

#include "goru/session.hpp"
#include "line_editor.hpp"

namespace goru::cli {

/// Whether the language's own parser takes `text` for all that was meant: false where more lines have to follow. A text
/// that it cannot judge within 2 seconds is taken for complete, so that running it says what is wrong.
bool IsComplete(Session& session, const std::string& text);

/// What could stand in the place of the last item of `text`, as the live session has it. Gives up after 200 ms.
LineEditor::Completions CompletionsOf(Session& session, std::string_view text);

/// The names that the session's programs have made, as text for people.
std::string VariablesOf(Session& session);

}  // namespace goru::cli
