// What goru's commands have in common on the command line.
#pragma once

#include <CLI/CLI.hpp>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "command.hpp"

namespace goru::cli {

/// Why goru was called wrongly: one line that says what to do.
struct UsageError {
  std::string message;
};

/// The flags of a command, and what becomes of their values once all are known to be well-formed. Names are written as
/// "-c,--code"; error messages call a flag by its first long one. A name without hyphens is an argument.
class Flags {
 public:
  /// Takes the text that was given to a flag, whose name in messages is `flag`; it may throw UsageError.
  using Take = std::function<void(const std::string& text, const std::string& flag)>;

  Flags();
  /// Of a command. Where its help is asked for, Parse throws std::logic_error if there is a flag that the description
  /// does not have, or has with other names or another value.
  explicit Flags(Command (*describe)());

  /// Takes no text.
  void Switch(const std::string& names, Take take);
  void Switch(const std::string& names, bool& out);
  /// May be given once.
  void Value(const std::string& names, Take take);
  void Value(const std::string& names, std::string& out);
  /// May be given once, with or without a text: "--name", "--name=TEXT", or "--name SIZE" where what follows looks like
  /// a size. Takes an empty text where there is none.
  void OptionalSize(const std::string& names, Take take);
  /// May be given several times, with one value each.
  void Values(const std::string& names, Take take);
  void Values(const std::string& names, std::vector<std::string>& out);
  /// All arguments that are no flags.
  void Arguments(const std::string& name, std::vector<std::string>& out);

  /// Reads the command line. `hint` follows the message about an argument too many. Throws UsageError.
  void Parse(const std::vector<std::string>& arguments, const std::string& hint = {});
  /// Whether the command line had the flag of these names.
  bool Given(std::string_view names) const;
  /// Hands the values over, in the order in which flags were added here. Throws UsageError.
  void TakeAll();

 private:
  enum class Kind { kSwitch, kOptional, kValue, kValues };
  struct Flag {
    std::string names;
    Kind kind = Kind::kValue;
    Take take;
    bool is_switch = false;
    bool on = false;
    bool may_be_bare = false;
    std::string text;
    std::vector<std::string> texts;
    const CLI::Option* option = nullptr;
  };
  Flag& Add(const std::string& names, Take take, Kind kind);
  void MustBeDescribed() const;
  /// "--name=SIZE" for "--name SIZE".
  std::vector<std::string> JoinSizes(const std::vector<std::string>& arguments) const;

  CLI::App app_;
  Command (*describe_)() = nullptr;
  /// CLI11 keeps the addresses of what is in it.
  std::deque<Flag> flags_;
};

/// "--code" of "-c,--code".
std::string LongName(const std::string& names);

}  // namespace goru::cli
