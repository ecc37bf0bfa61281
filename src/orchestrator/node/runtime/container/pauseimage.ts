import type { Engine } from './engine/engine.ts';
import { ENTER_PROGRAMS, PAUSE_PROGRAMS } from './pauseimage.data.ts';

const REPOSITORY = 'localhost/pilotage/pause';
/** Raised when the program or its place changes. */
const TAG = '3';
export const PAUSE_COMMAND = '/pause';
/** Makes a range of addresses its container's own, by the file `route` in `RELAY_PLACE`, and becomes the program that its arguments name. */
export const ENTER_COMMAND = '/enter';
export const RELAY_PLACE = '/run/pilotage';

/**
 * The image of the containers that hold the networks of pods, and of the relay in them, made on the spot where it is missing: a node may have no way to a registry.
 * Returns its name. Rejects on an architecture without a program, and when the engine does.
 */
export async function ensurePauseImage(engine: Engine, arch: string): Promise<string> {
  const name = `${REPOSITORY}:${TAG}`;
  if (await engine.image(name)) return name;
  await engine.importImage(pauseArchive(arch), REPOSITORY, TAG);
  return name;
}

/** @throws where there is no program for the architecture (of `os.arch()`) */
export function pauseArchive(arch: string): Buffer {
  const programs = [
    { name: PAUSE_COMMAND.slice(1), hex: PAUSE_PROGRAMS[arch] },
    { name: ENTER_COMMAND.slice(1), hex: ENTER_PROGRAMS[arch] },
  ];
  const entries = programs.map(({ name, hex }) => {
    if (hex === undefined) throw new Error(`pods of containers are not supported on ${arch}`);
    return entryOf(name, Buffer.from(hex.replace(/\s/g, ''), 'hex'));
  });
  return Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]);
}

const BLOCK = 512;

/** A program in a tar archive (POSIX.1-1988 ustar). */
function entryOf(name: string, bytes: Buffer): Buffer {
  const header = Buffer.alloc(BLOCK);
  const field = (text: string, at: number) => header.write(text, at, 'latin1');
  field(name, 0);
  field('0000555\0', 100);
  field('0000000\0', 108);
  field('0000000\0', 116);
  field(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
  field('00000000000\0', 136);
  // The sum is taken with its own field full of spaces.
  field('        ', 148);
  field('0', 156);
  field('ustar\0', 257);
  field('00', 263);
  const sum = header.reduce((total, byte) => total + byte, 0);
  field(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK);
  return Buffer.concat([header, bytes, padding]);
}
