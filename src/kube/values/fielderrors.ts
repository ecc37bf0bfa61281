import { stringifyJson } from './json.ts';

/** One cause of a 422, in the words of apimachinery `pkg/util/validation/field/errors.go`. */
export interface FieldError {
  /** `spec.containers[0].name` */
  readonly field: string;
  readonly reason:
    | 'Required'
    | 'Invalid'
    | 'NotSupported'
    | 'Duplicate'
    | 'NotFound'
    | 'Forbidden'
    | 'TooLong'
    | 'TooMany'
    | 'TypeInvalid';
  /** Without the field: `Required value: must be specified`. */
  readonly message: string;
}

/** Whole objects are shown, but not a megabyte of them, and that at every level above the mistake. */
const MOST_SHOWN = 10_000;

function show(value: unknown): string {
  const text = stringifyJson(value) ?? 'null';
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
const and = (detail: string): string => (detail === '' ? '' : `: ${detail}`);

export const required = (field: string, detail = ''): FieldError => ({
  field,
  reason: 'Required',
  message: `Required value${and(detail)}`,
});

export const invalid = (field: string, value: unknown, detail: string): FieldError => ({
  field,
  reason: 'Invalid',
  message: `Invalid value: ${show(value)}${and(detail)}`,
});

export const typeInvalid = (field: string, found: string, wanted: string): FieldError => ({
  field,
  reason: 'TypeInvalid',
  message: `Invalid value: ${show(found)}: ${field} in body must be of type ${wanted}: ${show(found)}`,
});

export const notSupported = (field: string, value: unknown, supported: readonly unknown[]): FieldError => ({
  field,
  reason: 'NotSupported',
  message: `Unsupported value: ${show(value)}: supported values: ${supported.map(show).join(', ')}`,
});

export const duplicate = (field: string, value: unknown): FieldError => ({
  field,
  reason: 'Duplicate',
  message: `Duplicate value: ${show(value)}`,
});

export const notFound = (field: string, value: unknown): FieldError => ({
  field,
  reason: 'NotFound',
  message: `Not found: ${show(value)}`,
});

export const forbidden = (field: string, detail: string): FieldError => ({
  field,
  reason: 'Forbidden',
  message: `Forbidden: ${detail}`,
});

export const tooLong = (field: string, most: number): FieldError => ({
  field,
  reason: 'TooLong',
  message: `Too long: may not be more than ${most} bytes`,
});

export const tooMany = (field: string, count: number, most: number): FieldError => ({
  field,
  reason: 'TooMany',
  message: `Too many: ${count}: must have at most ${most} items`,
});

/** `spec.replicas: Invalid value: -1: must be greater than or equal to 0` */
export const formatFieldError = ({ field, message }: FieldError): string =>
  field === '' ? message : `${field}: ${message}`;
