// module: the names of all that is here.
'use strict';
module.exports = { builtinModules: goru.names(), isBuiltin: (name) => goru.names().includes(name.replace(/^node:/, '')), createRequire: () => globalThis.require };
