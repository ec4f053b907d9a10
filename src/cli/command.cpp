#include "command.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "goru/language.hpp"

namespace goru::cli {
namespace {

std::vector<std::string> Split(std::string_view text, char at) {
  std::vector<std::string> out;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(at, begin), text.size());
    out.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

/// What members are about: "http", "fs", ...
std::vector<std::string> Subjects(const std::vector<ConfigField>& fields) {
  std::vector<std::string> out;
  for (const ConfigField& field : fields) {
    std::string subject = field.path.substr(0, field.path.find('.'));
    if (subject != "limits" && std::find(out.begin(), out.end(), subject) == out.end()) {
      out.push_back(std::move(subject));
    }
  }
  return out;
}

}  // namespace

FlagValues ValuesOf(const FlagText& flag) {
  FlagValues out;
  out.words = flag.words;
  const std::string& takes = flag.takes;
  if (takes.find('|') != std::string::npos) {
    for (std::string& word : Split(takes, '|')) out.words.push_back(std::move(word));
  } else if (takes == "DIR") {
    out.directories = true;
  } else if (takes == "IMAGE") {
    out.words.emplace_back("data");
    out.files = true;
    out.suffix = ".img";
  } else if (takes.starts_with("FILE")) {
    out.files = true;
  } else if (takes == "NAME[=VALUE]") {
    out.environment = true;
  }
  return out;
}

std::vector<std::string> NamesOf(const FlagText& flag) { return Split(flag.names, ','); }

std::string Shown(const FlagText& flag) {
  std::string out;
  for (const std::string& name : NamesOf(flag)) {
    out += (out.empty() ? "" : ", ") + name;
    if (name.starts_with("--")) break;
  }
  return flag.takes.empty() ? out : out + " " + flag.takes;
}

std::vector<FlagText> FlagsOf(const Command& command) {
  std::vector<FlagText> out;
  for (const FlagSection& section : command.sections) Append(out, section.flags);
  return out;
}

std::vector<FlagText> FieldFlags::Take(std::string_view prefix, bool deeper) {
  std::vector<FlagText> out;
  for (const ConfigField& field : fields_) {
    if (field.flag.empty() || !field.path.starts_with(prefix)) continue;
    if (!deeper && field.path.find('.', prefix.size()) != std::string::npos) continue;
    if (std::find(taken_.begin(), taken_.end(), field.flag) != taken_.end()) continue;
    taken_.push_back(field.flag);
    out.push_back(Describe(field));
  }
  return out;
}

FlagText FieldFlags::Describe(const ConfigField& first) const {
  FlagText out{.names = std::string(first.flag), .takes = std::string(first.takes), .text = {}};
  for (const ConfigField& field : fields_) {
    if (field.flag == first.flag) out.text.append(out.text.empty() ? "" : "; ").append(field.text);
  }
  if (!first.note.empty()) {
    // A switch has nothing but to be on, and may be the opposite of its member.
    out.text = first.takes.empty() ? std::string(first.note) : out.text.append("; ").append(first.note);
  }
  out.repeats = first.repeats;
  if (first.repeats) out.text += "; may be repeated";
  if (!first.takes.empty() && !first.default_text.empty()) out.text += " (default " + first.default_text + ")";
  return out;
}

void Append(std::vector<FlagText>& flags, std::vector<FlagText> more) {
  flags.insert(flags.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

FlagSection CapabilityFlags(std::string title, FieldFlags& session, const std::vector<FlagText>& beside_scratch) {
  FlagSection out{std::move(title), {}};
  for (const std::string& subject : Subjects(SessionConfigFields())) {
    Append(out.flags, session.Take(subject));
    Append(out.flags, session.Take("limits." + subject + "."));
    if (subject == "scratch_bytes") Append(out.flags, beside_scratch);
  }
  return out;
}

std::vector<std::string> LanguageWords(bool python) {
  std::vector<std::string> out;
  for (const Language& language : Language::All()) {
    if (python && !language.is_python()) continue;
    if (Language::FromName(language.name()) == language) out.push_back(language.name());
    if (!language.version().empty()) out.push_back(language.name() + language.version());
  }
  for (const char* name : {"js", "ts"}) {
    if (!python) out.emplace_back(name);
  }
  return out;
}

}  // namespace goru::cli
