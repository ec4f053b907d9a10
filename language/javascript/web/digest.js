// crypto.subtle (Web Cryptography API): digest; the rest says what to use.
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';

const HASHES = { __proto__: null, 'SHA-1': sha1, 'SHA-256': sha256, 'SHA-384': sha384, 'SHA-512': sha512 };

function bytesOf(data) {
  if (data instanceof ArrayBuffer) return new Uint8Array(data.slice(0));
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  throw new TypeError('the data of crypto.subtle.digest must be an ArrayBuffer or a view of one; new TextEncoder().encode(text) makes one');
}

export class SubtleCrypto {
  constructor() { throw new TypeError('Illegal constructor'); }
  async digest(algorithm, data) {
    const name = String(typeof algorithm === 'object' && algorithm !== null ? algorithm.name : algorithm).toUpperCase();
    const hash = HASHES[name];
    if (!hash) throw new DOMException(`crypto.subtle.digest knows ${Object.keys(HASHES).join(', ')}, not ${name}`, 'NotSupportedError');
    const result = hash(bytesOf(data));
    return result.buffer.slice(result.byteOffset, result.byteOffset + result.byteLength);
  }
}
for (const name of ['encrypt', 'decrypt', 'sign', 'verify', 'generateKey', 'deriveKey', 'deriveBits', 'importKey', 'exportKey', 'wrapKey', 'unwrapKey']) {
  Object.defineProperty(SubtleCrypto.prototype, name, {
    async value() {
      throw new DOMException(`crypto.subtle.${name} is not there: of crypto.subtle the sandbox has digest; bundle a library such as @noble/ciphers or @noble/curves`, 'NotSupportedError');
    },
    writable: true, configurable: true,
  });
}
export const subtle = Object.create(SubtleCrypto.prototype);
