/** Caches what was read from moto. Any write that could change it clears the whole cache. */
export class Cache {
  private readonly entries = new Map<string, Promise<unknown>>();

  clear(): void {
    this.entries.clear();
  }

  /** Loads a value once per key. A failed load is not cached. */
  getOrLoad<T>(key: string, load: () => Promise<T>): Promise<T> {
    const cached = this.entries.get(key) as Promise<T> | undefined;
    if (cached) {
      return cached;
    }
    const loading = load();
    this.entries.set(key, loading);
    loading.catch(() => this.entries.delete(key));
    return loading;
  }
}
