/** Characters of texts whose readings are kept, for each kind of reading: more than the charts of one repository hold. */
const CAPACITY = 32 * 2 ** 20;

/**
 * A reading of texts that is kept for all renders of a process, as charts seldom change. What it gives is shared. An error is not kept.
 * `scope` tells readings apart that are not of the text alone.
 */
export function remembering<T>(
  read: (text: string, scope: string) => T,
): (text: string, scope?: string) => T {
  const kept = new Map<string, T>();
  let characters = 0;
  return (text, scope = '') => {
    const key = scope === '' ? text : `${scope}\0${text}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = read(text, scope);
    if (characters + key.length > CAPACITY) {
      kept.clear();
      characters = 0;
    }
    kept.set(key, made);
    characters += key.length;
    return made;
  };
}
