import { type Answer, type DnsRecord, RCODE, TYPE } from './wire.ts';

/** Bytes of the fixed parts of a message: header, what follows the name of a question, what follows that of a record. */
const [HEADER, QUESTION, RECORD] = [12, 4, 10];

/**
 * The addresses in the answer of another server, whatever names of a chain they are of, as those of `name`. undefined: it is no whole answer. What it
 * says is believed as far as the server is; its bytes may be anything.
 */
export function addressesIn(message: Buffer, name: string): Pick<Answer, 'code' | 'answers'> | undefined {
  if (message.length < HEADER) return undefined;
  const code = message.readUInt16BE(2) & 0xf;
  if (code !== RCODE.ok && code !== RCODE.noSuchName) return undefined;
  let at: number | undefined = HEADER;
  for (let i = message.readUInt16BE(4); i > 0 && at !== undefined; i--) at = after(message, at, QUESTION);
  const answers: DnsRecord[] = [];
  for (let i = message.readUInt16BE(6); i > 0; i--) {
    const data: number | undefined = at === undefined ? undefined : after(message, at, RECORD);
    if (data === undefined) return undefined;
    const [type, ttl] = [message.readUInt16BE(data - 10), message.readUInt32BE(data - 6)];
    at = data + message.readUInt16BE(data - 2);
    if (at > message.length) return undefined;
    const bytes = message.subarray(data, at);
    if (type === TYPE.A && bytes.length === 4)
      answers.push({ name, ttl, type: 'A', address: bytes.join('.') });
    if (type === TYPE.AAAA && bytes.length === 16) answers.push({ name, ttl, type: 'AAAA', address: bytes });
  }
  return { code, answers };
}

/** The place after a name and `more` bytes. A pointer ends a name, and is not followed. */
function after(message: Buffer, start: number, more: number): number | undefined {
  let at = start;
  for (;;) {
    const length = message[at];
    if (length === undefined) return undefined;
    if (length >= 0xc0) at += 2;
    else at += 1 + length;
    if (length !== 0 && length < 0xc0) continue;
    return at + more <= message.length ? at + more : undefined;
  }
}
