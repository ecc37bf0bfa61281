/** DNS messages as bytes (RFC 1035, section 4; EDNS: RFC 6891): what is asked, and answers to it. Pure. */

export const TYPE = {
  A: 1,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  ANY: 255,
} as const;
export const CLASS_IN = 1;
export const RCODE = {
  ok: 0,
  malformed: 1,
  failed: 2,
  noSuchName: 3,
  notImplemented: 4,
  refused: 5,
} as const;

export interface Question {
  /** Lower case, without the last dot. */
  readonly name: string;
  readonly type: number;
}

export interface Query {
  readonly id: number;
  readonly isRecursionDesired: boolean;
  readonly question: Question;
  /** The question as it was written, which the answer repeats. */
  readonly asked: Buffer;
  /** Bytes that the client takes over UDP; absent: it has not said (512). */
  readonly udpSize?: number;
}

/** `name` as in a question; `ttl` in seconds. */
export type DnsRecord = { readonly name: string; readonly ttl: number } & RecordData;

export type RecordData =
  | { readonly type: 'A'; readonly address: string }
  /** As its bytes. */
  | { readonly type: 'AAAA'; readonly address: Buffer }
  | { readonly type: 'CNAME' | 'PTR'; readonly target: string }
  | { readonly type: 'TXT'; readonly text: string }
  | { readonly type: 'SRV'; readonly port: number; readonly target: string; readonly weight: number }
  | { readonly type: 'SOA'; readonly server: string; readonly mailbox: string; readonly minimum: number };

export interface Answer {
  readonly code: number;
  readonly answers: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
}

const HEADER = 12;
const LABEL_BYTES = 63;
const NAME_BYTES = 255;
const PLAIN_UDP_BYTES = 512;
/** More is cut on some ways, and sent to others by whoever lies about who asks (dnsflagday.net/2020). */
const MOST_UDP_BYTES = 1232;

const FLAG = {
  response: 0x8000,
  authoritative: 0x0400,
  truncated: 0x0200,
  desired: 0x0100,
  available: 0x0080,
};
const OPCODE = 0x7800;

/**
 * undefined: it is not a query that can be answered at all. A message with another operation, or with other than one question, gives its
 * `id` and the code to refuse it with.
 */
export function readQuery(
  message: Buffer,
): Query | { readonly id: number; readonly code: number } | undefined {
  if (message.length < HEADER) return undefined;
  const [id, flags] = [message.readUInt16BE(0), message.readUInt16BE(2)];
  if (flags & FLAG.response) return undefined;
  if (flags & OPCODE) return { id, code: RCODE.notImplemented };
  const name = message.readUInt16BE(4) === 1 ? readName(message, HEADER) : undefined;
  if (!name || name.end + 4 > message.length) return { id, code: RCODE.malformed };
  if (message.readUInt16BE(name.end + 2) !== CLASS_IN) return { id, code: RCODE.notImplemented };
  const udpSize = udpSizeOf(message, name.end + 4);
  return {
    id,
    isRecursionDesired: (flags & FLAG.desired) !== 0,
    question: { name: name.text.toLowerCase(), type: message.readUInt16BE(name.end) },
    asked: message.subarray(HEADER, name.end + 4),
    ...(udpSize === undefined ? {} : { udpSize }),
  };
}

/** A question has no name before it that could be pointed to: a pointer is malformed here. */
function readName(
  message: Buffer,
  start: number,
): { readonly text: string; readonly end: number } | undefined {
  const labels: string[] = [];
  let at = start;
  for (;;) {
    const length = message[at];
    if (length === undefined || length > LABEL_BYTES || at - start > NAME_BYTES) return undefined;
    at += 1 + length;
    if (length === 0) return { text: labels.join('.'), end: at };
    if (at > message.length) return undefined;
    labels.push(message.toString('latin1', at - length, at));
  }
}

/** Of the OPT record, where that is the first one after the question, as every client sends it. */
function udpSizeOf(message: Buffer, at: number): number | undefined {
  const others = message.readUInt16BE(6) + message.readUInt16BE(8);
  if (others !== 0 || message.readUInt16BE(10) === 0 || at + 11 > message.length) return undefined;
  return message[at] === 0 && message.readUInt16BE(at + 1) === TYPE.OPT
    ? message.readUInt16BE(at + 3)
    : undefined;
}

/** The answer, in so many bytes as the client takes over this transport: else with its mark that there is more. */
export function writeAnswer(query: Query, answer: Answer, transport: 'udp' | 'tcp'): Buffer {
  const whole = written(query, answer, 0);
  const asked = Math.max(PLAIN_UDP_BYTES, query.udpSize ?? 0);
  const most = transport === 'tcp' ? 0xffff : Math.min(MOST_UDP_BYTES, asked);
  if (whole.length <= most) return whole;
  return written(query, { ...answer, answers: [], authority: [] }, FLAG.truncated);
}

/** Without the question, where it could not be read. */
export const writeRefusal = (id: number, code: number): Buffer =>
  shorts(id, FLAG.response | code, 0, 0, 0, 0);

function written(query: Query, { code, answers, authority }: Answer, more: number): Buffer {
  const desired = query.isRecursionDesired ? FLAG.desired : 0;
  const flags = FLAG.response | FLAG.authoritative | FLAG.available | desired | more | code;
  const opt = query.udpSize === undefined ? [] : [OWN_OPT];
  const header = shorts(query.id, flags, 1, answers.length, authority.length, opt.length);
  const records = [...answers, ...authority].map((record) => writeRecord(record, query.question.name));
  return Buffer.concat([header, query.asked, ...records, ...opt]);
}

/** RFC 6891, 6.1: no name, and the bytes that are taken here in the place of the class. */
const OWN_OPT = Buffer.from([0, 0, TYPE.OPT, 0x04, 0xd0, 0, 0, 0, 0, 0, 0]);

/** The name of most records is the one that was asked for, at the end of the header. */
const TO_QUESTION = Buffer.from([0xc0, HEADER]);

function writeRecord(record: DnsRecord, asked: string): Buffer {
  const data = dataOf(record);
  const head = shorts(TYPE[record.type], CLASS_IN, record.ttl >>> 16, record.ttl & 0xffff, data.length);
  return Buffer.concat([record.name === asked ? TO_QUESTION : writeName(record.name), head, data]);
}

function dataOf(record: DnsRecord): Buffer {
  switch (record.type) {
    case 'A':
      return Buffer.from(record.address.split('.').map(Number));
    case 'AAAA':
      return record.address;
    case 'CNAME':
    case 'PTR':
      return writeName(record.target);
    case 'TXT':
      return Buffer.concat([Buffer.from([record.text.length]), Buffer.from(record.text, 'latin1')]);
    case 'SRV': {
      return Buffer.concat([shorts(0, record.weight, record.port), writeName(record.target)]);
    }
    case 'SOA': {
      // Serial number, refresh, retry, expiry, and for how long a name that is not there may be remembered: 32 bits each.
      const numbers = [1, 7200, 1800, 86_400, record.minimum].flatMap((number) => [
        number >>> 16,
        number & 0xffff,
      ]);
      return Buffer.concat([writeName(record.server), writeName(record.mailbox), shorts(...numbers)]);
    }
  }
}

/** A query of our own. */
export const writeQuestion = (id: number, { name, type }: Question): Buffer =>
  Buffer.concat([shorts(id, FLAG.desired, 1, 0, 0, 0), writeName(name), shorts(type, CLASS_IN)]);

/** 16 bits each, in the byte order of the network. */
function shorts(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * numbers.length);
  for (const [i, number] of numbers.entries()) bytes.writeUInt16BE(number, 2 * i);
  return bytes;
}

const labelsOf = (name: string): readonly string[] => name.split('.').filter((label) => label !== '');

/** Whether a name can be written: names of Services elsewhere are checked as Kubernetes does, which counts no bytes of their labels. */
export function isWritable(name: string): boolean {
  const labels = labelsOf(name);
  return (
    labels.every((label) => label.length <= LABEL_BYTES) &&
    labels.reduce((bytes, label) => bytes + 1 + label.length, 1) <= NAME_BYTES
  );
}

function writeName(name: string): Buffer {
  const labels = labelsOf(name);
  return Buffer.concat([
    ...labels.flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, 'latin1')]),
    Buffer.from([0]),
  ]);
}
