/**
 * A reading of texts that is kept for later, up to `capacity` characters of them. What it gives is shared. An error is not kept, nor what
 * alone is larger than all may be. `scope` tells readings apart that are not of the text alone.
 */
export function remembering<T>(
  capacity: number,
  read: (text: string, scope: string) => T,
): (text: string, scope?: string) => T {
  const kept = new Map<string, T>();
  let characters = 0;
  return (text, scope = '') => {
    const key = scope === '' ? text : `${scope}\0${text}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = read(text, scope);
    if (key.length > capacity) return made;
    if (characters + key.length > capacity) {
      kept.clear();
      characters = 0;
    }
    kept.set(key, made);
    characters += key.length;
    return made;
  };
}
