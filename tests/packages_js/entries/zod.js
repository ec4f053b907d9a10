import { z } from 'zod';

const User = z.object({
  id: z.number().int().positive(),
  name: z.string().min(2).transform((text) => text.trim()),
  email: z.email(),
  tags: z.array(z.string()).default([]),
  kind: z.discriminatedUnion('type', [
    z.object({ type: z.literal('admin'), level: z.number() }),
    z.object({ type: z.literal('guest') }),
  ]),
  born: z.coerce.date().optional(),
});

console.log(JSON.stringify(User.parse({ id: 1, name: ' Ada ', email: 'ada@example.com', kind: { type: 'guest' }, born: '1815-12-10' })));
const bad = User.safeParse({ id: -1, name: 'x', email: 'nobody', kind: { type: 'robot' } });
console.log(bad.success, JSON.stringify(bad.error.issues, null, 1));
console.log(JSON.stringify(z.toJSONSchema(z.object({ a: z.string(), b: z.number().optional() }))));
const later = z.string().refine(async (text) => text.length > 3, 'too short');
(async () => {
  console.log(JSON.stringify(await later.safeParseAsync('abc')), await later.parseAsync('abcd'));
})();
