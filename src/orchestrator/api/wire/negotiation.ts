import { statusError } from '../../../kube/values/status.ts';

/** What an answer about objects looks like. */
export type Representation = 'object' | 'table' | 'metadata';

interface MediaRange {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Picks from the Accept header, in the client's order (kubectl puts what it prefers first and gives no weights).
 * Protobuf is never answered: every client that asks for it offers JSON behind it.
 */
export function representationOf(accept: string | undefined): Representation {
  for (const { type, parameters } of mediaRanges(accept)) {
    if (!isJson(type)) continue;
    if (parameters.as === undefined) return 'object';
    if (parameters.g !== 'meta.k8s.io' || parameters.v !== 'v1') continue;
    if (parameters.as === 'Table') return 'table';
    if (parameters.as === 'PartialObjectMetadata' || parameters.as === 'PartialObjectMetadataList') {
      return 'metadata';
    }
  }
  throw statusError(
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/json;as=Table;v=v1;g=meta.k8s.io, application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  );
}

/** The version of aggregated discovery (KEP-3352) that a client takes first, if any. */
export function aggregatedDiscovery(accept: string | undefined): 'v2' | 'v2beta1' | undefined {
  for (const { type, parameters } of mediaRanges(accept)) {
    if (!isJson(type)) continue;
    if (parameters.as === undefined) return undefined;
    const { as, g, v } = parameters;
    if (as === 'APIGroupDiscoveryList' && g === 'apidiscovery.k8s.io' && (v === 'v2' || v === 'v2beta1'))
      return v;
  }
  return undefined;
}

const isJson = (type: string): boolean =>
  type === 'application/json' || type === '*/*' || type === 'application/*';

export function mediaRanges(accept: string | undefined): MediaRange[] {
  return (accept?.trim() || '*/*').split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    return {
      type: type.toLowerCase(),
      parameters: Object.fromEntries(
        parameters.map((parameter) => {
          const [name = '', value = ''] = parameter.split('=');
          return [name.trim().toLowerCase(), value.trim()];
        }),
      ),
    };
  });
}
