import { statusError } from '../../../kube/values/status.ts';
import { CBOR } from './cbor.ts';

/** What an answer about objects looks like. */
export type Representation = 'object' | 'table' | 'metadata';
/** How it is written down. */
export type Encoding = 'json' | 'yaml' | 'cbor';

interface MediaRange {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

interface Form {
  readonly encoding: Encoding;
  readonly representation: Representation;
}

/**
 * Picks from the Accept header, in the client's order (kubectl puts what it prefers first and gives no weights).
 * Protobuf is never answered: every client that asks for it offers JSON behind it.
 */
export function representationOf(accept: string | undefined): Representation {
  for (const range of mediaRanges(accept)) {
    const form = formOf(range);
    if (form) return form.representation;
  }
  throw statusError(
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml, application/cbor, application/json;as=Table;v=v1;g=meta.k8s.io, application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  );
}

function formOf({ type, parameters }: MediaRange): Form | undefined {
  const encoding = encodingFor(type);
  if (!encoding) return undefined;
  if (parameters.as === undefined) return { encoding, representation: 'object' };
  if (parameters.g !== 'meta.k8s.io' || parameters.v !== 'v1') return undefined;
  if (parameters.as === 'Table') return { encoding, representation: 'table' };
  if (parameters.as === 'PartialObjectMetadata' || parameters.as === 'PartialObjectMetadataList') {
    return { encoding, representation: 'metadata' };
  }
  return undefined;
}

/** How whatever is answered is written: the first that the client names, JSON where it names none that is known here. */
export function encodingOf(accept: string | undefined): Encoding {
  for (const { type } of mediaRanges(accept)) {
    const encoding = encodingFor(type);
    if (encoding) return encoding;
  }
  return 'json';
}

/** The version of aggregated discovery (KEP-3352) that a client takes first, if any. */
export function aggregatedDiscovery(accept: string | undefined): 'v2' | 'v2beta1' | undefined {
  for (const { type, parameters } of mediaRanges(accept)) {
    if (!encodingFor(type)) continue;
    if (parameters.as === undefined) return undefined;
    const { as, g, v } = parameters;
    if (as === 'APIGroupDiscoveryList' && g === 'apidiscovery.k8s.io' && (v === 'v2' || v === 'v2beta1'))
      return v;
  }
  return undefined;
}

function encodingFor(type: string): Encoding | undefined {
  switch (type) {
    case 'application/json':
    case 'application/*':
    case '*/*':
      return 'json';
    case 'application/yaml':
      return 'yaml';
    case CBOR:
    case 'application/cbor-seq':
      return 'cbor';
    default:
      return undefined;
  }
}

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
