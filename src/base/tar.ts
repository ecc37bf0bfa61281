/** What a tar archive holds (POSIX.1-2001: ustar, and pax records for what that has no room for). */
export type TarEntry =
  | { readonly type: 'file'; readonly path: string; readonly mode: number; readonly bytes: Buffer }
  | { readonly type: 'link'; readonly path: string; readonly target: string }
  | { readonly type: 'folder'; readonly path: string };

const BLOCK = 512;
const NAME_BYTES = 100;

/** Piece by piece: one entry is held at a time. Times are the epoch and owners root, so that equal entries are equal bytes. */
export async function* tarOf(entries: AsyncIterable<TarEntry> | Iterable<TarEntry>): AsyncGenerator<Buffer> {
  for await (const entry of entries) yield* tarEntry(entry);
  yield TAR_END;
}

/** Ends an archive. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

/** An entry with its header, filled up to whole blocks. */
export function tarEntry(entry: TarEntry): readonly Buffer[] {
  const path = entry.type === 'folder' ? `${entry.path}/` : entry.path;
  const target = entry.type === 'link' ? entry.target : '';
  const records = [
    ...(needsRecord(path) ? [record('path', path)] : []),
    ...(needsRecord(target) ? [record('linkpath', target)] : []),
  ];
  const extended = records.length > 0 ? [...padded('pax', 'x', 0o644, Buffer.concat(records))] : [];
  if (entry.type === 'file') return [...extended, ...padded(path, '0', entry.mode, entry.bytes)];
  const [kind, mode] = entry.type === 'link' ? (['2', 0o777] as const) : (['5', 0o755] as const);
  return [...extended, header(path, kind, mode, 0, target)];
}

/** ustar names are bytes without an encoding; what is not ASCII has one in a pax record alone. */
const needsRecord = (text: string): boolean =>
  Buffer.byteLength(text) > NAME_BYTES || /[^\x20-\x7e]/.test(text);

/** `<length of the whole record> key=value\n`. */
function record(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return Buffer.from(`${length} ${key}=${value}\n`);
}

function padded(path: string, kind: string, mode: number, bytes: Buffer): readonly Buffer[] {
  const padding = Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK);
  return [header(path, kind, mode, bytes.length, ''), bytes, padding];
}

function header(path: string, kind: string, mode: number, size: number, target: string): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width, '0')}\0`;
  const field = (text: string, at: number, width: number) => {
    Buffer.from(text).copy(block, at, 0, width);
  };
  field(path, 0, NAME_BYTES);
  field(octal(mode, 7), 100, 8);
  field(octal(0, 7), 108, 8);
  field(octal(0, 7), 116, 8);
  field(octal(size, 11), 124, 12);
  field(octal(0, 11), 136, 12);
  // The sum is taken with its own field full of spaces.
  field('        ', 148, 8);
  field(kind, 156, 1);
  field(target, 157, NAME_BYTES);
  field('ustar\0', 257, 6);
  field('00', 263, 2);
  const sum = block.reduce((total, byte) => total + byte, 0);
  field(`${octal(sum, 6)} `, 148, 8);
  return block;
}
