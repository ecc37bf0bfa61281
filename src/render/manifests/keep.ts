import { ANNOTATIONS } from '../../model/annotations.ts';
import type { Written } from './read.ts';

const POLICY = 'helm.sh/resource-policy';

/** Helm leaves what says `keep` when it is no longer part of the chart; the plan knows that by an annotation of our own. */
export function keptIfAsked(written: Written): Written {
  const { object } = written;
  const { annotations } = object.metadata;
  // Whatever a template wrote: only the cluster says that an annotation must be text.
  const policy: unknown = annotations?.[POLICY];
  const isKept = typeof policy === 'string' && policy.trim().toLowerCase() === 'keep';
  if (!isKept || annotations?.[ANNOTATIONS.prune]) return written;
  const metadata = { ...object.metadata, annotations: { ...annotations, [ANNOTATIONS.prune]: 'keep' } };
  return { ...written, object: { ...object, metadata } };
}
