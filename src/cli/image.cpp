#include "image.hpp"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "exit_code.hpp"
#include "flags.hpp"
#include "goru/images.hpp"
#include "goru/packages.hpp"
#include "help.hpp"
#include "output.hpp"
#include "subcommand.hpp"

namespace goru::cli {
namespace {

std::string Mebibytes(uint64_t bytes) {
  constexpr uint64_t kMiB = uint64_t{1} << 20;
  return std::to_string((bytes + kMiB / 2) / kMiB) + " MiB";
}

/// "python-3.13: python, CPython 3.13.5, 44 MiB; provides numpy 2.3.5".
std::string LineOf(const goru::ImageDescription& image) {
  if (!image.problem.empty()) return image.name + ": " + image.problem + "\n";
  std::string text = image.name + ": " + image.language + ", " + image.runtime + ", " + Mebibytes(image.bytes);
  const char* separator = "; provides ";
  for (const ProvidedPackage& package : image.provides) {
    text.append(separator).append(package.name).append(" ").append(package.version);
    separator = ", ";
  }
  return text + "\n";
}

nlohmann::json ToJson(const goru::ImageDescription& image) {
  nlohmann::json object = {{"name", image.name}, {"path", image.path}};
  if (!image.problem.empty()) {
    object["problem"] = image.problem;
    return object;
  }
  nlohmann::json provides = nlohmann::json::object();
  for (const ProvidedPackage& package : image.provides) provides[package.name] = package.version;
  object.update({{"language", image.language},
                 {"version", image.version},
                 {"runtime", image.runtime},
                 {"bytes", image.bytes},
                 {"provides", std::move(provides)}});
  return object;
}

std::vector<std::string> SplitAtCommas(const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  for (std::string_view rest : texts) {
    while (!rest.empty()) {
      const size_t comma = std::min(rest.find(','), rest.size());
      if (comma > 0) out.emplace_back(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return out;
}

int List(const std::string& directory, bool as_json) {
  const std::vector<goru::ImageDescription> images = ListImages(directory);
  std::string text;
  if (as_json) {
    nlohmann::json list = nlohmann::json::array();
    for (const goru::ImageDescription& image : images) list.push_back(ToJson(image));
    text = list.dump(2) + "\n";
  } else {
    for (const goru::ImageDescription& image : images) text += LineOf(image);
    if (images.empty()) text = "no images were found\n";
  }
  WriteAll(STDOUT_FILENO, text);
  return kOk;
}

}  // namespace

int ImageCommand(const std::vector<std::string>& arguments) {
  ImageBuildOptions options;
  std::vector<std::string> commands;
  std::vector<std::string> imports;
  bool help = false;
  Flags flags(ImageDescription);
  bool as_json = false;
  flags.Arguments("COMMAND", commands);
  flags.Value("-l,--lang,--language",
              [&options](const std::string& text, const std::string&) { options.language = PythonNamed(text); });
  flags.Value("--image", options.image);
  flags.Values("--packages", options.packages);
  flags.Values("--import", imports);
  flags.Value("-o,--output", options.output);
  flags.Value("--image-dir", options.image_directory);
  flags.Switch("--json", as_json);
  flags.Switch("-h,--help", help);
  flags.Parse(arguments);
  flags.TakeAll();
  if (help || commands.empty()) {
    WriteAll(STDOUT_FILENO, HelpText(ImageDescription()));
    return kOk;
  }
  if (commands == std::vector<std::string>{"list"}) return List(options.image_directory, as_json);
  if (commands != std::vector<std::string>{"build"}) throw UsageError{"goru image knows 'list' and 'build'"};
  options.imports = SplitAtCommas(imports);
  if (options.imports.empty()) throw UsageError{"goru image build needs --import MODULE"};
  if (options.output.empty()) throw UsageError{"goru image build needs -o FILE"};
  const auto built = BuildPythonImage(options);
  return built ? static_cast<int>(kOk) : Fail(built.error());
}

Command ImageDescription() {
  Command out;
  out.name = "image";
  out.summary = "sandboxes that start with modules already imported";
  out.about = "goru image makes sandboxes that start with modules already imported: goru run --image FILE.";
  out.usage = {
      {"goru image list [--image-dir DIR] [--json]"},
      {"goru image build --lang python [--image IMAGE] [--packages DIR]... --import MODULE[,MODULE...] -o FILE"}};
  out.examples = {
      {"goru image list"},
      {"goru deps install pydantic jinja2"},
      {"goru image build --lang python --packages .goru/python/packages --import pydantic,jinja2 -o app.img"},
      {"goru run --image app.img app.py"},
  };
  out.subcommands = {{"list", "say which images there are, and what they provide"},
                     {"build", "import modules and write the image"}};
  out.sections.push_back(
      {"flags",
       {
           {"-l,--lang,--language", "LANG", "the Python to start from: python, python3.12, python3.13", false,
            LanguageWords(true)},
           {"--image", "IMAGE",
            "an image of that Python to start from and to keep all of: the name of one that goru comes with (data), or "
            "a file"},
           {"--packages", "DIR", "a directory of packages; all of it goes into the image. May be repeated", true},
           {"--import", "MODULES", "what to import, with commas between; may be repeated", true},
           {"-o,--output", "FILE", "the image to write"},
           {"--image-dir", "DIR", "where the language images are"},
           {"--json", "", "the list as JSON, with paths"},
           {"-h,--help", "", "this text"},
       }});
  out.notes = {
      "The list has the images that --image takes by name, and the packages that each provides. goru deps and "
      "install_pkg "
      "take those as present where they work for that image.",
      "The image holds the packages, so that nothing else has to be there later. It is trusted as goru itself is: keep "
      "it where "
      "only its owner can write.",
  };
  return out;
}

}  // namespace goru::cli
