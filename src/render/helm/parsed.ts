import { parse, type Tree } from '../gotemplate/parse.ts';

/** Parsing takes longer than running, and templates seldom change: what was parsed is kept for all renders of a process. */
const CAPACITY = 32 * 2 ** 20;
const kept = new Map<string, ReadonlyMap<string, Tree>>();
let characters = 0;

/** The trees of a template by its name, its text and the functions that it may call. @throws TemplateError */
export function parsed(
  name: string,
  text: string,
  functions: ReadonlySet<string>,
  set: string,
): ReadonlyMap<string, Tree> {
  const key = `${set}\0${name}\0${text}`;
  const known = kept.get(key);
  if (known) return known;
  const trees = parse(name, text, functions);
  if (characters + key.length > CAPACITY) {
    kept.clear();
    characters = 0;
  }
  kept.set(key, trees);
  characters += key.length;
  return trees;
}
