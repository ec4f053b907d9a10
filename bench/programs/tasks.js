// A small operating system's scheduler: method calls, inheritance, queues. In the manner of "richards".
class Packet {
  constructor(kind, value) {
    this.kind = kind;
    this.value = value;
    this.hops = 0;
  }
}

class Queue {
  constructor() {
    this.items = [];
    this.head = 0;
  }
  get empty() { return this.head === this.items.length; }
  push(item) { this.items.push(item); }
  shift() {
    const item = this.items[this.head++];
    if (this.head > 64 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }
}

class Task {
  constructor(system) {
    this.system = system;
    this.inbox = new Queue();
    this.handled = 0;
  }
  receive(packet) {
    packet.hops++;
    this.inbox.push(packet);
  }
  step() {
    if (this.inbox.empty) return false;
    this.handled++;
    this.handle(this.inbox.shift());
    return true;
  }
}

class Worker extends Task {
  handle(packet) {
    packet.value = (Math.imul(packet.value, 1103515245) + 12345) & 0x7fffffff;
    this.system.route(packet);
  }
}

class Device extends Task {
  constructor(system, delay) {
    super(system);
    this.delay = delay;
    this.busy = 0;
  }
  step() {
    if (this.busy > 0) {
      this.busy--;
      return true;
    }
    return super.step();
  }
  handle(packet) {
    this.busy = this.delay;
    packet.kind = packet.kind === "device" ? "work" : "device";
    this.system.route(packet);
  }
}

class System {
  constructor() {
    this.workers = [0, 1, 2].map(() => new Worker(this));
    this.devices = [0, 1, 2].map((delay) => new Device(this, delay));
    this.done = 0;
    this.checksum = 0;
  }
  route(packet) {
    if (packet.hops > 20) {
      this.done++;
      this.checksum ^= packet.value;
    } else if (packet.kind === "work") {
      packet.kind = "device";
      this.workers[packet.value % 3].receive(packet);
    } else {
      this.devices[packet.value % 3].receive(packet);
    }
  }
  run() {
    const tasks = [...this.workers, ...this.devices];
    for (let busy = true; busy;) {
      busy = false;
      for (const task of tasks) if (task.step()) busy = true;
    }
  }
}

const system = new System();
for (let i = 0; i < 4000; i++) system.route(new Packet("work", i * 7919));
system.run();
console.log(system.done, system.checksum, [...system.workers, ...system.devices].map((task) => task.handled).join(","));
