#include "guest/image_info.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

namespace goru::guest {
namespace {

using nlohmann::json;

// They become parts of messages, names of files and words that people type.
constexpr size_t kMaxName = 32;
constexpr size_t kMaxJob = size_t{64} << 10;

bool IsName(std::string_view text) {
  return text.size() <= kMaxName && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
                  c == '-' || c == '+' || c == '#';
         });
}

Error Wrong(const char* name) {
  return Error{ErrorKind::kInvalidArgument, std::string("\"") + name + "\" of the language's description is not right"};
}

/// A member that is text; empty where it is missing and may be. False: it is not right.
bool ReadText(const json& object, const char* name, bool required, std::string& out) {
  const auto found = object.find(name);
  if (found == object.end()) return !required;
  if (!found->is_string()) return false;
  out = found->get<std::string>();
  return !required || !out.empty();
}

}  // namespace

Expected<LanguageInfo> ReadLanguage(const json& object) {
  LanguageInfo info;
  if (!object.is_object()) return Error{ErrorKind::kInvalidArgument, "the language's description is no object"};
  struct Name {
    const char* name;
    bool required;
    std::string& out;
  };
  for (const Name& member : {Name{"language", true, info.language}, Name{"variant", false, info.variant},
                             Name{"runtime", true, info.runtime}, Name{"version", true, info.version},
                             Name{"edition", false, info.edition}, Name{"packages", false, info.packages}}) {
    if (!ReadText(object, member.name, member.required, member.out) || !IsName(member.out)) return Wrong(member.name);
  }
  std::string text;
  if (!ReadText(object, "model", true, text) || (text != "reactor" && text != "resumable")) return Wrong("model");
  info.model = text == "reactor" ? GuestModel::kReactor : GuestModel::kResumable;
  if (!ReadText(object, "codec", true, text) || (text != "json" && text != "marshal")) return Wrong("codec");
  info.codec_name = text == "json" ? CodecName::kJson : CodecName::kMarshal;
  if (!ReadText(object, "hot_job", false, info.hot_job) || info.hot_job.size() > kMaxJob) return Wrong("hot_job");
  return info;
}

json DescribeLanguage(const LanguageInfo& info) {
  return {
      {"language", info.language},
      {"variant", info.variant},
      {"runtime", info.runtime},
      {"version", info.version},
      {"edition", info.edition},
      {"model", info.model == GuestModel::kReactor ? "reactor" : "resumable"},
      {"codec", info.codec_name == CodecName::kJson ? "json" : "marshal"},
      {"packages", info.packages},
      {"hot_job", info.hot_job},
  };
}

}  // namespace goru::guest
