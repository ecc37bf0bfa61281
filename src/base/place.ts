/** A place in a text that a person can open: path inside its tree, line and column from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** A value together with the place that it came from. */
export interface Located<T> {
  readonly value: T;
  readonly place: Place;
}

/** `charts/web/values.yaml:12:3`, the form that editors make clickable. */
export function formatPlace(place: Place): string {
  const line = place.line === undefined ? '' : `:${place.line}`;
  const column = place.line === undefined || place.column === undefined ? '' : `:${place.column}`;
  return `${place.file}${line}${column}`;
}
