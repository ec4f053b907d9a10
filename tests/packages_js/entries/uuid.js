import { NIL, parse, stringify, v1, v3, v4, v5, v7, validate, version } from 'uuid';

console.log(v5('hello', v5.URL), v3('hello', v3.DNS), v5('höhe', v5.DNS));
const random = new Set(Array.from({ length: 1000 }, () => v4()));
console.log(random.size, [...random].every((id) => validate(id) && version(id) === 4));
const ordered = Array.from({ length: 100 }, () => v7());
console.log(ordered.every((id) => version(id) === 7), JSON.stringify([...ordered].sort()) === JSON.stringify(ordered));
console.log(version(v1()), validate('not one'), NIL);
console.log(stringify(parse('6ba7b810-9dad-11d1-80b4-00c04fd430c8')));
console.log(v4({ random: Uint8Array.of(0x10, 0x91, 0x56, 0xbe, 0xc4, 0xfb, 0xc1, 0xea, 0x71, 0xb4, 0xef, 0xe1, 0x67, 0x1c, 0x58, 0x36) }));
