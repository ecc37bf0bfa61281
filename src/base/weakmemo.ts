/** A reading of an object that never changes, by a key: kept for as long as the object. What it gives is shared. */
export function keptWith<O extends object, T>(
  read: (object: O, key: string) => T,
): (object: O, key: string) => T {
  const kept = new WeakMap<O, Map<string, T>>();
  return (object, key) => {
    let known = kept.get(object);
    if (!known) {
      known = new Map();
      kept.set(object, known);
    }
    let made = known.get(key);
    if (made === undefined) {
      made = read(object, key);
      known.set(key, made);
    }
    return made;
  };
}
