import { applyPatches, current, enableMapSet, enablePatches, freeze, original, produce, produceWithPatches } from 'immer';

enablePatches();
enableMapSet();
const base = freeze({ todos: [{ text: 'a', done: false }, { text: 'b', done: true }], seen: new Map([['x', 1]]), tags: new Set(['p']) }, true);
const [next, patches, inverse] = produceWithPatches(base, (draft) => {
  draft.todos[0].done = true;
  draft.todos.push({ text: 'c', done: false });
  draft.seen.set('y', 2);
  draft.tags.add('q');
  console.log(original(draft.todos)?.length, current(draft.todos).length);
});
console.log(JSON.stringify(patches), JSON.stringify(inverse));
console.log(next.todos[1] === base.todos[1], next.todos === base.todos, Object.isFrozen(next.todos), next.seen.size, base.seen.size, [...next.tags].join());
console.log(JSON.stringify(applyPatches(next, inverse)) === JSON.stringify(base));
try { next.todos.push(1); } catch (error) { console.log(error.name); }
console.log(produce({ a: { b: 1 } }, (draft) => { draft.a.b++; }).a.b);
