/** A template that is being executed: `include` and `tpl` begin another one within it. */
export interface Frame {
  readonly name: string;
  /** The end of what it has written so far. */
  tail(): string;
  /** The action at work, where its value is not written: into a variable, or as a condition. */
  unwritten(): string | undefined;
}

/** Where the value of a call goes. */
export interface Place {
  /** `Secret/db`: kind and name of the object that is being written, as far as they stand before the call. */
  readonly object: string;
  /** The lines that the call is below by their indentation, outermost first. */
  readonly path: string;
  /** What stands before the call on its line of output, `password: `; or the text of the action that has it. */
  readonly line: string;
}

/** The executions that are under way, outermost first. */
export interface Places {
  begin(frame: Frame): void;
  end(): void;
  now(): Place;
}

/** So many characters before a call are looked at. */
export const TAIL = 64 * 1024;

export function createPlaces(): Places {
  const frames: Frame[] = [];
  return {
    begin: (frame) => void frames.push(frame),
    end: () => void frames.pop(),
    now() {
      const parts = frames.map((frame, i) => placeIn(frame, frames[i + 1]));
      const join = (part: keyof Place): string =>
        parts
          .map((place) => place[part])
          .filter((text) => text !== '')
          .join('\n');
      return { object: join('object'), path: join('path'), line: join('line') };
    },
  };
}

/** A variable may be set anywhere, so its action alone names it. A line that begins with an include is named by what it includes. */
function placeIn(frame: Frame, inner: Frame | undefined): Place {
  const action = frame.unwritten();
  if (action !== undefined) return { object: '', path: '', line: action };
  const tail = frame.tail();
  const written = tail.slice(tail.lastIndexOf('\n') + 1);
  const line = written.trimStart() === '' ? (inner?.name ?? '') : written.trimStart();
  const document = tail.split(/^---.*$/m).at(-1) ?? '';
  return { object: objectOf(document), path: pathOf(document, written).join('\n'), line };
}

function objectOf(document: string): string {
  const kind = /^kind: *(\S+)/m.exec(document)?.[1] ?? '';
  const metadata = document.split(/^metadata:/m)[1]?.split(/\n(?=[^\s#])/)[0] ?? '';
  const name = /(?:^ +|[{,] *)name: *([^\s,}]+)/m.exec(metadata)?.[1] ?? '';
  return kind === '' && name === '' ? '' : `${kind}/${name}`;
}

const indentation = (line: string): number => line.length - line.trimStart().length;

/** Lines of less and less indentation. `line`: what is written of the last one. */
function pathOf(document: string, line: string): string[] {
  const path: string[] = [];
  let below = indentation(line);
  for (const before of document.split('\n').slice(0, -1).reverse()) {
    const text = before.trim();
    if (text === '' || text.startsWith('#') || indentation(before) >= below) continue;
    path.unshift(text);
    below = indentation(before);
  }
  return path;
}
