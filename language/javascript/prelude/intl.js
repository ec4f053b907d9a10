// Intl, and the methods that depend on it. Their code is loaded when a program first uses one of them.
const P = shared.primordials;
const { defineProperty, String, TypeError } = P;

let loaded;
function intl() {
  if (!loaded) {
    const box = { __proto__: null };
    native.lateCode('intl')(native, box);
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

const textOf = (value, method) => {
  if (value === undefined || value === null) throw new TypeError(`String.prototype.${method} called on null or undefined`);
  return `${value}`;
};

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

// The methods by the numbers of EngineLocaleMethod in shim/engine.h. One function, since each costs every program memory.
shared.localeMethod = (self, method, first, second, third) => {
  switch (method) {
    case 0: return intl().formatNumber(P.numberValue(self), first, second);
    case 1: return intl().formatNumber(P.bigintValue(self), first, second);
    case 2: return intl().formatDate(P.dateValue(self), first, second, 'any', 'all');
    case 3: return intl().formatDate(P.dateValue(self), first, second, 'date', 'date');
    case 4: return intl().formatDate(P.dateValue(self), first, second, 'time', 'time');
    case 5: return intl().lower(textOf(self, 'toLocaleLowerCase'), first);
    case 6: return intl().upper(textOf(self, 'toLocaleUpperCase'), first);
    case 7: return intl().compare(textOf(self, 'localeCompare'), `${first}`, second, third);
    case 8: {
      if (self === undefined || self === null) throw new TypeError('Array.prototype.toLocaleString called on null or undefined');
      const list = P.Object(self);
      const length = +list.length;
      return joined(list, length > 0 ? P.min(P.floor(length), 2 ** 53 - 1) : 0, first, second);
    }
    case 10: return intl().zoneName(self);
    default: return joined(self, P.typedArrayLength(self), first, second);
  }
};
