// The languages that goru runs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace goru {

/// A language and the runtime that runs it. A value; compare with ==.
class Language {
 public:
  /// The name that options and results use: "python", "javascript", "typescript".
  const std::string& name() const noexcept { return name_; }
  /// The file that holds its image, without directory and ".img".
  const std::string& image() const noexcept { return image_; }
  /// Of the runtime where there are several, "3.13"; else empty.
  const std::string& version() const noexcept { return version_; }

  /// Whether it is Python, of any version.
  bool is_python() const noexcept { return name_ == "python"; }

  friend bool operator==(const Language& a, const Language& b) noexcept { return a.image_ == b.image_; }
  friend bool operator<(const Language& a, const Language& b) noexcept { return a.image_ < b.image_; }

  /// A language by a name that people type: "python", "py", "python3", "python3.12", "python3.13", "javascript", "js",
  /// "typescript", "ts". Nothing for others.
  static std::optional<Language> FromName(std::string_view name);
  /// A language by a file's suffix: .py, .js, .mjs, .cjs, .ts, .mts, .cts. Nothing for others.
  static std::optional<Language> FromFileName(std::string_view file_name);

 private:
  friend Language Python();
  friend Language Python(std::string_view version);
  friend Language JavaScript();
  friend Language TypeScript();
  explicit Language(std::string name, std::string version = {})
      : name_(std::move(name)),
        version_(std::move(version)),
        image_(version_.empty() ? name_ : name_ + "-" + version_) {}

  std::string name_;
  std::string version_;
  std::string image_;
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
