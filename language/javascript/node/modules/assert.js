// assert. The port on npm needs thirty packages to run in engines of 2009.
'use strict';
class AssertionError extends Error {
  constructor({ message, actual, expected, operator }) {
    super(message);
    Object.assign(this, { code: 'ERR_ASSERTION', actual, expected, operator, generatedMessage: false });
  }
  get name() { return 'AssertionError'; }
}

const show = (value) => goru.shared.inspect(value);

function fail(actual, expected, message, operator, text) {
  if (message instanceof Error) throw message;
  throw new AssertionError({ message: message ?? text, actual, expected, operator });
}

function sameDeep(a, b, strict, seen = new Map()) {
  if (strict ? Object.is(a, b) : a == b || (a !== a && b !== b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (strict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (seen.get(a) === b) return true;
  seen.set(a, b);
  if (a instanceof Date && b instanceof Date && a.getTime() !== b.getTime()) return false;
  if (a instanceof RegExp && b instanceof RegExp && String(a) !== String(b)) return false;
  if (a instanceof Error && b instanceof Error && (a.message !== b.message || a.name !== b.name)) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (a instanceof Map && b instanceof Map) {
    if (a.size !== b.size) return false;
    for (const [key, value] of a) if (!b.has(key) || !sameDeep(value, b.get(key), strict, seen)) return false;
  }
  if (a instanceof Set && b instanceof Set) {
    if (a.size !== b.size) return false;
    for (const value of a) if (!b.has(value) && ![...b].some((other) => sameDeep(value, other, strict, seen))) return false;
  }
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && sameDeep(a[key], b[key], strict, seen));
}

function matches(error, expected) {
  if (expected === undefined) return true;
  if (expected instanceof RegExp) return expected.test(String(error));
  if (typeof expected === 'function') {
    if (expected.prototype !== undefined && error instanceof expected) return true;
    if (Error.isPrototypeOf(expected) || expected === Error) return false;
    return expected.call({}, error) === true;
  }
  return Object.keys(expected).every((key) =>
    expected[key] instanceof RegExp && typeof error[key] === 'string' ? expected[key].test(error[key]) : sameDeep(error[key], expected[key], true));
}

function assert(value, message) {
  if (!value) fail(value, true, message, '==', 'The expression evaluated to a falsy value');
}

function checkThrown(error, expected, message) {
  if (typeof expected === 'string') return;
  if (!matches(error, expected)) {
    if (message === undefined) throw error;
    fail(error, expected, message, 'throws', '');
  }
}

const compare = (name, same, text) => (actual, expected, message) => {
  if (!same(actual, expected)) fail(actual, expected, message, name, `${text}\n\n${show(actual)} !== ${show(expected)}\n`);
};

Object.assign(assert, {
  AssertionError,
  sameDeep,
  ok: assert,
  equal: compare('==', (a, b) => a == b || (a !== a && b !== b), 'Expected values to be loosely equal:'),
  notEqual: compare('!=', (a, b) => a != b, 'Expected "actual" to be loosely unequal to:'),
  strictEqual: compare('strictEqual', Object.is, 'Expected values to be strictly equal:'),
  notStrictEqual: compare('notStrictEqual', (a, b) => !Object.is(a, b), 'Expected "actual" to be strictly unequal to:'),
  deepEqual: compare('deepEqual', (a, b) => sameDeep(a, b, false), 'Expected values to be loosely deep-equal:'),
  deepStrictEqual: compare('deepStrictEqual', (a, b) => sameDeep(a, b, true), 'Expected values to be strictly deep-equal:'),
  notDeepEqual: compare('notDeepEqual', (a, b) => !sameDeep(a, b, false), 'Expected "actual" not to be loosely deep-equal to:'),
  notDeepStrictEqual: compare('notDeepStrictEqual', (a, b) => !sameDeep(a, b, true), 'Expected "actual" not to be strictly deep-equal to:'),
  match(text, pattern, message) {
    if (!pattern.test(text)) fail(text, pattern, message, 'match', `The input did not match the regular expression ${pattern}. Input:\n\n${show(text)}\n`);
  },
  doesNotMatch(text, pattern, message) {
    if (pattern.test(text)) fail(text, pattern, message, 'doesNotMatch', `The input was expected to not match the regular expression ${pattern}. Input:\n\n${show(text)}\n`);
  },
  fail(message) {
    fail(undefined, undefined, message, 'fail', 'Failed');
  },
  ifError(value) {
    if (value !== null && value !== undefined) throw value;
  },
  throws(work, expected, message) {
    let thrown;
    try {
      work();
    } catch (error) {
      thrown = { error };
    }
    if (thrown === undefined) fail(undefined, expected, typeof expected === 'string' ? expected : message, 'throws', 'Missing expected exception.');
    checkThrown(thrown.error, expected, message);
  },
  doesNotThrow(work) {
    work();
  },
  async rejects(work, expected, message) {
    let thrown;
    try {
      await (typeof work === 'function' ? work() : work);
    } catch (error) {
      thrown = { error };
    }
    if (thrown === undefined) fail(undefined, expected, typeof expected === 'string' ? expected : message, 'rejects', 'Missing expected rejection.');
    checkThrown(thrown.error, expected, message);
  },
  async doesNotReject(work) {
    await (typeof work === 'function' ? work() : work);
  },
});
assert.strict = Object.assign((value, message) => assert(value, message), assert, {
  equal: assert.strictEqual, notEqual: assert.notStrictEqual, deepEqual: assert.deepStrictEqual, notDeepEqual: assert.notDeepStrictEqual,
});
assert.strict.strict = assert.strict;
module.exports = assert;
