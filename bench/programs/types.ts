interface Item0 { id: number; name: string; tags?: readonly string[] }
function total0<T extends Item0>(items: T[], factor: number = 2): Map<string, number> {
  const out: Map<string, number> = new Map<string, number>();
  for (const item of items) {
    const value = (item.id * factor) as number;
    out.set(item.name!, value);
  }
  return out;
}
const sum0: number = [...total0([{ id: 0, name: 'n0' }]).values()].reduce((a, b) => a + b, 0);
interface Item1 { id: number; name: string; tags?: readonly string[] }
function total1<T extends Item1>(items: T[], factor: number = 2): Map<string, number> {
  const out: Map<string, number> = new Map<string, number>();
  for (const item of items) {
    const value = (item.id * factor) as number;
    out.set(item.name!, value);
  }
  return out;
}
const sum1: number = [...total1([{ id: 1, name: 'n1' }]).values()].reduce((a, b) => a + b, 0);
interface Item2 { id: number; name: string; tags?: readonly string[] }
function total2<T extends Item2>(items: T[], factor: number = 2): Map<string, number> {
  const out: Map<string, number> = new Map<string, number>();
  for (const item of items) {
    const value = (item.id * factor) as number;
    out.set(item.name!, value);
  }
  return out;
}
const sum2: number = [...total2([{ id: 2, name: 'n2' }]).values()].reduce((a, b) => a + b, 0);
interface Item3 { id: number; name: string; tags?: readonly string[] }
function total3<T extends Item3>(items: T[], factor: number = 2): Map<string, number> {
  const out: Map<string, number> = new Map<string, number>();
  for (const item of items) {
    const value = (item.id * factor) as number;
    out.set(item.name!, value);
  }
  return out;
}
const sum3: number = [...total3([{ id: 3, name: 'n3' }]).values()].reduce((a, b) => a + b, 0);
interface Item4 { id: number; name: string; tags?: readonly string[] }
function total4<T extends Item4>(items: T[], factor: number = 2): Map<string, number> {
  const out: Map<string, number> = new Map<string, number>();
  for (const item of items) {
    const value = (item.id * factor) as number;
    out.set(item.name!, value);
  }
  return out;
}
const sum4: number = [...total4([{ id: 4, name: 'n4' }]).values()].reduce((a, b) => a + b, 0);
interface Item5 { id: number; name: string; tags?: readonly string[] }
function total5<T extends Item5>(items: T[], factor: number = 2): Map<string, number> {
  const out: Map<string, number> = new Map<string, number>();
  for (const item of items) {
    const value = (item.id * factor) as number;
    out.set(item.name!, value);
  }
  return out;
}
const sum5: number = [...total5([{ id: 5, name: 'n5' }]).values()].reduce((a, b) => a + b, 0);
interface Item6 { id: number; name: string; tags?: readonly string[] }
function total6<T extends Item6>(items: T[], factor: number = 2): Map<string, number> {
  const out: Map<string, number> = new Map<string, number>();
  for (const item of items) {
    const value = (item.id * factor) as number;
    out.set(item.name!, value);
  }
  return out;
}
const sum6: number = [...total6([{ id: 6, name: 'n6' }]).values()].reduce((a, b) => a + b, 0);
interface Item7 { id: number; name: string; tags?: readonly string[] }
function total7<T extends Item7>(items: T[], factor: number = 2): Map<string, number> {
  const out: Map<string, number> = new Map<string, number>();
  for (const item of items) {
    const value = (item.id * factor) as number;
    out.set(item.name!, value);
  }
  return out;
}
const sum7: number = [...total7([{ id: 7, name: 'n7' }]).values()].reduce((a, b) => a + b, 0);
interface Item8 { id: number; name: string; tags?: readonly string[] }
function total8<T extends Item8>(items: T[], factor: number = 2): Map<string, number> {
  const out: Map<string, number> = new Map<string, number>();
  for (const item of items) {
    const value = (item.id * factor) as number;
    out.set(item.name!, value);
  }
  return out;
}
const sum8: number = [...total8([{ id: 8, name: 'n8' }]).values()].reduce((a, b) => a + b, 0);
enum Kind { Small, Large = 5 }
class Box<T> {
  constructor(private readonly inner: T, public kind: Kind = Kind.Small) {}
  get value(): T { return this.inner!; }
}
const box = new Box<number>(2 as number);
const sums: readonly number[] = [sum0, sum1, sum2, sum3, sum4, sum5, sum6, sum7, sum8];
const wanted: number = 72;
if (sums.reduce((a: number, b: number): number => a + b) !== wanted) throw new Error('wrong' as string);
console.log(box.value);
