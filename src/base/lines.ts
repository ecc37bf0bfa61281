/** Bytes as they come, given on as lines. Takes time linear in the bytes, and holds one line of `maxBytes` at most. */
export interface LineSplitter {
  add(piece: Buffer): void;
  /** Gives on a last line without its end. */
  end(): void;
}

/** Ends what is shown of a line that is too long. */
export const CUT = ' … (cut)';

/** A line ends at LF or CRLF; of one that is longer than `maxBytes` the beginning is given, with `CUT` after it. */
export function splitLines(maxBytes: number, tell: (line: string) => void): LineSplitter {
  let pieces: Buffer[] = [];
  let size = 0;
  let cut = false;

  function keep(piece: Buffer): void {
    const room = maxBytes - size;
    if (piece.length > room) cut = true;
    if (room <= 0 || piece.length === 0) return;
    // A copy: what is kept of a large piece must not keep the whole of it.
    pieces.push(Buffer.from(piece.subarray(0, room)));
    size += Math.min(piece.length, room);
    // Many tiny pieces cost more than their bytes.
    if (pieces.length >= 64) pieces = [Buffer.concat(pieces)];
  }

  function finish(): void {
    const line = textOf(Buffer.concat(pieces));
    const shown = cut ? line + CUT : line;
    pieces = [];
    size = 0;
    cut = false;
    tell(shown);
  }

  return {
    add(piece) {
      let from = 0;
      for (;;) {
        const end = piece.indexOf(10, from);
        if (size === 0 && !cut && end >= 0 && end - from <= maxBytes) {
          tell(textOf(piece.subarray(from, end)));
          from = end + 1;
          continue;
        }
        keep(piece.subarray(from, end < 0 ? piece.length : end));
        if (end < 0) return;
        finish();
        from = end + 1;
      }
    },
    end() {
      if (size > 0 || cut) finish();
    },
  };
}

const textOf = (line: Buffer): string =>
  line.toString('utf8', 0, line.at(-1) === 13 ? line.length - 1 : line.length);
