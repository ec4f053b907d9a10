// The languages that goru runs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "goru/error.hpp"

namespace goru {

/// A language and the runtime that runs it. A value; compare with ==.
class Language {
 public:
  /// The name that options and results use: "python", "javascript", "typescript".
  const std::string& name() const noexcept { return name_; }
  /// The file that holds its image, without directory and ".img". Where FromImage made it, as an image of goru's own
  /// would be called.
  const std::string& image() const noexcept { return image_; }
  /// The file of its image, with an absolute path, where FromImage made it; else empty: it is looked for
  /// (WithImageDirectory).
  const std::string& image_file() const noexcept { return image_file_; }
  /// Of the runtime where there are several, "3.13"; else empty.
  const std::string& version() const noexcept { return version_; }

  /// Whether it is Python, of any version.
  bool is_python() const noexcept { return name_ == "python"; }

  friend bool operator==(const Language& a, const Language& b) noexcept {
    return a.image_ == b.image_ && a.image_file_ == b.image_file_;
  }
  friend bool operator<(const Language& a, const Language& b) noexcept {
    return a.image_ != b.image_ ? a.image_ < b.image_ : a.image_file_ < b.image_file_;
  }

  /// All that goru comes with. The first of a name is what the name without a version means.
  static const std::vector<Language>& All();
  /// A language by a name that people type: "python", "py", "python3", "python3.12", "python3.13", "javascript", "js",
  /// "typescript", "ts". Nothing for others.
  static std::optional<Language> FromName(std::string_view name);
  /// A language by a file's suffix: .py, .js, .mjs, .cjs, .ts, .mts, .cts. Nothing for others.
  static std::optional<Language> FromFileName(std::string_view file_name);
  /// The language that an image file says it is, whether goru comes with it or not (docs/GUEST_ABI.md); its sessions
  /// start from this file, whatever WithImage and WithImageDirectory say. The file is trusted as the program itself is.
  /// Reads only its description; sessions fail with kUnavailable where the file is no image of this language by then.
  /// Error kUnavailable: the file cannot be read, is no image or damaged, or one of another version of goru.
  static Expected<Language> FromImage(const std::string& path);

 private:
  friend Language Python();
  friend Language Python(std::string_view version);
  friend Language JavaScript();
  friend Language TypeScript();
  explicit Language(std::string name, std::string version = {}, std::string image_file = {})
      : name_(std::move(name)),
        version_(std::move(version)),
        image_(version_.empty() ? name_ : name_ + "-" + version_),
        image_file_(std::move(image_file)) {}

  std::string name_;
  std::string version_;
  std::string image_;
  std::string image_file_;
};

/// CPython 3.13.
Language Python();
/// CPython of a version: "3.12", the stock build, or "3.13", the fast one. Sessions of any other version fail with
/// kUnavailable: there is no image of it.
Language Python(std::string_view version);
/// QuickJS-NG, ES2023.
Language JavaScript();
/// TypeScript, as JavaScript() after its types have been taken out, which happens inside the sandbox and within the
/// limits of the run. Types are not checked. Enums and parameter properties work; namespaces with values do not.
Language TypeScript();

}  // namespace goru
