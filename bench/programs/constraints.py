# A network of one-way constraints that is planned and re-run: graphs of small objects. In the manner of "deltablue".
class Variable:
    __slots__ = ("value", "setter", "users", "mark")

    def __init__(self, value):
        self.value = value
        self.setter = None
        self.users = []
        self.mark = 0


class Constraint:
    __slots__ = ("inputs", "output", "strength")

    def __init__(self, strength, output, *inputs):
        self.strength = strength
        self.output = output
        self.inputs = inputs
        for variable in inputs:
            variable.users.append(self)

    def satisfy(self):
        other = self.output.setter
        if other is None or other.strength <= self.strength:
            self.output.setter = self


class Copy(Constraint):
    __slots__ = ()

    def execute(self):
        self.output.value = self.inputs[0].value


class Scale(Constraint):
    __slots__ = ()

    def execute(self):
        source, factor, offset = self.inputs
        self.output.value = source.value * factor.value + offset.value


class Planner:
    def __init__(self):
        self.mark = 0

    def plan(self, start):
        self.mark += 1
        start.mark = self.mark
        order = []
        queue = [start]
        for variable in queue:
            for constraint in variable.users:
                output = constraint.output
                if output.setter is constraint and output.mark != self.mark:
                    output.mark = self.mark
                    order.append(constraint)
                    queue.append(output)
        return order


def chain(length, weaker):
    first = last = Variable(0)
    for _ in range(length):
        following = Variable(0)
        for strength in (1, 2) if weaker else (2,):
            Copy(strength, following, last).satisfy()
        last = following
    return first, last


def projection(count):
    factor, offset = Variable(10), Variable(1000)
    pairs = []
    for i in range(count):
        source, target = Variable(i), Variable(0)
        Scale(1, target, source, factor, offset).satisfy()
        pairs.append((source, target))
    return factor, offset, pairs


def update(planner, variable, values):
    plan = planner.plan(variable)
    for value in values:
        variable.value = value
        for constraint in plan:
            constraint.execute()


planner = Planner()
total = 0
for round_number in range(4):
    first, last = chain(1500, weaker=round_number % 2 == 1)
    update(planner, first, range(20))
    total += last.value
    factor, offset, pairs = projection(800)
    update(planner, factor, range(20))
    update(planner, offset, range(20))
    for source, target in pairs:
        update(planner, source, (3, 5))
        total += target.value
print(total)
