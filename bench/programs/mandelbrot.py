# Points that stay: complex numbers.
def inside(c, limit):
    z = 0j
    for _ in range(limit):
        z = z * z + c
        if z.real * z.real + z.imag * z.imag > 4:
            return False
    return True


size = 100
print(sum(inside(complex(2.0 * x / size - 1.5, 2.0 * y / size - 1.0), 60) for y in range(size) for x in range(size)))
