/**
 * The three functions of the Reflect metadata proposal that tsyringe, under @peculiar/x509, calls while it is imported.
 * Without them the import throws. The full polyfill is a dependency of 50 kB; ours keeps whatever is there already.
 */
export function provideReflectMetadata(): void {
  const reflect = Reflect as Partial<ReflectMetadata>;
  if (reflect.getMetadata !== undefined) return;
  const metadata = new WeakMap<object, Map<unknown, unknown>>();
  const getOwn = (key: unknown, target: object): unknown => metadata.get(target)?.get(key);

  reflect.getOwnMetadata = getOwn;
  reflect.defineMetadata = (key, value, target) => {
    const entries = metadata.get(target) ?? new Map<unknown, unknown>();
    metadata.set(target, entries.set(key, value));
  };
  reflect.getMetadata = (key, target) => {
    for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at) as object | null) {
      if (metadata.get(at)?.has(key) === true) return getOwn(key, at);
    }
    return undefined;
  };
}

interface ReflectMetadata {
  getMetadata(key: unknown, target: object): unknown;
  getOwnMetadata(key: unknown, target: object): unknown;
  defineMetadata(key: unknown, value: unknown, target: object): void;
}
