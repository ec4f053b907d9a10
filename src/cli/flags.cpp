#include "flags.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace goru::cli {
namespace {

/// Digits, maybe with a point, and a unit: "64mb". The name of a file with code has a suffix.
bool LooksLikeSize(const std::string& text) {
  const size_t end = text.find_first_not_of("0123456789.");
  if (text.empty() || text.front() < '0' || text.front() > '9') return false;
  return end == std::string::npos || text.find_first_not_of("bBkKmMgGtTiI", end) == std::string::npos;
}

}  // namespace

std::string LongName(const std::string& names) {
  const size_t begin = names.find("--");
  return begin == std::string::npos ? names : names.substr(begin, names.find(',', begin) - begin);
}

Flags::Flags() {
  // Its own help knows neither examples nor exit codes.
  app_.set_help_flag();
}

Flags::Flags(Command (*describe)()) : Flags() { describe_ = describe; }

void Flags::MustBeDescribed() const {
  const std::vector<FlagText> described = FlagsOf(describe_());
  for (const Flag& flag : flags_) {
    if (!flag.names.starts_with('-')) continue;
    const bool known = std::any_of(described.begin(), described.end(), [&flag](const FlagText& text) {
      Kind kind = text.repeats ? Kind::kValues : Kind::kValue;
      if (text.takes.empty()) kind = Kind::kSwitch;
      if (text.takes.starts_with('[')) kind = Kind::kOptional;
      return text.names == flag.names && kind == flag.kind;
    });
    if (!known) throw std::logic_error(flag.names + " is not what the command's description says");
  }
}

Flags::Flag& Flags::Add(const std::string& names, Take take, Kind kind) {
  Flag& flag = flags_.emplace_back();
  flag.names = names;
  flag.kind = kind;
  flag.take = std::move(take);
  return flag;
}

void Flags::Switch(const std::string& names, Take take) {
  Flag& flag = Add(names, std::move(take), Kind::kSwitch);
  flag.is_switch = true;
  flag.option = app_.add_flag(names, flag.on)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
}

void Flags::Switch(const std::string& names, bool& out) {
  Switch(names, [&out](const std::string& /*text*/, const std::string& /*flag*/) { out = true; });
}

void Flags::OptionalSize(const std::string& names, Take take) {
  Flag& flag = Add(names, std::move(take), Kind::kOptional);
  flag.may_be_bare = true;
  flag.option = app_.add_flag(names, flag.text)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
}

void Flags::Value(const std::string& names, Take take) {
  Flag& flag = Add(names, std::move(take), Kind::kValue);
  flag.option = app_.add_option(names, flag.text)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
}

void Flags::Value(const std::string& names, std::string& out) {
  Value(names, [&out](const std::string& text, const std::string& /*flag*/) { out = text; });
}

void Flags::Values(const std::string& names, Take take) {
  Flag& flag = Add(names, std::move(take), Kind::kValues);
  flag.option = app_.add_option(names, flag.texts)
                    ->expected(1)
                    ->allow_extra_args(false)
                    ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void Flags::Values(const std::string& names, std::vector<std::string>& out) {
  Values(names, [&out](const std::string& text, const std::string& /*flag*/) { out.push_back(text); });
}

void Flags::Arguments(const std::string& name, std::vector<std::string>& out) { app_.add_option(name, out); }

std::vector<std::string> Flags::JoinSizes(const std::vector<std::string>& arguments) const {
  std::vector<std::string> out;
  bool flags_end = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    flags_end = flags_end || arguments[i] == "--";
    const auto same = [&](const Flag& flag) { return flag.may_be_bare && LongName(flag.names) == arguments[i]; };
    const bool bare = !flags_end && std::any_of(flags_.begin(), flags_.end(), same);
    out.push_back(arguments[i]);
    if (bare && i + 1 < arguments.size() && LooksLikeSize(arguments[i + 1])) out.back() += "=" + arguments[++i];
  }
  return out;
}

void Flags::Parse(const std::vector<std::string>& arguments, const std::string& hint) {
  try {
    const std::vector<std::string> joined = JoinSizes(arguments);
    // CLI11 takes them in reverse.
    app_.parse(std::vector<std::string>(joined.rbegin(), joined.rend()));
  } catch (const CLI::ExtrasError&) {
    const auto extras = app_.remaining();
    const std::string first = extras.empty() ? std::string() : extras.front();
    throw UsageError{first.starts_with('-') && first.size() > 1 ? "there is no flag " + first + hint
                                                                : "'" + first + "' is one argument too many" + hint};
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string what = error.what();
    const bool missing = what.find("missing") != std::string::npos;
    throw UsageError{what.substr(0, what.find(':')) + (missing ? " needs a value" : " is given more than once")};
  } catch (const CLI::ParseError& error) {
    throw UsageError{error.what()};
  }
  if (describe_ != nullptr && Given("-h,--help")) MustBeDescribed();
}

bool Flags::Given(std::string_view names) const {
  return std::any_of(flags_.begin(), flags_.end(),
                     [names](const Flag& flag) { return flag.names == names && flag.option->count() > 0; });
}

void Flags::TakeAll() {
  for (const Flag& flag : flags_) {
    const std::string name = LongName(flag.names);
    if (flag.option->count() == 0 || (flag.is_switch && !flag.on)) continue;
    // What CLI11 says of a flag without a text.
    if (flag.may_be_bare && flag.text == "true") {
      flag.take({}, name);
      continue;
    }
    if (flag.texts.empty()) flag.take(flag.text, name);
    for (const std::string& text : flag.texts) flag.take(text, name);
  }
}

}  // namespace goru::cli
