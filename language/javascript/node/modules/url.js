// url: the web's own, and what converts paths of files.
'use strict';
module.exports = {
  URL,
  URLSearchParams,
  fileURLToPath: (url) => decodeURIComponent(new URL(url).pathname),
  pathToFileURL: (path) => new URL(`file://${require('path').resolve(path).split('/').map(encodeURIComponent).join('/')}`),
  format: (url) => String(url),
  parse() {
    throw new Error('url.parse is not there in the sandbox; use new URL(url)');
  },
};
