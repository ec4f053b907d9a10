// Methods of built-in types as functions, taken before programs run.
const uncurry = (method) => (value, ...rest) => Reflect.apply(method, value, rest);
const G = globalThis;

export const Number = Object.assign((value) => G.Number(value), { valueOf: uncurry(G.Number.prototype.valueOf), MAX_SAFE_INTEGER: 2 ** 53 - 1 });
export const BigInt = { valueOf: uncurry(G.BigInt.prototype.valueOf) };
export const Date = { getTime: uncurry(G.Date.prototype.getTime) };
