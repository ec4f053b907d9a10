# Planets around a sun: floating point and attribute-free lists.
import math

DAYS = 365.24
MASS = 4 * math.pi * math.pi
BODIES = [
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, MASS],
    [4.841431, -1.160320, -0.103622, 0.001660 * DAYS, 0.007699 * DAYS, -0.000069 * DAYS, 0.000955 * MASS],
    [8.343367, 4.124799, -0.403523, -0.002767 * DAYS, 0.004999 * DAYS, 0.000023 * DAYS, 0.000286 * MASS],
    [12.894369, -15.111151, -0.223308, 0.002965 * DAYS, 0.002378 * DAYS, -0.000030 * DAYS, 0.000044 * MASS],
    [15.379697, -25.919315, 0.179259, 0.002681 * DAYS, 0.001628 * DAYS, -0.000095 * DAYS, 0.000052 * MASS],
]


def advance(bodies, dt, steps):
    for _ in range(steps):
        for i, a in enumerate(bodies):
            for b in bodies[i + 1 :]:
                dx, dy, dz = a[0] - b[0], a[1] - b[1], a[2] - b[2]
                distance = dx * dx + dy * dy + dz * dz
                force = dt / (distance * math.sqrt(distance))
                fa, fb = b[6] * force, a[6] * force
                a[3] -= dx * fa
                a[4] -= dy * fa
                a[5] -= dz * fa
                b[3] += dx * fb
                b[4] += dy * fb
                b[5] += dz * fb
        for body in bodies:
            body[0] += dt * body[3]
            body[1] += dt * body[4]
            body[2] += dt * body[5]


def energy(bodies):
    total = 0.0
    for i, a in enumerate(bodies):
        total += 0.5 * a[6] * (a[3] * a[3] + a[4] * a[4] + a[5] * a[5])
        for b in bodies[i + 1 :]:
            total -= a[6] * b[6] / math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2)
    return total


bodies = [list(body) for body in BODIES]
advance(bodies, 0.01, 8000)
print(f"{energy(bodies):.9f}")
