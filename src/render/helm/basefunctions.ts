import type { HelmVersion } from '../../charts/helm/dialect.ts';
import type { Chance } from '../gotemplate/chance.ts';
import { cryptoFunctions } from '../gotemplate/functions/crypto.ts';
import { dateFunctions } from '../gotemplate/functions/dates.ts';
import { ENCODING } from '../gotemplate/functions/encoding.ts';
import { SPRIG } from '../gotemplate/functions/sprig.ts';
import { type Made, timeOnce } from '../gotemplate/made.ts';
import { createPlaces } from '../gotemplate/places.ts';
import type { FunctionTable } from '../gotemplate/values.ts';

/** Helm hides what it thinks unsafe, and its older release has less. */
const HIDDEN: Readonly<Record<HelmVersion, ReadonlySet<string>>> = {
  3: new Set(['env', 'expandenv', 'mustToYaml', 'mustToToml']),
  4: new Set(['env', 'expandenv']),
};

const shown = (table: FunctionTable, helm: HelmVersion): FunctionTable =>
  Object.fromEntries(Object.entries(table).filter(([name]) => !HIDDEN[helm].has(name)));

const ALONE: FunctionTable = { ...SPRIG, ...ENCODING };
const STANDING: Readonly<Record<HelmVersion, FunctionTable>> = { 3: shown(ALONE, 3), 4: shown(ALONE, 4) };

export interface FunctionMeans {
  readonly made: Made;
  readonly chance: Chance;
}

/** sprig's functions and those of Helm that write and read formats (pkg/engine/funcs.go). */
export const baseFunctions = ({ made, chance }: FunctionMeans, helm: HelmVersion = 4): FunctionTable => ({
  ...STANDING[helm],
  ...ofChance({ made, chance }),
});

const ofChance = ({ made, chance }: FunctionMeans): FunctionTable => ({
  ...cryptoFunctions({ ...chance, made }),
  // Charts write the time into annotations: asked for anew, it would be another outcome with each render.
  ...dateFunctions({ now: timeOnce(made, chance.now) }),
});

/** Functions that are made for each render, beside those of chance. */
export const OF_RENDER = ['include', 'tpl', 'required', 'fail', 'lookup'] as const;

const refuse = (): never => {
  throw new Error('functions are made for a render');
};
const OF_CHANCE = Object.keys(
  ofChance({
    made: { places: createPlaces(), enter: refuse, take: refuse, used: refuse },
    chance: { random: refuse, now: refuse, generateKey: refuse },
  }),
);
const names = (helm: HelmVersion): ReadonlySet<string> =>
  new Set([...Object.keys(STANDING[helm]), ...OF_CHANCE, ...OF_RENDER]);
const NAMES: Readonly<Record<HelmVersion, ReadonlySet<string>>> = { 3: names(3), 4: names(4) };

/** What a template may call; parsing needs no more than that. */
export const functionNames = (helm: HelmVersion): ReadonlySet<string> => NAMES[helm];
