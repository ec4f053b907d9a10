import { customAlphabet, customRandom, nanoid, urlAlphabet } from 'nanoid';

const ids = new Set(Array.from({ length: 2000 }, () => nanoid()));
console.log(ids.size, [...ids].every((id) => /^[\w-]{21}$/.test(id)), nanoid(8).length);
const hex = customAlphabet('0123456789abcdef', 12);
console.log(/^[0-9a-f]{12}$/.test(hex()), urlAlphabet.length);
let state = 7;
const fixed = customRandom('abcdef', 10, (size) => Uint8Array.from({ length: size }, () => (state = (state * 31 + 11) & 255)));
console.log(fixed(), fixed());
