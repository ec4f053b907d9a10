#include "host/functions/functions_module.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "host/parameters.hpp"

namespace goru::host::functions {
namespace {

using nlohmann::json;
using Names = std::shared_ptr<const std::vector<std::string>>;

/// Those that the session may call. `names` null: all.
json List(const Registry& registry, const Names& names) {
  const std::set<std::string_view> enabled =
      names ? std::set<std::string_view>(names->begin(), names->end()) : std::set<std::string_view>();
  json list = json::array();
  for (const auto& [name, entry] : registry.entries()) {
    if (name.starts_with(kReservedPrefix)) continue;
    if (names && !enabled.contains(name)) continue;
    list.push_back(Describe(name, entry));
  }
  return list;
}

class FunctionsModule final : public Module {
 public:
  FunctionsModule(const std::shared_ptr<const Registry>& registry, const Names& names) {
    Module::registry().Add(
        "list",
        [registry, names](const CallContext&, const json&) {
          return registry ? List(*registry, names) : json::array();
        },
        Blocking::kNever);
  }
};

Expected<std::unique_ptr<Module>> Create(const ModuleSetup& setup) {
  return std::unique_ptr<Module>(std::make_unique<FunctionsModule>(setup.registry, setup.config.functions));
}

}  // namespace

constinit const ModuleKind module_kind = {
    .name = "functions", .shown = "the list of functions", .how = "", .create = Create};

}  // namespace goru::host::functions
