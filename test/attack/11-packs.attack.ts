import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Pilotage } from '../e2e/harness.ts';
import { deltaChain, handMadePack } from '../git/support/packs.ts';
import type { Attack } from './attack.ts';

const packet = (text: string): string => (text.length + 4).toString(16).padStart(4, '0') + text;

/** One push as bytes, told apart from what git would do by nothing. Resolves with what the host says. */
function push(target: Pilotage, name: string, pack: Buffer, gzip = false): Promise<string> {
  const { token } = JSON.parse(readFileSync(join(target.dataDir, 'token.json'), 'utf8')) as {
    token: string;
  };
  const command = `${'0'.repeat(40)} ${'1'.repeat(40)} refs/heads/main\0report-status`;
  const plain = Buffer.concat([Buffer.from(`${packet(command)}0000`), pack]);
  const body = gzip ? gzipSync(plain) : plain;
  const url = `${target.ready.http}/git/${name}.git/git-receive-pack`;
  const headers = {
    authorization: `Basic ${Buffer.from(`git:${token}`).toString('base64')}`,
    'content-type': 'application/x-git-receive-pack-request',
    'content-length': body.length,
    ...(gzip ? { 'content-encoding': 'gzip' } : {}),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
      });
      response.on('end', () => resolve(`${response.statusCode} ${text}`));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function refused(name: string, packOf: () => Buffer, expected: RegExp, gzip = false): Attack['run'] {
  return async (target) => {
    const pack = packOf();
    const said = await push(target, name, pack, gzip);
    const found = expected.exec(said)?.[0];
    if (!found) throw new Error(said.slice(0, 400));
    return `${Math.ceil(pack.length / 1024)} KB refused: ${found}`;
  };
}

/** Honest: 20,000 objects, a good part of them large. */
async function honest(target: Pilotage): Promise<string> {
  const work = await target.repository('honest-large');
  // It would go on packing in the background after the attack.
  await work.git('config', 'gc.auto', '0');
  const random = Buffer.alloc(9000);
  let state = 11;
  for (let i = 0; i < 20_000; i++) {
    for (let at = 0; at < random.length; at += 4) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      random.writeInt32LE(state, at);
    }
    await work.write(`assets/${i % 100}/${i}.bin`, random.toString('latin1'));
  }
  await work.commit('assets');
  const begin = performance.now();
  const { code, stderr } = await work.push();
  if (code !== 0) throw new Error(stderr.slice(-2000));
  return `taken in ${Math.round((performance.now() - begin) / 1000)} s`;
}

const MIB = 2 ** 20;

export const attacks: readonly Attack[] = [
  {
    input: 'a chain of 550 deltas on 8 MiB, with branches: a few KB that become 4.4 GB',
    run: refused('chain', () => handMadePack(deltaChain(8 * MIB, 550, true)), /chain of more than[^\n]*MiB/),
  },
  {
    input: 'the same, gzipped once more',
    run: refused(
      'gzip',
      () => handMadePack(deltaChain(8 * MIB, 550, true)),
      /chain of more than[^\n]*MiB/,
      true,
    ),
  },
  {
    input: 'a blob of 300 MB of zeros',
    run: refused(
      'zeros',
      () => handMadePack([{ type: 'blob', content: Buffer.alloc(300 * MIB) }]),
      /too large: 300 MiB/,
    ),
  },
  {
    input: '60 blobs of 90 MB of zeros: 5.4 GB',
    run: refused(
      'blobs',
      () =>
        handMadePack(
          Array.from({ length: 60 }, (_, i) => ({
            type: 'blob' as const,
            content: Buffer.alloc(90 * MIB, i),
          })),
        ),
      /unfolds to more than|needs object|was not sent/,
    ),
  },
  {
    input: 'an honest push of 20,000 files, 200 MB',
    run: honest,
  },
];
