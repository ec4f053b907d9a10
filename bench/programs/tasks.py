# A small operating system's scheduler: method calls, inheritance, queues. In the manner of "richards".
from collections import deque


class Packet:
    __slots__ = ("kind", "value", "hops")

    def __init__(self, kind, value):
        self.kind = kind
        self.value = value
        self.hops = 0


class Task:
    def __init__(self, system, name):
        self.system = system
        self.name = name
        self.inbox = deque()
        self.handled = 0

    def receive(self, packet):
        packet.hops += 1
        self.inbox.append(packet)

    def step(self):
        if not self.inbox:
            return False
        self.handled += 1
        self.handle(self.inbox.popleft())
        return True

    def handle(self, packet):
        raise NotImplementedError


class Worker(Task):
    def handle(self, packet):
        packet.value = (packet.value * 1103515245 + 12345) & 0x7FFFFFFF
        self.system.route(packet)


class Device(Task):
    def __init__(self, system, name, delay):
        super().__init__(system, name)
        self.delay = delay
        self.busy = 0

    def step(self):
        if self.busy:
            self.busy -= 1
            return True
        return super().step()

    def handle(self, packet):
        self.busy = self.delay
        packet.kind = "work" if packet.kind == "device" else "device"
        self.system.route(packet)


class System:
    def __init__(self):
        self.workers = [Worker(self, f"worker {i}") for i in range(3)]
        self.devices = [Device(self, f"device {i}", i) for i in range(3)]
        self.done = 0
        self.checksum = 0

    def route(self, packet):
        if packet.hops > 20:
            self.done += 1
            self.checksum ^= packet.value
        elif packet.kind == "work":
            packet.kind = "device"
            self.workers[packet.value % 3].receive(packet)
        else:
            self.devices[packet.value % 3].receive(packet)

    def run(self):
        tasks = self.workers + self.devices
        busy = True
        while busy:
            busy = False
            for task in tasks:
                if task.step():
                    busy = True


system = System()
for i in range(1500):
    system.route(Packet("work", i * 7919))
system.run()
print(system.done, system.checksum, [task.handled for task in system.workers + system.devices])
