// What the server offers, as OpenAPI 3.1 describes it.
#pragma once

#include <string>

namespace goru::server {

/// The description as JSON text. Lives as long as the process.
const std::string& OpenApiText();

}  // namespace goru::server
