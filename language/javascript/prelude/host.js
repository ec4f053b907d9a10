// The part of the host interface that is JavaScript; call, asyncCall and time_now are C functions of the shim.
const { promiseResolve, promiseThen, defineProperty, push, join, indexOf, substring, padEnd, Promise, Error } = shared.primordials;

// What a host function's error is when its type names no standard class; `name` is the type the host sent.
class HostError extends Error {}
defineProperty(HostError.prototype, 'name', { __proto__: null, value: 'HostError', writable: true, configurable: true });
shared.hostErrorProto = HostError.prototype;
shared.global('HostError', HostError);

// A value's type in words, for messages.
shared.typeName = (value) => {
  if (value === null || value === undefined) return `${value}`;
  if (typeof value !== 'object') return `a ${typeof value}`;
  return native.kind(value) === shared.kinds.ARRAY ? 'an array' : 'an object';
};

// Promise.all over its arguments or over one array of them.
shared.global('runAsync', function runAsync(...promises) {
  const list = promises.length === 1 && native.kind(promises[0]) === shared.kinds.ARRAY ? promises[0] : promises;
  return new Promise((resolve, reject) => {
    const results = [];
    let missing = list.length;
    if (missing === 0) resolve(results);
    for (let i = 0; i < list.length; i++) {
      results[i] = undefined;
      promiseThen(promiseResolve(list[i]), (value) => {
        results[i] = value;
        if (--missing === 0) resolve(results);
      }, reject);
    }
  });
});

// ---- what the session may call ----

// The host functions, sorted by name, with their members in the order in which people read them.
function functions() {
  const found = native.ask('goru:functions.list');
  const list = [];
  for (let i = 0; i < found.length; i++) {
    const { name, description, parameters } = found[i];
    const entry = { name, description, parameters: parameters === null ? null : [] };
    for (let j = 0; parameters !== null && j < parameters.length; j++) {
      const { name, type, description, required } = parameters[j];
      const parameter = { name, type, description, required };
      if (shared.primordials.hasOwn(parameters[j], 'default')) parameter.default = parameters[j].default;
      push(entry.parameters, parameter);
    }
    push(list, entry);
  }
  return list;
}

function shownParameter({ name, type, required, ...rest }) {
  let text = name + (required ? ': ' : '?: ') + type;
  if (shared.primordials.hasOwn(rest, 'default')) text += ' = ' + shared.inspect(rest.default);
  return text;
}

// The lines of a text, each behind four spaces.
function indented(text) {
  let result = '';
  for (let start = 0; start < text.length;) {
    const end = indexOf(text, '\n', start);
    const line = end < 0 ? substring(text, start) : substring(text, start, end);
    result += line === '' ? '\n' : '\n    ' + line;
    start = end < 0 ? text.length : end + 1;
  }
  return result;
}

function shownFunction({ name, description, parameters }) {
  const parts = [];
  let width = 0;
  for (let i = 0; parameters !== null && i < parameters.length; i++) {
    push(parts, shownParameter(parameters[i]));
    if (parameters[i].description !== '' && parameters[i].name.length > width) width = parameters[i].name.length;
  }
  const taken = parameters === null ? '...' : parts.length === 0 ? '' : '{' + join(parts, ', ') + '}';
  let text = name + '(' + taken + ')' + indented(description);
  if (width > 0) text += '\n';
  for (let i = 0; width > 0 && i < parameters.length; i++) {
    if (parameters[i].description !== '') text += indented(padEnd(parameters[i].name, width) + '  ' + parameters[i].description);
  }
  return text;
}

function help() {
  const list = functions();
  let text = 'Host functions, for call(name, {argument: value}) and await asyncCall(name, {argument: value}):\n';
  if (list.length === 0) text = 'This sandbox has no host functions; the host registers them with Registry::Add.\n';
  for (let i = 0; i < list.length; i++) text += '\n' + shownFunction(list[i]) + '\n';
  native.write(1, text);
}

const member = (name, value) => defineProperty(globalThis.call, name, { __proto__: null, value, writable: true, configurable: true });
member('functions', functions);
member('help', help);
