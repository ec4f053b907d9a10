// The tables that say what a configuration consists of. One row for each member: all that goru knows of it stands
// there.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/members.hpp"
#include "config/place.hpp"
#include "goru/config.hpp"
#include "goru/error.hpp"

namespace goru::config {

/// What an intersection leaves out.
struct Cutting {
  std::vector<ConfigCut>& cuts;
  /// A part of one of the two configurations that cannot be read.
  std::optional<Error> error = {};

  void Note(const Place& place, std::string message) { cuts.push_back({place.Path(), std::move(message)}); }
};

/// A member of the structure `Owner`. Made by GORU_FIELD.
template <typename Owner>
struct Field {
  std::string_view name;
  std::string_view text;
  std::string_view flag = {};
  std::string_view takes = {};
  std::string_view note = {};
  bool repeats = false;

  /// Null where the member cannot be data.
  Expected<void> (*read)(const nlohmann::json& value, Owner& out, const Place& place,
                         const ConfigReadOptions& options) = nullptr;
  /// A discarded value is left out.
  nlohmann::json (*write)(const Owner& in, const ConfigWriteOptions& options) = nullptr;
  nlohmann::json (*schema)() = nullptr;
  /// From what people type; `path` is what is left of the way to the member.
  Expected<void> (*set)(std::string_view path, std::string_view text, Owner& out, const Place& place,
                        const ConfigReadOptions& options) = nullptr;
  /// Lists the member, or the members of the structure that it is.
  void (*list)(const Field& field, const std::string& path, std::vector<ConfigField>& out) = nullptr;
  /// Makes `wanted` no more than `ceiling`. May look at members that stand further up in the table, which are cut
  /// already, and not at those below. Null: no intersection knows the structure.
  void (*cut)(Owner& wanted, const Owner& ceiling, const Place& place, Cutting& cutting) = nullptr;
  /// `cut != nullptr`, for constant expressions: with sanitizers GCC does not know of functions that they have
  /// addresses.
  bool has_rule = false;
  /// Called after the member was given a value; may set members further down.
  void (*then)(Owner& out) = nullptr;

  /// The command line's name for it. `what` it takes is usually clear from its kind.
  constexpr Field Flag(std::string_view names, std::string_view more = {}, std::string_view what = {}) const {
    Field out = *this;
    out.flag = names;
    out.note = more;
    if (!what.empty()) out.takes = what;
    return out;
  }
  constexpr Field Cut(void (*function)(Owner&, const Owner&, const Place&, Cutting&)) const {
    Field out = *this;
    out.cut = function;
    out.has_rule = true;
    return out;
  }
  constexpr Field Then(void (*function)(Owner&)) const {
    Field out = *this;
    out.then = function;
    return out;
  }
  /// What the flag takes beyond the kind's own text; returns whether it was that.
  constexpr Field Set(Expected<void> (*function)(std::string_view, std::string_view, Owner&, const Place&,
                                                 const ConfigReadOptions&)) const {
    Field out = *this;
    out.set = function;
    return out;
  }
};

/// The rows of a structure: specialisations have a static constexpr array `rows`.
template <typename Owner>
struct Table;

/// A kind says how values of a member are read, written, described and cut. It has:
///   static constexpr std::string_view kTakes;  static constexpr bool kRepeats;
///   Read(json, T& out, place, options)  Write(const T&, options)  Schema<T>()  Set(path, text, T& out, place, options)
///   and, where configurations of it are intersected, Cut(T& wanted, const T& ceiling, place, cutting).
template <typename Kind, typename Owner, typename Access>
constexpr Field<Owner> MakeField(std::string_view name, Access /*access*/, std::string_view text) {
  using Member = std::remove_reference_t<decltype(Access()(std::declval<Owner&>()))>;
  Field<Owner> field{.name = name, .text = text};
  if constexpr (Kind::kIsData) {
    field.takes = Kind::kTakes;
    field.repeats = Kind::kRepeats;
    field.read = [](const nlohmann::json& value, Owner& out, const Place& place, const ConfigReadOptions& options) {
      return Kind::Read(value, Access()(out), place, options);
    };
    field.write = [](const Owner& in, const ConfigWriteOptions& options) { return Kind::Write(Access()(in), options); };
    field.schema = [] { return Kind::template Schema<Member>(); };
    field.set = [](std::string_view path, std::string_view given, Owner& out, const Place& place,
                   const ConfigReadOptions& options) { return Kind::Set(path, given, Access()(out), place, options); };
    field.list = [](const Field<Owner>& self, const std::string& path, std::vector<ConfigField>& out) {
      Kind::template Describe<Member>(self, path, out);
    };
  }
  if constexpr (requires(Member& wanted, const Member& ceiling, const Place& place, Cutting& cutting) {
                  Kind::Cut(wanted, ceiling, place, cutting);
                }) {
    field.cut = [](Owner& wanted, const Owner& ceiling, const Place& place, Cutting& cutting) {
      Kind::Cut(Access()(wanted), Access()(ceiling), place, cutting);
    };
    field.has_rule = true;
  }
  return field;
}

/// A row: the member's own name is its name in documents.
// NOLINTNEXTLINE(cppcoreguidelines-macro-usage)
#define GORU_FIELD(Owner, member, Kind, text) \
  MakeField<Kind, Owner>(#member, [](auto& owner) -> auto& { return owner.member; }, text)

}  // namespace goru::config
