// Planets around a sun: floating point and objects.
const DAYS = 365.24;
const MASS = 4 * Math.PI * Math.PI;

function body(x, y, z, vx, vy, vz, mass) {
  return { x, y, z, vx: vx * DAYS, vy: vy * DAYS, vz: vz * DAYS, mass: mass * MASS };
}

function advance(bodies, dt, steps) {
  for (let step = 0; step < steps; step++) {
    for (let i = 0; i < bodies.length; i++) {
      const a = bodies[i];
      for (let j = i + 1; j < bodies.length; j++) {
        const b = bodies[j];
        const dx = a.x - b.x, dy = a.y - b.y, dz = a.z - b.z;
        const distance = dx * dx + dy * dy + dz * dz;
        const force = dt / (distance * Math.sqrt(distance));
        const fa = b.mass * force, fb = a.mass * force;
        a.vx -= dx * fa; a.vy -= dy * fa; a.vz -= dz * fa;
        b.vx += dx * fb; b.vy += dy * fb; b.vz += dz * fb;
      }
    }
    for (const b of bodies) {
      b.x += dt * b.vx; b.y += dt * b.vy; b.z += dt * b.vz;
    }
  }
}

function energy(bodies) {
  let total = 0;
  bodies.forEach((a, i) => {
    total += 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz);
    for (const b of bodies.slice(i + 1)) {
      total -= (a.mass * b.mass) / Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z);
    }
  });
  return total;
}

const bodies = [
  body(0, 0, 0, 0, 0, 0, 1),
  body(4.841431, -1.16032, -0.103622, 0.00166, 0.007699, -0.000069, 0.000955),
  body(8.343367, 4.124799, -0.403523, -0.002767, 0.004999, 0.000023, 0.000286),
  body(12.894369, -15.111151, -0.223308, 0.002965, 0.002378, -0.00003, 0.000044),
  body(15.379697, -25.919315, 0.179259, 0.002681, 0.001628, -0.000095, 0.000052),
];
advance(bodies, 0.01, 20000);
console.log(energy(bodies).toFixed(9));
