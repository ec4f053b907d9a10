// What is said of names that programs written for browsers or for Node.js expect.
#pragma once

// What there is in the place of a global that is not defined; NULL: nothing is known of it.
const char *hint_for_name(const char *name);
