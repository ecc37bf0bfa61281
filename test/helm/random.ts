// Random templates by both sides: what `npm run test:helm` counts, and `npx tsx test/helm/random.ts SEED COUNT` prints.
import { textOf } from '../../src/render/gotemplate/values.ts';
import { type Json, randomData } from './grammar/data.ts';
import { type Piece, smaller, written } from './grammar/node.ts';
import { createRandom } from './grammar/random.ts';
import { randomTemplate } from './grammar/template.ts';
import type { HelmAnswer, HelmPeer } from './peer.ts';
import { type Outcome, renderTemplate } from './render.ts';

export interface Difference {
  /** The seed of the case by itself. */
  readonly seed: number;
  readonly template: string;
  readonly data: Json;
  readonly go: Outcome;
  readonly ours: Outcome;
}

export interface RandomReport {
  readonly cases: number;
  readonly errors: number;
  /** Errors whose texts are equal too. */
  readonly equalTexts: number;
  /** Pairs of errors whose texts differ, a few of them. */
  readonly otherTexts: readonly Difference[];
  readonly differences: readonly Difference[];
}

/** Helm marks the messages of `fail` and `required`, for itself to find them. */
const MARKS = /HELM_ERR_START|HELM_ERR_END/g;

function outcomeOf({ output, outputBytes, error }: HelmAnswer): Outcome {
  if (error !== undefined) return { error: error.replace(MARKS, '') };
  return { output: outputBytes === undefined ? (output ?? '') : textOf(Buffer.from(outputBytes, 'base64')) };
}

/** fromYaml and fromToml give their errors as data. The words of a scanner of YAML are many, and no chart reads them. */
const WORDS = /(?:error[+ ](?:converting|unmarshaling)|toml: )[^\n]*/g;

const isEqual = (go: Outcome, ours: Outcome): boolean => {
  if ('error' in go) return 'error' in ours && !ours.error.startsWith('CRASH');
  return (
    'output' in ours &&
    (ours.output === go.output || ours.output.replace(WORDS, '') === go.output.replace(WORDS, ''))
  );
};

const SHOWN = 20;
const BATCH = 200;

export async function compareRandom(peer: HelmPeer, seed: number, count: number): Promise<RandomReport> {
  const differences: Difference[] = [];
  const otherTexts: Difference[] = [];
  let [errors, equalTexts] = [0, 0];
  for (let first = 0; first < count; first += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - first) }, (_, index) =>
      caseOf(seed + first + index),
    );
    const asked = batch.map(({ piece, data }) => peer.ask({ template: written(piece), data }));
    for (const [index, { seed: own, piece, data }] of batch.entries()) {
      const template = written(piece);
      const ours = renderTemplate(template, data);
      const go = outcomeOf((await asked[index]) ?? { millis: 0 });
      if (!isEqual(go, ours)) {
        if (differences.length < SHOWN) differences.push(await shrunk(peer, { seed: own, piece, data }));
      } else if ('error' in go && 'error' in ours) {
        errors += 1;
        if (go.error === ours.error) equalTexts += 1;
        else otherTexts.push({ seed: own, template, data, go, ours });
      }
    }
  }
  return { cases: count, errors, equalTexts, otherTexts, differences };
}

interface Case {
  readonly seed: number;
  readonly piece: Piece;
  readonly data: Json;
}

function caseOf(seed: number): Case {
  const random = createRandom(seed * 7919 + 1);
  return { seed, piece: randomTemplate(random), data: randomData(random) };
}

const MAX_TRIES = 600;

/** Leaves out of a failing case what it does not need to fail. */
async function shrunk(peer: HelmPeer, { seed, piece, data }: Case): Promise<Difference> {
  let best = piece;
  let tries = 0;
  for (let found = true; found && tries < MAX_TRIES; ) {
    found = false;
    for (const less of smaller(best)) {
      tries += 1;
      if (tries > MAX_TRIES) break;
      if (!(await differs(peer, written(less), data))) continue;
      best = less;
      found = true;
      break;
    }
  }
  const template = written(best);
  const small = await smallerData(peer, template, data);
  const go = outcomeOf(await peer.ask({ template, data: small }));
  return { seed, template, data: small, go, ours: renderTemplate(template, small) };
}

async function differs(peer: HelmPeer, template: string, data: Json): Promise<boolean> {
  return !isEqual(outcomeOf(await peer.ask({ template, data })), renderTemplate(template, data));
}

/** Leaves out members that the template does not need. */
async function smallerData(peer: HelmPeer, template: string, data: Json): Promise<Json> {
  let best = data as { readonly [key: string]: Json };
  for (const key of Object.keys(best)) {
    const { [key]: _, ...rest } = best;
    if (await differs(peer, template, rest)) best = rest;
  }
  return best;
}

export const shown = ({ seed, template, data, go, ours }: Difference): string =>
  `seed ${seed}\n  template ${JSON.stringify(template)}\n  data     ${JSON.stringify(data)}\n  Go       ${JSON.stringify(go)}\n  ours     ${JSON.stringify(ours)}`;
