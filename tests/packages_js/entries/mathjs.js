import { all, create } from 'mathjs';

const math = create(all);
console.log(math.format(math.evaluate('sqrt(2) ^ 2 + 3 cm to mm'.replace('3 cm to mm', '1')), { precision: 12 }));
console.log(math.evaluate('12.7 cm to inch').toString(), math.evaluate('det([-1, 2; 3, 1])'), math.evaluate('9 / 3 + 2i').toString());
console.log(math.derivative('x^2 * sin(x)', 'x').toString(), '|', math.simplify('2x + 3x + x^2 - x^2').toString());
console.log(math.format(math.inv(math.matrix([[4, 7], [2, 6]])), { precision: 6 }));
const big = create(all, { number: 'BigNumber', precision: 40 });
console.log(big.evaluate('1 / 7').toString(), math.fraction('0.125').toFraction());
console.log(math.evaluate(['f(x, y) = x ^ y', 'f(2, 10)'])[1], math.mean([1, 2, 3, 4]), math.std([1, 2, 3, 4]).toFixed(6));
console.log(math.parse('a + b * c').compile().evaluate({ a: 1, b: 2, c: 3 }));
try { math.evaluate('2 +'); } catch (error) { console.log(error.name, error.message); }
