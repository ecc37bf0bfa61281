/** A history for `git fast-import`, the same at every run: what a repository of a few years looks like. */
import { createHash } from 'node:crypto';

const FOLDERS = 20;
const FILES = 12;
const LINES = 40;
const SECONDS = 1_700_000_000;

/** `count` commits on main, a branch off every tenth of them, two tags. Each commit changes one to three files of 240. */
export function* longHistory(count: number): Generator<string> {
  const files = new Map<string, string[]>();
  for (let i = 1; i <= count; i++) {
    const at = `${SECONDS + i * 600} +0000`;
    const message = `change ${i}\n\n${text(i, 3)}`;
    yield `commit refs/heads/main\nmark :${i}\nauthor Ada <ada@example.com> ${at}\ncommitter Ada <ada@example.com> ${at}\n${data(message)}`;
    for (let change = 0; change <= number(i, 'changes') % 3; change++) {
      const path = `folder${number(i, change, 'folder') % FOLDERS}/file${number(i, change, 'file') % FILES}.yaml`;
      const lines = files.get(path) ?? Array.from({ length: LINES }, (_, n) => text(i, path, n));
      lines[number(i, change, 'line') % LINES] = text(i, change);
      files.set(path, lines);
      yield `M 100644 inline ${path}\n${data(lines.join('\n'))}`;
    }
    if (i % Math.ceil(count / 10) === 0) yield `reset refs/heads/release-${i}\nfrom :${i}\n`;
  }
  yield `reset refs/tags/light\nfrom :1\n`;
  yield `tag v1\nfrom :${count}\ntagger Ada <ada@example.com> ${SECONDS} +0000\n${data('version 1')}`;
}

const data = (content: string): string => `data ${Buffer.byteLength(content)}\n${content}\n`;

const digest = (parts: readonly unknown[]): Buffer => createHash('sha1').update(parts.join(':')).digest();

const number = (...parts: readonly unknown[]): number => digest(parts).readUInt32BE(0);

const text = (...parts: readonly unknown[]): string => `key: ${digest(parts).toString('base64')}`;
