// The norm of an infinite matrix: floating point in nested loops and typed arrays.
const a = (i, j) => 1 / (((i + j) * (i + j + 1)) / 2 + i + 1);

function times(v, transposed) {
  const out = new Float64Array(v.length);
  for (let i = 0; i < v.length; i++) {
    let sum = 0;
    for (let j = 0; j < v.length; j++) sum += (transposed ? a(j, i) : a(i, j)) * v[j];
    out[i] = sum;
  }
  return out;
}

function norm(n) {
  let u = new Float64Array(n).fill(1), v;
  for (let i = 0; i < 6; i++) {
    v = times(times(u, false), true);
    u = times(times(v, false), true);
  }
  let uv = 0, vv = 0;
  for (let i = 0; i < n; i++) {
    uv += u[i] * v[i];
    vv += v[i] * v[i];
  }
  return Math.sqrt(uv / vv);
}

console.log(norm(120).toFixed(9));
