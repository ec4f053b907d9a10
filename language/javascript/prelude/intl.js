// Intl, and the methods that depend on it. Their code is loaded when a program first uses one of them.
const P = shared.primordials;
const { defineProperty, String, TypeError } = P;

let loaded;
function intl() {
  if (!loaded) {
    const box = { __proto__: null };
    native.intlCode()(native, box);
    loaded = box.intl;
  }
  return loaded;
}

defineProperty(globalThis, 'Intl', {
  __proto__: null,
  get() {
    const { Intl } = intl();
    shared.global('Intl', Intl);
    return Intl;
  },
  set(value) {
    shared.global('Intl', value);
  },
  enumerable: false,
  configurable: true,
});

const install = (prototype, methods) => {
  const names = P.keys(methods);
  for (let i = 0; i < names.length; i++) {
    const value = methods[names[i]];
    defineProperty(prototype, names[i], { __proto__: null, value, writable: true, enumerable: false, configurable: true });
  }
};
// The methods take two arguments, and their length is 0.
install(Number.prototype, {
  toLocaleString(...rest) {
    const value = P.numberValue(this);
    return intl().formatNumber(value, rest[0], rest[1]);
  },
});
install(BigInt.prototype, {
  toLocaleString(...rest) {
    const value = P.bigintValue(this);
    return intl().formatNumber(value, rest[0], rest[1]);
  },
});
install(Date.prototype, {
  toLocaleString(...rest) {
    const value = P.dateValue(this);
    return intl().formatDate(value, rest[0], rest[1], 'any', 'all');
  },
  toLocaleDateString(...rest) {
    const value = P.dateValue(this);
    return intl().formatDate(value, rest[0], rest[1], 'date', 'date');
  },
  toLocaleTimeString(...rest) {
    const value = P.dateValue(this);
    return intl().formatDate(value, rest[0], rest[1], 'time', 'time');
  },
});

const textOf = (value, method) => {
  if (value === undefined || value === null) throw new TypeError(`String.prototype.${method} called on null or undefined`);
  return `${value}`;
};
install(String.prototype, {
  toLocaleLowerCase(...rest) {
    const text = textOf(this, 'toLocaleLowerCase');
    return rest[0] === undefined ? P.toLowerCase(text) : intl().lower(text, rest[0]);
  },
  toLocaleUpperCase(...rest) {
    const text = textOf(this, 'toLocaleUpperCase');
    return rest[0] === undefined ? P.toUpperCase(text) : intl().upper(text, rest[0]);
  },
});

// Items joined by commas; an array within itself shows as nothing, as in join.
const within = [];
function joined(list, length, locales, options) {
  for (let i = 0; i < within.length; i++) if (within[i] === list) return '';
  P.push(within, list);
  try {
    let text = '';
    for (let i = 0; i < length; i++) {
      if (i > 0) text += ',';
      const item = list[i];
      if (item !== undefined && item !== null) text += String(item.toLocaleString(locales, options));
    }
    return text;
  } finally {
    P.pop(within);
  }
}
install(Array.prototype, {
  toLocaleString(...rest) {
    if (this === undefined || this === null) throw new TypeError('Array.prototype.toLocaleString called on null or undefined');
    const list = P.Object(this);
    const length = +list.length;
    return joined(list, length > 0 ? P.min(P.floor(length), 2 ** 53 - 1) : 0, rest[0], rest[1]);
  },
});
install(P.typedArray, {
  toLocaleString(...rest) {
    return joined(this, P.typedArrayLength(this), rest[0], rest[1]);
  },
});
