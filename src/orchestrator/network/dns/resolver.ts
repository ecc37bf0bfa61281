import { type Answered, answer, type View } from './answer.ts';
import { addressesIn } from './foreign.ts';
import type { Upstream } from './upstream.ts';
import { type Query, RCODE, readQuery, TYPE, writeAnswer, writeQuestion, writeRefusal } from './wire.ts';
import type { Zone } from './zone.ts';

export interface ResolverOptions {
  readonly zone: () => Zone;
  readonly upstream: Upstream;
}

/** Answers whole DNS messages. Never rejects; undefined: the message deserves no answer. */
export type Resolver = (message: Buffer, transport: Transport, view: View) => Promise<Buffer | undefined>;

type Transport = 'udp' | 'tcp';

export function createResolver({ zone, upstream }: ResolverOptions): Resolver {
  return async (message, transport, view) => {
    const query = readQuery(message);
    if (!query) return undefined;
    if ('code' in query) return writeRefusal(query.id, query.code);
    const answered = answer(query.question, zone(), view);
    if (answered.type === 'answer') return writeAnswer(query, answered.answer, transport);
    if (answered.type === 'alias') return ofAlias(query, answered, transport, view);
    return (await upstream.ask(message, transport)) ?? writeAnswer(query, FAILED, transport);
  };

  /** Clients look for the addresses beside the name that it stands for: they do not ask again (RFC 1034, 4.3.1). */
  async function ofAlias(
    query: Query,
    { alias, target }: Extract<Answered, { type: 'alias' }>,
    transport: Transport,
    view: View,
  ): Promise<Buffer> {
    const only = { code: RCODE.ok, answers: [alias], authority: [] };
    if (query.question.type === TYPE.CNAME) return writeAnswer(query, only, transport);
    const inside = answer({ ...query.question, name: target }, zone(), view);
    if (inside.type === 'answer')
      return writeAnswer(query, { ...inside.answer, answers: [alias, ...inside.answer.answers] }, transport);
    // One that stands for another of these is followed no further: two could stand for each other.
    if (inside.type === 'alias') return writeAnswer(query, only, transport);
    const found = await upstream.ask(writeQuestion(query.id, { ...query.question, name: target }), transport);
    const behind = found && addressesIn(found, target);
    if (!behind) return writeAnswer(query, FAILED, transport);
    return writeAnswer(query, { ...only, ...behind, answers: [alias, ...behind.answers] }, transport);
  }
}

const FAILED = { code: RCODE.failed, answers: [], authority: [] };
