import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { ProblemError } from '../base/errors.ts';

/** Standard input; `setRawMode` where it is a terminal. */
export interface Keyboard extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
}

/** Asks for one secret after another. */
export type AskSecret = (prompt: string) => Promise<string>;

/** From a terminal without echo; from anything else a line each. Never from an argument: other users see those of every process. */
export function secretAsker(input: Keyboard, output: Writable): AskSecret {
  let lines: AsyncIterator<string> | undefined;
  return async (prompt) => {
    if (input.isTTY && input.setRawMode) {
      output.write(prompt);
      return typed(input, output);
    }
    lines ??= createInterface({ input })[Symbol.asyncIterator]();
    const next = await lines.next();
    if (next.done) throw new ProblemError(NOTHING);
    return next.value;
  };
}

const NOTHING = {
  reason: 'BadRequest',
  message: 'A password was expected on standard input.',
  remedy: 'Run it in a terminal, or give one line: printf "%s\\n" "$PASSWORD" | pilotage …',
};

function typed(input: Keyboard, output: Writable): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const end = (settle: () => void): void => {
      input.setRawMode?.(false);
      input.pause();
      input.off('data', read);
      output.write('\n');
      settle();
    };
    const read = (chunk: Buffer | string): void => {
      for (const key of chunk.toString()) {
        if (key === '\r' || key === '\n') {
          end(() => resolve(text));
          return;
        }
        if (key === '\u0003' || key === '\u0004') {
          end(() => reject(new ProblemError({ reason: 'Interrupted', message: 'Interrupted.' })));
          return;
        }
        text = key === '\u007f' || key === '\b' ? [...text].slice(0, -1).join('') : text + key;
      }
    };
    input.setRawMode?.(true);
    input.on('data', read);
    input.resume();
  });
}

/** Twice the same. @throws ProblemError BadRequest */
export async function newPassword(ask: AskSecret, isTerminal: boolean): Promise<string> {
  const password = await ask('New password: ');
  // A program does not mistype.
  if (isTerminal && (await ask('Once more: ')) !== password)
    throw new ProblemError({ reason: 'BadRequest', message: 'The two passwords differ.' });
  return password;
}
