import { chunk, cloneDeep, countBy, debounce, get, groupBy, isEqual, merge, orderBy, set, template, words, zipObject } from 'lodash-es';

const people = [
  { name: 'Ada', team: 'x', age: 36 }, { name: 'Grace', team: 'y', age: 85 },
  { name: 'Edsger', team: 'x', age: 72 }, { name: 'Barbara', team: 'y', age: 36 },
];
console.log(JSON.stringify(groupBy(people, 'team')));
console.log(JSON.stringify(orderBy(people, ['age', 'name'], ['desc', 'asc']).map((p) => p.name)));
console.log(JSON.stringify(countBy(people, (p) => p.age > 50)));
console.log(JSON.stringify(chunk([1, 2, 3, 4, 5], 2)), words('fooBar baz-quux').join());
const deep = { a: [{ b: { c: new Map([[1, new Set([2])]]) } }], when: new Date(0), re: /x/g };
const copy = cloneDeep(deep);
console.log(isEqual(deep, copy), copy.a[0].b.c !== deep.a[0].b.c, get(copy, 'a[0].b.none', 'absent'));
console.log(JSON.stringify(merge({ a: { b: 1 } }, { a: { c: [1, 2] } }, { a: { c: [3] } })));
console.log(JSON.stringify(set({}, 'x.y[1].z', 5)), JSON.stringify(zipObject(['p', 'q'], [1, 2])));
console.log(template('Hello <%= name %>, <% for (const n of list) { %>[<%- n %>]<% } %>')({ name: 'Ada', list: ['<', 2] }));
console.log(typeof debounce);
