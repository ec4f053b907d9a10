import Ajv from 'ajv';

const ajv = new Ajv({ allErrors: true });
const validate = ajv.compile({
  type: 'object',
  properties: {
    id: { type: 'integer', minimum: 1 },
    name: { type: 'string', pattern: '^[A-Z]' },
    tags: { type: 'array', items: { type: 'string' }, uniqueItems: true },
    parent: { $ref: '#/definitions/ref' },
  },
  required: ['id', 'name'],
  additionalProperties: false,
  definitions: { ref: { anyOf: [{ type: 'null' }, { type: 'object', required: ['id'] }] } },
});
console.log(validate({ id: 3, name: 'Ada', tags: ['a', 'b'], parent: null }));
console.log(validate({ id: 0, name: 'ada', tags: ['a', 'a'], parent: 3, extra: 1 }));
console.log(validate.errors.map((e) => `${e.instancePath} ${e.message}`).sort().join('\n'));
ajv.addKeyword({ keyword: 'even', type: 'number', compile: (wanted) => (data) => (data % 2 === 0) === wanted });
console.log([1, 2].map(ajv.compile({ type: 'number', even: true })).join());
