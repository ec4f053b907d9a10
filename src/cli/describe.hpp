// `goru describe`: goru's own command line, for shells, as a man page and as data.
#pragma once

#include <string>
#include <vector>

#include "command.hpp"

namespace goru::cli {

/// `arguments` is what follows "describe". Throws UsageError.
int DescribeCommand(const std::vector<std::string>& arguments);

Command DescribeDescription();

/// goru(1), in the macros of man(7).
std::string ManPage();

/// What shells read to complete goru's command lines.
std::string BashCompletion();
std::string ZshCompletion();
std::string FishCompletion();

}  // namespace goru::cli
