import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from './errors.ts';

/**
 * Small JSON files of one program, replaced as a whole and read by their owner alone. They survive the death of the program; a power cut may
 * take the latest ones along (`statefile.ts` has those that it must not). Synchronous. All throw what the system says.
 */

/** Makes the folder where it is missing. */
export const writeRecord = (file: string, value: unknown): void =>
  writeRecordText(file, JSON.stringify(value));

/** The same, of what is JSON already. */
export function writeRecordText(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** undefined: it is not there, or is no JSON. */
export function readRecord<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || isMissing(error)) return undefined;
    throw error;
  }
}

/** Names in a folder; none where there is no such folder. */
export function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

const isMissing = (error: unknown): boolean => errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';

/** A small file that is written when there is something else to write; what cannot be read counts as nothing. */
export function keptState<State>(file: string): {
  load: () => State | undefined;
  save: (state: State) => void;
} {
  let saved = '';
  return {
    load() {
      try {
        return readRecord<State>(file);
      } catch {
        return undefined;
      }
    },
    save(state) {
      const text = JSON.stringify(state);
      if (text === saved) return;
      writeRecordText(file, text);
      saved = text;
    },
  };
}
