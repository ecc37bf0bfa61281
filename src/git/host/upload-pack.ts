import { ProblemError } from '../../base/errors.ts';
import type { Closures } from '../history/closure.ts';
import { objectsToSend, peel } from '../history/reachable.ts';
import { type Deepen, planShallow, type ShallowPlan } from '../history/shallow.ts';
import { ancestors } from '../history/walk.ts';
import { isOid } from '../objects/object.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { writePack } from '../store/pack-writer.ts';
import type { RefStore } from '../store/refs.ts';
import type { Selection } from '../store/selection.ts';
import type { Oid } from '../types.ts';
import { DELIM, FLUSH, lineOf, PacketReader, packet, sideBandFrames } from '../wire/pkt-line.ts';
import { listRefs, visibleRefs } from './advertise.ts';

/** What a repository shows to a client that fetches. */
export interface Source {
  readonly store: ObjectStore;
  readonly refs: RefStore;
  readonly closures: Closures;
}

interface FetchRequest {
  readonly wants: readonly Oid[];
  readonly haves: readonly Oid[];
  readonly shallow: ReadonlySet<Oid>;
  readonly deepen: Deepen;
  readonly done: boolean;
  /** Protocol 0: capabilities; protocol 2: arguments. */
  readonly options: ReadonlySet<string>;
}

/** Bytes to send together. */
type Sent = readonly Uint8Array[];

/** Answers one POST to `git-upload-pack`: the bytes to send. An error that the client is to read is sent as an ERR packet. */
export async function* uploadPack(
  source: Source,
  body: AsyncIterable<Buffer>,
  protocol: 0 | 1 | 2,
): AsyncGenerator<Sent> {
  try {
    yield* protocol === 2 ? serveV2(source, new PacketReader(body)) : serveV0(source, new PacketReader(body));
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    yield [packet(`ERR ${error.problem.message}\n`)];
  }
}

/** gitprotocol-pack, "Packfile Negotiation", in its stateless form: each request repeats everything. */
async function* serveV0(source: Source, reader: PacketReader): AsyncGenerator<Sent> {
  const wanting = await linesUntilFlush(reader);
  if (wanting.length === 0) return;
  const negotiation = await linesUntilFlush(reader, { through: true });
  const request = parseRequest(source, wanting, negotiation);
  const plan = await planFor(source, request);
  if (request.deepen.kind !== 'none') yield [Buffer.concat([...shallowLines(plan), FLUSH])];
  if (negotiation.length === 0) return;

  const common = request.haves.filter((oid) => source.store.has(oid));
  const detailed = request.options.has('multi_ack_detailed');
  const last = common.at(-1);
  if (detailed) for (const oid of common) yield [packet(`ACK ${oid} common\n`)];
  if (!request.done) {
    if (detailed && (await isEnough(source, request, common))) yield [packet(`ACK ${last} ready\n`)];
    // Without multi_ack the one ACK ends the negotiation of this round, and NAK says that nothing is in common yet.
    if (!detailed && last !== undefined) yield [packet(`ACK ${last}\n`)];
    else yield [packet('NAK\n')];
    return;
  }
  yield [packet(last === undefined ? 'NAK\n' : `ACK ${last}\n`)];
  const banded = request.options.has('side-band-64k');
  for await (const bytes of packFor(source, request, plan, common))
    yield banded ? [...sideBandFrames(1, bytes)] : [bytes];
  if (banded) yield [FLUSH];
}

/** gitprotocol-v2: `ls-refs` and `fetch`. */
async function* serveV2(source: Source, reader: PacketReader): AsyncGenerator<Sent> {
  const command: string[] = [];
  const args: string[] = [];
  let section = command;
  for (
    let next = await reader.next();
    next.kind === 'data' || next.kind === 'delim';
    next = await reader.next()
  ) {
    if (next.kind === 'delim') section = args;
    else section.push(lineOf(next.data));
  }
  const name = command.find((line) => line.startsWith('command='))?.slice('command='.length);
  if (name === undefined) return;
  if (name === 'ls-refs') yield [listRefs(source.store, source.refs, args)];
  else if (name === 'fetch') yield* fetchV2(source, parseRequest(source, args, args));
  else throw refused(`the command ${name} is not offered`);
}

async function* fetchV2(source: Source, request: FetchRequest): AsyncGenerator<Sent> {
  const common = request.haves.filter((oid) => source.store.has(oid));
  if (!request.done) {
    const ready = await isEnough(source, request, common);
    yield [packet('acknowledgments\n')];
    for (const oid of common) yield [packet(`ACK ${oid}\n`)];
    if (common.length === 0) yield [packet('NAK\n')];
    if (!ready) {
      yield [FLUSH];
      return;
    }
    yield [Buffer.concat([packet('ready\n'), DELIM])];
  }
  const plan = await planFor(source, request);
  if (request.deepen.kind !== 'none')
    yield [Buffer.concat([packet('shallow-info\n'), ...shallowLines(plan), DELIM])];
  yield [packet('packfile\n')];
  for await (const bytes of packFor(source, request, plan, common)) yield [...sideBandFrames(1, bytes)];
  yield [FLUSH];
}

const refused = (message: string): ProblemError => new ProblemError({ reason: 'BadRequest', message });

/** Lines up to the first flush; `through` reads on over flushes, which only pace the negotiation, to `done` or the end. */
async function linesUntilFlush(reader: PacketReader, options: { through?: boolean } = {}): Promise<string[]> {
  const lines: string[] = [];
  for (let next = await reader.next(); next.kind !== 'end'; next = await reader.next()) {
    if (next.kind === 'data') lines.push(lineOf(next.data));
    else if (!options.through) break;
    if (lines.at(-1) === 'done') break;
  }
  return lines;
}

/** Reads wants and the rest from `first`, haves and done from `second`; in protocol 2 both are the one list of arguments. */
function parseRequest(source: Source, first: readonly string[], second: readonly string[]): FetchRequest {
  const values = (lines: readonly string[], key: string) =>
    lines.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  const wantLines = values(first, 'want');
  const capabilities = (wantLines[0] ?? '').split(' ').slice(1);
  const wants = wantLines.map((line) => line.slice(0, 40));
  const options = new Set([...capabilities, ...first.filter((line) => !line.includes(' '))]);
  const numberOf = (key: string) => Number(values(first, key)[0] ?? 0);
  const not = values(first, 'deepen-not').map((ref) => resolveRef(source.refs, ref));
  const since = numberOf('deepen-since') * 1000;
  const depth = numberOf('deepen');
  return {
    wants,
    haves: values(second, 'have').filter(isOid),
    shallow: new Set(values(first, 'shallow').filter((oid) => source.store.has(oid))),
    deepen:
      depth > 0
        ? { kind: 'depth', depth, relative: options.has('deepen-relative') }
        : since > 0 || not.length > 0
          ? { kind: 'since', since, not }
          : { kind: 'none' },
    done: second.includes('done'),
    options,
  };
}

function resolveRef(refs: RefStore, name: string): Oid {
  const visible = visibleRefs(refs);
  const oid = [name, `refs/tags/${name}`, `refs/heads/${name}`].map((ref) => visible.get(ref)).find(Boolean);
  if (!oid) throw refused(`there is no ref ${name}`);
  return oid;
}

async function planFor(source: Source, request: FetchRequest): Promise<ShallowPlan> {
  await checkWants(source, request.wants);
  const tips = request.wants
    .map((oid) => peel(source.store, oid).target)
    .filter((oid) => source.store.read(oid).type === 'commit');
  const plan = await planShallow(source.store, tips, request.deepen, request.shallow);
  if (
    request.deepen.kind === 'since' &&
    plan.boundary.size === 0 &&
    tips.every((t) => plan.shallow.includes(t))
  ) {
    throw refused('no commits are that new');
  }
  return plan;
}

/** Only objects that a visible ref leads to are sent, not what a deleted branch left behind. */
async function checkWants(source: Source, wants: readonly Oid[]): Promise<void> {
  const tips = new Set(visibleRefs(source.refs).values());
  const others = wants.filter((oid) => !tips.has(oid));
  if (others.length === 0) return;
  const commits = [...tips]
    .map((oid) => peel(source.store, oid).target)
    .filter((oid) => source.store.read(oid).type === 'commit');
  const reachable = await ancestors(source.store, commits);
  const unknown = others.find((oid) => !reachable.has(oid));
  if (unknown !== undefined) throw refused(`not our ref ${unknown}`);
}

const shallowLines = (plan: ShallowPlan): readonly Buffer[] => [
  ...plan.shallow.map((oid) => packet(`shallow ${oid}\n`)),
  ...plan.unshallow.map((oid) => packet(`unshallow ${oid}\n`)),
];

/** Whether every wanted history is known to meet one that the client has; then the client need not send more. */
async function isEnough(source: Source, request: FetchRequest, common: readonly Oid[]): Promise<boolean> {
  if (common.length === 0) return false;
  const known = new Set(common);
  for (const want of request.wants) {
    const { target } = peel(source.store, want);
    if (known.has(target) || source.store.read(target).type !== 'commit') continue;
    const walked = await ancestors(source.store, [target], { stop: known });
    const meets = [...walked].some((oid) =>
      source.store.node(oid).parents.some((parent) => known.has(parent)),
    );
    if (!meets) return false;
  }
  return true;
}

async function* packFor(
  source: Source,
  request: FetchRequest,
  plan: ShallowPlan,
  common: readonly Oid[],
): AsyncGenerator<Buffer> {
  const includeTags = request.options.has('include-tag')
    ? [...visibleRefs(source.refs)].filter(([name]) => name.startsWith('refs/tags/')).map(([, oid]) => oid)
    : [];
  const isClone = common.length === 0 && plan.boundary.size === 0 && request.shallow.size === 0;
  const objects = isClone
    ? await everything(source, request.wants, includeTags)
    : await objectsToSend(source.store, {
        tips: request.wants,
        have: common.map((oid) => peel(source.store, oid).target),
        shallow: request.shallow,
        boundary: plan.boundary,
        includeTags,
      });
  yield* writePack(source.store, objects, { ofsDelta: request.options.has('ofs-delta') });
}

/** All that a client without any objects lacks, and the tags that point into it. */
async function everything(
  { store, closures }: Source,
  wants: readonly Oid[],
  includeTags: readonly Oid[],
): Promise<Selection> {
  const objects = await closures.of(wants);
  const tags = includeTags.map((oid) => peel(store, oid)).filter(({ target }) => objects.has(target));
  const lacking = tags.flatMap((tag) => tag.tags).filter((oid) => !objects.has(oid));
  if (lacking.length === 0) return objects;
  const more = objects.copy();
  for (const oid of lacking) more.add(oid);
  return more;
}
