// Pancake flips over all permutations: small arrays.
function fannkuch(n) {
  const permutation = Array.from({ length: n }, (_, i) => i);
  const count = new Array(n).fill(0);
  let most = 0, checksum = 0, turns = 0, r = n;
  for (;;) {
    for (; r !== 1; r--) count[r - 1] = r;
    if (permutation[0] !== 0) {
      const work = permutation.slice();
      let flips = 0;
      for (let first = work[0]; first !== 0; first = work[0]) {
        for (let i = 0, j = first; i < j; i++, j--) {
          const t = work[i];
          work[i] = work[j];
          work[j] = t;
        }
        flips++;
      }
      if (flips > most) most = flips;
      checksum += turns % 2 === 0 ? flips : -flips;
    }
    for (;;) {
      if (r === n) return [checksum, most];
      const first = permutation[0];
      for (let i = 0; i < r; i++) permutation[i] = permutation[i + 1];
      permutation[r] = first;
      if (--count[r] > 0) break;
      r++;
    }
    turns++;
  }
}

console.log(fannkuch(8).join(" "));
