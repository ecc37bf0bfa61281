import type { IncomingMessage } from 'node:http';

/** The body of an answer, read once. One of more than `most` bytes rejects, and its connection ends. */
export async function readAnswerBody(
  answer: IncomingMessage,
  most = Number.POSITIVE_INFINITY,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw new Error('the answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
