// The page that is shown at the server's root.
#pragma once

#include "server/router.hpp"

namespace goru::server {

/// GET / and the files that the page is made of. They are part of the program, and the page loads nothing from
/// anywhere else.
void AddPlayground(Router& router);

}  // namespace goru::server
