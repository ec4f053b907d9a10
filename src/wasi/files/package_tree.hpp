// /packages as a part of a guest's tree.
#pragma once

#include <memory>

#include "wasi/files/file_system.hpp"
#include "wasi/packages/package_view.hpp"

namespace goru::wasi {

/// The files of a view, which nobody changes. The view outlives the tree and its files.
std::shared_ptr<FileSystem> PackageTree(PackageView& view);

}  // namespace goru::wasi
