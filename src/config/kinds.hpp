// What values of a configuration look like: how each kind of them is read, written, described and cut.
#pragma once

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "config/field.hpp"
#include "config/place.hpp"
#include "goru/config.hpp"

namespace goru::config {

using nlohmann::json;

/// Foreign text as a message may hold it: not too long, and nothing that moves a terminal.
std::string Printable(std::string_view text, size_t most = 80);
/// A value as an error quotes it.
std::string Shown(const json& value);

// The parts of kinds that need no template. Those that read take what is in a document, those that parse what people
// type.
Expected<uint64_t> ReadCount(const json& value, uint64_t most, const Place& place);
Expected<uint64_t> ParseCount(std::string_view text, uint64_t most, const Place& place);
Expected<uint64_t> ReadBytes(const json& value, const Place& place);
Expected<uint64_t> ParseBytes(std::string_view text, const Place& place);
json WriteBytes(uint64_t bytes, const ConfigWriteOptions& options);
Expected<std::string> ReadText(const json& value, const Place& place);
json WriteText(std::string_view text);
json WithoutFlags(json schema);
void NoteMore(const json& wanted, const json& allowed, const Place& place, Cutting& cutting);

/// Host functions, stores and callbacks.
struct Handle {
  static constexpr bool kIsData = false;
};
/// The same, where both configurations may have one: the ceiling's counts.
struct CeilingsHandle : Handle {
  template <typename T>
  static void Cut(T& wanted, const T& ceiling, const Place& place, Cutting& cutting) {
    if (wanted && wanted != ceiling) cutting.Note(place, "is the host's to choose");
    wanted = ceiling;
  }
};

/// What all kinds of data but structures have in common.
struct Leaf {
  static constexpr bool kIsData = true;
  static constexpr bool kRepeats = false;
  static constexpr std::string_view kTakes = "TEXT";

  template <typename Member, typename Owner>
  static void Describe(const Field<Owner>& field, const std::string& path, std::vector<ConfigField>& out) {
    out.push_back({path, field.text, field.flag, field.takes, field.note, field.repeats, {}});
  }
};

struct Time : Leaf {
  static constexpr std::string_view kTakes = "TIME";
  static Expected<void> Read(const json& value, std::chrono::nanoseconds& out, const Place& place,
                             const ConfigReadOptions& options);
  static json Write(std::chrono::nanoseconds time, const ConfigWriteOptions& options);
  template <typename T>
  static json Schema() {
    return {{"$ref", "#/$defs/Time"}};
  }
  static Expected<void> Set(std::string_view path, std::string_view text, std::chrono::nanoseconds& out,
                            const Place& place, const ConfigReadOptions& options);
  static void Cut(std::chrono::nanoseconds& wanted, std::chrono::nanoseconds ceiling, const Place& place,
                  Cutting& cutting);
};

/// Bytes.
struct Size : Leaf {
  static constexpr std::string_view kTakes = "SIZE";
  template <std::unsigned_integral T>
  static Expected<void> Read(const json& value, T& out, const Place& place, const ConfigReadOptions& /*options*/) {
    return Take(ReadBytes(value, place), out);
  }
  static json Write(uint64_t bytes, const ConfigWriteOptions& options) { return WriteBytes(bytes, options); }
  template <std::unsigned_integral T>
  static json Schema() {
    static_assert(sizeof(T) == sizeof(uint64_t));
    return {{"$ref", "#/$defs/Size"}};
  }
  template <std::unsigned_integral T>
  static Expected<void> Set(std::string_view /*path*/, std::string_view text, T& out, const Place& place,
                            const ConfigReadOptions& /*options*/) {
    return Take(ParseBytes(text, place), out);
  }
  template <std::unsigned_integral T>
  static void Cut(T& wanted, const T& ceiling, const Place& place, Cutting& cutting) {
    if (wanted > ceiling) NoteMore(Write(wanted, {.units = true}), Write(ceiling, {.units = true}), place, cutting);
    wanted = std::min(wanted, ceiling);
  }

 protected:
  template <typename T>
  static Expected<void> Take(const Expected<uint64_t>& number, T& out) {
    if (!number) return number.error();
    out = static_cast<T>(*number);
    return {};
  }
};

/// How many of something.
struct Count : Size {
  static constexpr std::string_view kTakes = "N";
  template <std::unsigned_integral T>
  static Expected<void> Read(const json& value, T& out, const Place& place, const ConfigReadOptions& /*options*/) {
    return Take(ReadCount(value, std::numeric_limits<T>::max(), place), out);
  }
  static json Write(uint64_t count, const ConfigWriteOptions& /*options*/) { return count; }
  template <std::unsigned_integral T>
  static json Schema() {
    return {{"type", "integer"}, {"minimum", 0}, {"maximum", std::numeric_limits<T>::max()}};
  }
  template <std::unsigned_integral T>
  static Expected<void> Set(std::string_view /*path*/, std::string_view text, T& out, const Place& place,
                            const ConfigReadOptions& /*options*/) {
    return Take(ParseCount(text, std::numeric_limits<T>::max(), place), out);
  }
  template <std::unsigned_integral T>
  static void Cut(T& wanted, const T& ceiling, const Place& place, Cutting& cutting) {
    if (wanted > ceiling) NoteMore(wanted, ceiling, place, cutting);
    wanted = std::min(wanted, ceiling);
  }
};

/// One whose flag alone gives what is usual.
struct Scratch : Size {
  static constexpr std::string_view kTakes = "[SIZE]";
  template <std::unsigned_integral T>
  static Expected<void> Set(std::string_view path, std::string_view text, T& out, const Place& place,
                            const ConfigReadOptions& options) {
    if (!text.empty()) return Size::Set(path, text, out, place, options);
    out = kDefaultScratch;
    return {};
  }
};

/// Yes or no. A flag says the opposite of the default, which is no.
struct Switch : Leaf {
  static constexpr std::string_view kTakes = {};
  static Expected<void> Read(const json& value, bool& out, const Place& place, const ConfigReadOptions& options);
  static json Write(bool value, const ConfigWriteOptions& /*options*/) { return value; }
  template <typename T>
  static json Schema() {
    return {{"type", "boolean"}};
  }
  static Expected<void> Set(std::string_view /*path*/, std::string_view /*text*/, bool& out, const Place& /*place*/,
                            const ConfigReadOptions& /*options*/) {
    out = true;
    return {};
  }
};
/// One whose flag says no.
struct SwitchOff : Switch {
  static Expected<void> Set(std::string_view /*path*/, std::string_view /*text*/, bool& out, const Place& /*place*/,
                            const ConfigReadOptions& /*options*/) {
    out = false;
    return {};
  }
};
/// One that gives the guest something.
struct Permission : Switch {
  static void Cut(bool& wanted, bool ceiling, const Place& place, Cutting& cutting);
};
/// One that takes something from it.
struct Restriction : Switch {
  static void Cut(bool& wanted, bool ceiling, const Place& place, Cutting& cutting);
};
/// One that is for the host to say.
struct CeilingsSwitch : Switch {
  static void Cut(bool& wanted, bool ceiling, const Place& place, Cutting& cutting);
};

struct Text : Leaf {
  static Expected<void> Read(const json& value, std::string& out, const Place& place, const ConfigReadOptions& options);
  static json Write(std::string_view text, const ConfigWriteOptions& /*options*/) { return WriteText(text); }
  template <typename T>
  static json Schema() {
    return {{"type", "string"}};
  }
  static Expected<void> Set(std::string_view path, std::string_view text, std::string& out, const Place& place,
                            const ConfigReadOptions& options);
};

/// Text that somebody else owns.
struct BorrowedText : Text {
  static Expected<void> Read(const json& value, std::string_view& out, const Place& place,
                             const ConfigReadOptions& options);
  static Expected<void> Set(std::string_view path, std::string_view text, std::string_view& out, const Place& place,
                            const ConfigReadOptions& options);
};

/// The path of a file of the host.
struct File : Text {
  static constexpr std::string_view kTakes = "FILE";
  static Expected<void> Read(const json& value, std::string& out, const Place& place, const ConfigReadOptions& options);
  template <typename T>
  static json Schema() {
    return {{"type", "string"}, {"pattern", "^[^\\u0000]*$"}};
  }
  static Expected<void> Set(std::string_view path, std::string_view text, std::string& out, const Place& place,
                            const ConfigReadOptions& options);
};
struct Directory : File {
  static constexpr std::string_view kTakes = "DIR";
  static Expected<void> Set(std::string_view path, std::string_view text, std::string& out, const Place& place,
                            const ConfigReadOptions& options);
};
/// The name of an image that goru comes with, or the path of one.
struct Image : File {
  static constexpr std::string_view kTakes = "IMAGE";
  static Expected<void> Read(const json& value, std::string& out, const Place& place, const ConfigReadOptions& options);
  static Expected<void> Set(std::string_view path, std::string_view text, std::string& out, const Place& place,
                            const ConfigReadOptions& options);
};
/// Text that is for the host to say.
template <typename Kind>
struct Ceilings : Kind {
  static void Cut(std::string& wanted, const std::string& ceiling, const Place& place, Cutting& cutting) {
    if (!wanted.empty() && wanted != ceiling) cutting.Note(place, "is the host's to choose");
    wanted = ceiling;
  }
};

/// A structure, which has a table of its own.
template <typename T>
struct Object {
  static constexpr bool kIsData = true;
  static constexpr bool kRepeats = false;
  static constexpr std::string_view kTakes = {};

  static Expected<void> Read(const json& value, T& out, const Place& place, const ConfigReadOptions& options) {
    if (!value.is_object()) return place.Wrong(" takes an object; not " + Shown(value));
    for (const auto& [name, member] : value.items()) {
      if (auto known = CheckName(name, place); !known) return known;
    }
    for (const Field<T>& field : Table<T>::rows) {
      const auto member = value.find(field.name);
      if (member == value.end()) {
        if (Requires(field.name)) return place.Wrong(" needs " + std::string(field.name));
        continue;
      }
      if (auto read = field.read(*member, out, Place(place, field.name), options); !read) return read;
      if (field.then != nullptr) field.then(out);
    }
    return {};
  }

  static json Write(const T& in, const ConfigWriteOptions& options) {
    json out = json::object();
    for (const Field<T>& field : Table<T>::rows) {
      if (field.write == nullptr) continue;
      if (json value = field.write(in, options); !value.is_discarded()) out[std::string(field.name)] = std::move(value);
    }
    return out;
  }

  template <typename>
  static json Schema() {
    json properties = json::object();
    json required = json::array();
    const T defaults = {};
    for (const Field<T>& field : Table<T>::rows) {
      if (field.schema == nullptr) continue;
      json member = field.schema();
      member["description"] = field.text;
      if (!field.flag.empty()) member["x-flag"] = field.flag;
      const bool is_required = Requires(field.name);
      if (is_required) required.push_back(field.name);
      if (json value = field.write(defaults, {.secrets = false, .units = true});
          !value.is_discarded() && !value.is_object() && !is_required) {
        member["default"] = std::move(value);
      }
      properties[std::string(field.name)] = std::move(member);
    }
    json out = {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
    if (!required.empty()) out["required"] = std::move(required);
    return out;
  }

  static Expected<void> Set(std::string_view path, std::string_view text, T& out, const Place& place,
                            const ConfigReadOptions& options) {
    const std::string_view name = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(name.size() + 1, path.size()));
    for (const Field<T>& field : Table<T>::rows) {
      if (field.name != name || field.set == nullptr) continue;
      auto set = field.set(path, text, out, place, options);
      if (set && field.then != nullptr) field.then(out);
      return set;
    }
    return place.Wrong(" is no member of a configuration");
  }

  template <typename Member, typename Owner>
  static void Describe(const Field<Owner>& /*self*/, const std::string& path, std::vector<ConfigField>& out) {
    Rows(path + ".", out);
  }
  /// The members, for `prefix` being what stands in front of their names.
  static void Rows(const std::string& prefix, std::vector<ConfigField>& out) {
    for (const Field<T>& field : Table<T>::rows) {
      if (field.list != nullptr) field.list(field, prefix + std::string(field.name), out);
    }
  }

  static void Cut(T& wanted, const T& ceiling, const Place& place, Cutting& cutting)
    requires(Table<T>::kIsCut)
  {
    for (const Field<T>& field : Table<T>::rows) field.cut(wanted, ceiling, Place(place, field.name), cutting);
  }

 private:
  static bool Requires(std::string_view name) {
    if constexpr (requires { Table<T>::kRequired; }) {
      return name == Table<T>::kRequired;
    } else {
      return false;
    }
  }

  static Expected<void> CheckName(std::string_view name, const Place& place) {
    std::string names;
    for (const Field<T>& field : Table<T>::rows) {
      if (field.name == name) {
        if (field.read != nullptr) return {};
        return Place(place, field.name).Wrong(" cannot be said in JSON: it is set in C++");
      }
      if (field.read != nullptr) names += (names.empty() ? "" : ", ") + std::string(field.name);
    }
    return Place(place, Printable(name)).Wrong(" does not exist; there are " + names);
  }
};

/// One whose members' flags mean another structure of its type.
template <typename T>
struct FlaglessObject : Object<T> {
  template <typename Member, typename Owner>
  static void Describe(const Field<Owner>& self, const std::string& path, std::vector<ConfigField>& out) {
    const size_t begin = out.size();
    Object<T>::template Describe<Member>(self, path, out);
    for (size_t i = begin; i < out.size(); ++i) out[i].flag = {};
  }
  template <typename Member>
  static json Schema() {
    return WithoutFlags(Object<T>::template Schema<Member>());
  }
};

/// More items than any configuration has; bounds what an intersection of two lists may cost.
inline constexpr size_t kMaxItems = 1000;

Expected<void> CheckIsList(const json& value, const Place& place);

template <typename Item>
struct List : Leaf {
  static constexpr bool kRepeats = true;
  static constexpr std::string_view kTakes = Item::kTakes;

  template <typename T>
  static Expected<void> Read(const json& value, std::vector<T>& out, const Place& place,
                             const ConfigReadOptions& options) {
    if (auto list = CheckIsList(value, place); !list) return list;
    std::vector<T> items;
    items.reserve(value.size());
    for (size_t i = 0; i < value.size(); ++i) {
      T item = New<T>();
      const Place here(place, i);
      if (auto read = Item::Read(value[i], item, here, options); !read) return read;
      if (Twin(items, item) != items.end()) return here.Wrong(" has the same name as another one");
      items.push_back(std::move(item));
    }
    out = std::move(items);
    return {};
  }

  template <typename T>
  static json Write(const std::vector<T>& in, const ConfigWriteOptions& options) {
    json out = json::array();
    for (const T& item : in) out.push_back(Item::Write(item, options));
    return out;
  }

  template <typename T>
  static json Schema() {
    return {{"type", "array"}, {"items", Item::template Schema<typename T::value_type>()}, {"maxItems", kMaxItems}};
  }

  template <typename T>
  static Expected<void> Set(std::string_view path, std::string_view text, std::vector<T>& out, const Place& place,
                            const ConfigReadOptions& options) {
    T item = New<T>();
    if (auto set = Item::Set(path, text, item, place, options); !set) return set;
    if (const auto twin = Twin(out, item); twin != out.end()) {
      *twin = std::move(item);
    } else {
      out.push_back(std::move(item));
    }
    return {};
  }

 private:
  template <typename T>
  static T New() {
    if constexpr (requires { Item::New(); }) {
      return Item::New();
    } else {
      return T();
    }
  }

  /// The item of the same name, where items have names.
  template <typename T>
  static std::vector<T>::iterator Twin(std::vector<T>& items, const T& item) {
    if constexpr (requires { Item::Same(item, item); }) {
      return std::find_if(items.begin(), items.end(), [&item](const T& other) { return Item::Same(other, item); });
    } else {
      return items.end();
    }
  }
};

}  // namespace goru::config
