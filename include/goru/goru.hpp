// All of goru.
#pragma once

#include "goru/config.hpp"    // IWYU pragma: export
#include "goru/engine.hpp"    // IWYU pragma: export
#include "goru/error.hpp"     // IWYU pragma: export
#include "goru/executor.hpp"  // IWYU pragma: export
#include "goru/files.hpp"     // IWYU pragma: export
#include "goru/fs.hpp"        // IWYU pragma: export
#include "goru/http.hpp"      // IWYU pragma: export
#include "goru/images.hpp"    // IWYU pragma: export
#include "goru/kv.hpp"        // IWYU pragma: export
#include "goru/language.hpp"  // IWYU pragma: export
#include "goru/limits.hpp"    // IWYU pragma: export
#include "goru/observer.hpp"  // IWYU pragma: export
#include "goru/options.hpp"
#include "goru/packages.hpp"  // IWYU pragma: export
#include "goru/registry.hpp"  // IWYU pragma: export
#include "goru/result.hpp"    // IWYU pragma: export
#include "goru/session.hpp"   // IWYU pragma: export
#include "goru/stats.hpp"     // IWYU pragma: export
#include "goru/version.hpp"   // IWYU pragma: export
