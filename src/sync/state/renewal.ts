import { type Problem, ProblemError } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { GeneratedReport } from '../../model/faces.ts';
import type { Environment } from '../../model/types.ts';
import { generatedName } from '../../render/recorded.ts';
import { endOf } from './certificateends.ts';
import { type KeptNow, listKept, writeKept } from './generated.ts';

type Of = Environment['spec'];

/** What templates made for an environment, without the values. In the order of apps and templates. */
export async function generatedReport(home: KubeClient, of: Of): Promise<readonly GeneratedReport[]> {
  const kept = await listKept(home, of);
  const reports = [...kept].flatMap(([app, { values, holders }]) =>
    Object.entries(values).map(([site, one]) => {
      const endsAt = endOf(one);
      return {
        name: generatedName(one),
        app,
        function: one.function,
        template: one.template,
        since: one.since,
        isUsed: Object.hasOwn(holders, site),
        objects: holders[site] ?? [],
        ...(endsAt ? { endsAt } : {}),
      };
    }),
  );
  const order = ({ app, template, since, name }: GeneratedReport) => [app, template, since, name].join('\n');
  return reports.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** Forgets values, so that the next render makes others: those of these names, or all. Rejects with ProblemError. */
export async function forgetValues(
  home: KubeClient,
  of: Of,
  wanted: readonly string[] | 'all',
): Promise<Forgotten> {
  const kept = await listKept(home, of);
  const all = [...kept.values()].flatMap(({ values }) => Object.values(values).map(generatedName));
  const names = wanted === 'all' ? all : [...new Set(wanted)];
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined || names.length === 0) throw new ProblemError(notMade(of, unknown));
  const going = new Set(names);
  for (const [app, before] of kept) {
    const after = without(before, going);
    if (after !== before) await writeKept(home, of, app, before, after);
  }
  const held = new Set([...kept.values()].flatMap(heldNames));
  return { renewed: names.filter((name) => held.has(name)), unused: names.filter((name) => !held.has(name)) };
}

/** Names of values: those that objects hold, and those that none has held. */
export interface Forgotten {
  readonly renewed: readonly string[];
  readonly unused: readonly string[];
}

const heldNames = ({ values, holders, lastHolders }: KeptNow): readonly string[] =>
  Object.entries(values).flatMap(([site, one]) =>
    (holders[site] ?? lastHolders?.[site] ?? []).length > 0 ? [generatedName(one)] : [],
  );

function without(kept: KeptNow, names: ReadonlySet<string>): KeptNow {
  const staying = Object.entries(kept.values).filter(([, one]) => !names.has(generatedName(one)));
  if (staying.length === Object.keys(kept.values).length) return kept;
  const sites = new Set(staying.map(([site]) => site));
  const holders = Object.entries(kept.holders).filter(([site]) => sites.has(site));
  const held = Object.entries({ ...kept.lastHolders, ...kept.holders }).filter(([site]) => !sites.has(site));
  const renewing = [...new Set([...(kept.renewing ?? []), ...held.flatMap(([, objects]) => objects)])];
  return { ...kept, values: Object.fromEntries(staying), holders: Object.fromEntries(holders), renewing };
}

const notMade = ({ delivery, environment }: Of, name: string | undefined): Problem => ({
  reason: 'NotFound',
  message: `Templates have made ${name === undefined ? 'nothing' : `no ${name}`} for ${delivery}/${environment}.`,
  remedy: `pilotage generated ${delivery}/${environment} lists what they have made.`,
});
