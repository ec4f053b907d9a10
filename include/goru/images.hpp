// The images that sandboxes start from: which there are, and what they bring.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "goru/error.hpp"

namespace goru {

/// A package that an image holds, as its metadata names it. Installing takes it as present and leaves it as it is.
struct ProvidedPackage {
  /// As PEP 503 writes it: "python-dateutil".
  std::string name;
  std::string version;

  friend bool operator==(const ProvidedPackage&, const ProvidedPackage&) = default;
};

/// What an image says of itself.
struct ImageDescription {
  /// What WithImage calls it: the name of one that goru comes with, else the path that was asked for.
  std::string name;
  std::string path;
  /// "python", and which of its runtimes where there are several: "3.13".
  std::string language;
  std::string version;
  /// For people: "CPython 3.13.5".
  std::string runtime;
  /// Of the file.
  uint64_t bytes = 0;
  /// Sorted by name.
  std::vector<ProvidedPackage> provides;
  /// Why it cannot be used, such as that it is of another version of goru; empty: it can. Then the rest is not known.
  std::string problem;
};

/// Describes an image that is given by name or path, as WithImage takes it; `image_directory` as WithImageDirectory
/// takes it. kUnavailable: there is none, or it cannot be used.
Expected<ImageDescription> DescribeImage(const std::string& image, const std::string& image_directory = {});

/// The images that can be named, sorted by name: all of `image_directory`, or of the places that are looked at where it
/// is empty. Their files are not read as a whole, and nothing is compiled.
std::vector<ImageDescription> ListImages(const std::string& image_directory = {});

}  // namespace goru
