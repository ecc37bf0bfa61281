/** What stands in an archive, in its order. `link` is a hard or symbolic one, `other` a device, a pipe and the like. */
export interface TarMember {
  readonly type: 'file' | 'folder' | 'link' | 'other';
  /** As it is written, whatever it names. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The bytes are no tar archive, or end within one. */
export class TarError extends Error {}

const BLOCK = 512;

/**
 * Reads a tar archive: ustar, with names of pax records and of GNU tar. The archive is in memory, and so bounded, already.
 * @throws TarError
 */
export function* readTar(archive: Uint8Array): Generator<TarMember> {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  /** What an entry before said of the next one. */
  let next: { path?: string; size?: number } = {};
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    checkSum(header);
    const kind = String.fromCharCode(header[156] ?? 0);
    const records = 'xg'.includes(kind) || 'LK'.includes(kind);
    const size = records ? sizeOf(header) : (next.size ?? sizeOf(header));
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length < size) throw new TarError('the archive ends within an entry');
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (kind === 'x') next = { ...next, ...paxOf(content) };
    else if (kind === 'L') next = { ...next, path: textOf(content) };
    else if (!records) {
      yield { type: typeOf(kind, header), path: next.path ?? pathOf(header), bytes: content };
      next = {};
    }
  }
}

/** Old archives mark folders by a slash at the end of the name alone. */
function typeOf(kind: string, header: Buffer): TarMember['type'] {
  if (kind === '5') return 'folder';
  if (kind === '1' || kind === '2') return 'link';
  if (kind !== '0' && kind !== '\0' && kind !== '7') return 'other';
  return pathOf(header).endsWith('/') ? 'folder' : 'file';
}

function checkSum(header: Buffer): void {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : (header[i] ?? 0);
  if (sum !== octal(header.subarray(148, 156))) throw new TarError('it is no tar archive');
}

function pathOf(header: Buffer): string {
  const name = textOf(header.subarray(0, 100));
  const isPosix = header.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isPosix ? textOf(header.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Octal digits, or GNU's binary numbers for what has no room. */
function sizeOf(header: Buffer): number {
  const field = header.subarray(124, 136);
  const size = (field[0] ?? 0) & 0x80 ? Number(field.readBigUInt64BE(4)) : octal(field);
  if (Number.isSafeInteger(size) && size >= 0) return size;
  throw new TarError('an entry has no size');
}

function octal(field: Buffer): number {
  const digits = field
    .toString('latin1')
    .replace(/[\0 ]+$/, '')
    .trim();
  return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

function textOf(field: Uint8Array): string {
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end)).toString('utf8');
}

/** Records `<length> key=value\n`. */
function paxOf(content: Buffer): { path?: string; size?: number } {
  const found: { path?: string; size?: number } = {};
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const length = Number(content.toString('latin1', at, space));
    if (space < 0 || !Number.isSafeInteger(length) || length <= space - at)
      throw new TarError('a pax record has no length');
    const [, key, value] = /^([^=]*)=(.*)\n$/s.exec(content.toString('utf8', space + 1, at + length)) ?? [];
    if (key === 'path' && value !== undefined) found.path = value;
    if (key === 'size' && /^\d+$/.test(value ?? '')) found.size = Number(value);
    at += length;
  }
  return found;
}
