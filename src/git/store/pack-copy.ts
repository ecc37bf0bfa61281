import { breather } from '../../base/mutex.ts';
import type { Bits } from '../pack/bits.ts';
import { type EntryHeader, type EntryKind, encodeEntryHeader } from '../pack/entry.ts';
import type { Pack } from '../pack/pack.ts';
import type { PackFile } from '../pack/pack-file.ts';

/** A part of the new pack: bytes of the old one, a header that replaces an old one, or an object to write in full. */
export type Piece =
  | { readonly kind: 'bytes'; readonly from: number; readonly to: number }
  | { readonly kind: 'header'; readonly bytes: Buffer }
  | { readonly kind: 'whole'; readonly position: number };

interface Copying {
  readonly pack: Pack;
  readonly file: PackFile;
  readonly bits: Bits;
  /** Whether the client reads deltas that name their base by its distance (`ofs-delta`). */
  readonly ofsDelta: boolean;
}

/** What becomes of an entry: copied, copied with another header, or written in full because its base is not sent. */
type Outcome = 'as-is' | 'whole' | EntryKind;

/** Longer runs are split, so that the caller can pause between them. */
const LONGEST = 2 ** 20;

const plain = new WeakMap<Pack, boolean>();

/** Whether every delta of a pack has its base before it in the pack; then the pack can be copied without parsing it. */
export async function isPlain(pack: Pack, file: PackFile): Promise<boolean> {
  const known = plain.get(pack);
  if (known !== undefined) return known;
  const breathe = breather(4096);
  let answer = true;
  for (const offset of pack.index.order.offsets) {
    const { entry } = file.headerAt(offset);
    if (entry.kind === 'ref-delta' && !((pack.index.find(entry.base) ?? offset) < offset)) answer = false;
    await breathe();
  }
  plain.set(pack, answer);
  return answer;
}

/**
 * The selected entries of a pack, in their order, as pieces of a new one. `written` returns the length of the new pack so far; it is
 * called after the caller has written the piece before. A delta is copied only when its base precedes it in the same pack and is
 * selected too: not every reader accepts a delta before its base, and across packs deltas could form a circle.
 */
export function* piecesOf(copying: Copying, written: () => number): Generator<Piece> {
  const { pack, file, bits } = copying;
  const { offsets, positions } = pack.index.order;
  const placed = new Float64Array(offsets.length);
  let run = { from: 0, to: 0 };
  for (let rank = 0; rank < offsets.length; rank++) {
    const [begin = 0, position = 0, end = file.end] = [offsets[rank], positions[rank], offsets[rank + 1]];
    if (!bits.has(position)) continue;
    const at = written() + run.to - run.from;
    const header = file.headerAt(begin);
    const outcome = outcomeOf(copying, header, begin, at, placed);
    if (outcome !== 'as-is' || begin !== run.to || run.to - run.from >= LONGEST) {
      if (run.to > run.from) yield { kind: 'bytes', ...run };
      run = { from: begin, to: begin };
    }
    if (outcome === 'as-is') run.to = end;
    else if (outcome === 'whole') yield { kind: 'whole', position };
    else {
      yield { kind: 'header', bytes: encodeEntryHeader(outcome, header.size, at) };
      run = { from: begin + header.length, to: end };
    }
    placed[rank] = at;
  }
  if (run.to > run.from) yield { kind: 'bytes', ...run };
}

function outcomeOf(
  { pack, bits, ofsDelta }: Copying,
  { entry }: EntryHeader,
  begin: number,
  at: number,
  placed: Float64Array,
): Outcome {
  if (entry.kind === 'whole') return 'as-is';
  if (entry.kind === 'ref-delta') {
    const position = pack.index.position(Buffer.from(entry.base, 'hex'));
    const comes = position !== undefined && bits.has(position);
    return comes && pack.index.offsetAt(position) < begin ? 'as-is' : 'whole';
  }
  const rank = pack.index.rankAt(entry.base);
  const position = rank === undefined ? undefined : pack.index.order.positions[rank];
  if (rank === undefined || position === undefined || !bits.has(position)) return 'whole';
  if (!ofsDelta) return { kind: 'ref-delta', base: pack.index.oidAt(position) };
  const base = placed[rank] ?? 0;
  return at - base === begin - entry.base ? 'as-is' : { kind: 'ofs-delta', base };
}
