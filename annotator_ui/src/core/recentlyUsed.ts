/** Keeps the most recently used values and gives each dropped one to `drop`. Pinned values are never dropped. */

export class RecentlyUsed<Value> {
  private readonly values = new Map<string, Value>();
  private pinned: ReadonlySet<string> = new Set();

  constructor(
    private readonly capacity: number,
    private readonly drop: (value: Value) => void,
  ) {}

  get size(): number {
    return this.values.size;
  }

  all(): Value[] {
    return [...this.values.values()];
  }

  get(key: string): Value | undefined {
    const value = this.values.get(key);
    if (value !== undefined) {
      // A Map remembers insertion order: the first key is the one not used for longest.
      this.values.delete(key);
      this.values.set(key, value);
    }
    return value;
  }

  set(key: string, value: Value): void {
    this.remove(key);
    this.values.set(key, value);
    this.trim();
  }

  remove(key: string): void {
    const value = this.values.get(key);
    if (value === undefined) return;
    this.values.delete(key);
    this.drop(value);
  }

  pin(keys: Iterable<string>): void {
    this.pinned = new Set(keys);
    this.trim();
  }

  clear(): void {
    for (const key of [...this.values.keys()]) this.remove(key);
  }

  private trim(): void {
    for (const key of [...this.values.keys()]) {
      if (this.values.size <= this.capacity) return;
      if (!this.pinned.has(key)) this.remove(key);
    }
  }
}
