// os: a machine with one processor, and nothing else to tell of.
'use strict';
module.exports = {
  EOL: '\n',
  devNull: '/dev/null',
  arch: () => 'wasm32',
  availableParallelism: () => 1,
  constants: { signals: {}, errno: {} },
  cpus: () => [{ model: 'sandbox', speed: 0, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } }],
  endianness: () => 'LE',
  freemem: () => 0,
  homedir: () => '/home',
  hostname: () => 'sandbox',
  loadavg: () => [0, 0, 0],
  networkInterfaces: () => ({}),
  platform: () => 'linux',
  release: () => '',
  tmpdir: () => '/tmp',
  totalmem: () => goru.native.memoryBytes(),
  type: () => 'Linux',
  uptime: () => performance.now() / 1000,
  userInfo: () => ({ uid: 0, gid: 0, username: 'sandbox', homedir: '/home', shell: null }),
  version: () => '',
};
