// What the packages of an image are.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "packages/provided.hpp"
#include "wasi/packages/package_layer.hpp"

namespace goru::internal {

/// The distributions whose metadata lies at the top of these layers, sorted by name; where two have the same name, the
/// first one's. Packages without metadata are nobody's.
std::vector<packages::Provided> ProvidedBy(std::span<const std::shared_ptr<const wasi::PackageLayer>> layers);
/// Of one layer; none where it is null.
std::vector<packages::Provided> ProvidedBy(const std::shared_ptr<const wasi::PackageLayer>& layer);

}  // namespace goru::internal
