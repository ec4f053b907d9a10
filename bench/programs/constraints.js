// A network of one-way constraints that is planned and re-run: graphs of small objects. In the manner of "deltablue".
class Variable {
  constructor(value) {
    this.value = value;
    this.setter = null;
    this.users = [];
    this.mark = 0;
  }
}

class Constraint {
  constructor(strength, output, ...inputs) {
    this.strength = strength;
    this.output = output;
    this.inputs = inputs;
    for (const variable of inputs) variable.users.push(this);
  }
  satisfy() {
    const other = this.output.setter;
    if (other === null || other.strength <= this.strength) this.output.setter = this;
  }
}

class Copy extends Constraint {
  execute() { this.output.value = this.inputs[0].value; }
}

class Scale extends Constraint {
  execute() {
    const [source, factor, offset] = this.inputs;
    this.output.value = source.value * factor.value + offset.value;
  }
}

class Planner {
  constructor() { this.mark = 0; }
  plan(start) {
    start.mark = ++this.mark;
    const order = [];
    const queue = [start];
    for (let i = 0; i < queue.length; i++) {
      for (const constraint of queue[i].users) {
        const output = constraint.output;
        if (output.setter === constraint && output.mark !== this.mark) {
          output.mark = this.mark;
          order.push(constraint);
          queue.push(output);
        }
      }
    }
    return order;
  }
}

function chain(length, weaker) {
  const first = new Variable(0);
  let last = first;
  for (let i = 0; i < length; i++) {
    const following = new Variable(0);
    for (const strength of weaker ? [1, 2] : [2]) new Copy(strength, following, last).satisfy();
    last = following;
  }
  return [first, last];
}

function projection(count) {
  const factor = new Variable(10), offset = new Variable(1000);
  const pairs = [];
  for (let i = 0; i < count; i++) {
    const source = new Variable(i), target = new Variable(0);
    new Scale(1, target, source, factor, offset).satisfy();
    pairs.push([source, target]);
  }
  return [factor, offset, pairs];
}

function update(planner, variable, values) {
  const plan = planner.plan(variable);
  for (const value of values) {
    variable.value = value;
    for (const constraint of plan) constraint.execute();
  }
}

const planner = new Planner();
const twenty = Array.from({ length: 20 }, (_, i) => i);
let total = 0;
for (let round = 0; round < 6; round++) {
  const [first, last] = chain(1500, round % 2 === 1);
  update(planner, first, twenty);
  total += last.value;
  const [factor, offset, pairs] = projection(800);
  update(planner, factor, twenty);
  update(planner, offset, twenty);
  for (const [source, target] of pairs) {
    update(planner, source, [3, 5]);
    total += target.value;
  }
}
console.log(total);
