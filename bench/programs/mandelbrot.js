// Points that stay: floating point in local variables.
function inside(cr, ci, limit) {
  let zr = 0, zi = 0;
  for (let i = 0; i < limit; i++) {
    const r = zr * zr - zi * zi + cr;
    zi = 2 * zr * zi + ci;
    zr = r;
    if (zr * zr + zi * zi > 4) return false;
  }
  return true;
}

const size = 200;
let count = 0;
for (let y = 0; y < size; y++) {
  for (let x = 0; x < size; x++) {
    if (inside((2 * x) / size - 1.5, (2 * y) / size - 1, 60)) count++;
  }
}
console.log(count);
