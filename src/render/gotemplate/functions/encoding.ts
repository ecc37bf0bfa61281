import { indentedJson } from '../../../kube/values/jsonindent.ts';
import { fromBase32, fromBase64, toBase32, toBase64 } from '../encoding/bases.ts';
import { marshalJson } from '../encoding/json.ts';
import { jsonKind, readJson, unmarshalJson } from '../encoding/jsonread.ts';
import { marshalToml } from '../encoding/toml/marshal.ts';
import { unmarshalToml } from '../encoding/toml/unmarshal.ts';
import { marshalYaml, marshalYamlPretty } from '../encoding/yaml/marshal.ts';
import { unmarshalYaml } from '../encoding/yaml/unmarshal.ts';
import {
  type Budget,
  bytesOf,
  type FunctionTable,
  GoError,
  type GoFunction,
  type GoMap,
  type GoSlice,
  nilMap,
  nilSlice,
  textOf,
  type Value,
} from '../values.ts';
import { define } from './define.ts';

/** What a write gives, in the words of Helm's functions of engine/funcs.go: '' where it fails, or the error. */
type Write = (value: Value, budget: Budget) => string;

const withoutLineBreak =
  (write: Write): Write =>
  (value, budget) =>
    write(value, budget).replace(/\n$/, '');

const orEmpty =
  (write: Write): Write =>
  (value, budget) => {
    try {
      return write(value, budget);
    } catch (error) {
      if (error instanceof GoError) return '';
      throw error;
    }
  };

const orMessage =
  (write: Write): Write =>
  (value, budget) => {
    try {
      return write(value, budget);
    } catch (error) {
      // Nil is a panic of Go's, which no error stands for.
      if (error instanceof GoError && value !== null) return error.message;
      throw error;
    }
  };

const writing = (write: Write): GoFunction => define(['any'], ([value], budget) => write(value, budget));

const yaml = withoutLineBreak(marshalYaml);
const prettyJson: Write = (value, budget) => indentedJson(marshalJson(value, budget));
const rawJson: Write = (value, budget) => marshalJson(value, budget, { html: false });

/** What a text says, with the error of what is wrong with it. */
type Read = (text: string, budget: Budget) => { readonly value: Value; readonly error?: string };

const readYaml: Read = (text, budget) => ({ value: unmarshalYaml(text, budget) });
const yamlMismatch = (value: Value, type: string): string =>
  `error unmarshaling JSON: while decoding JSON: ${jsonMismatch(value, type)}`;

const jsonMismatch = (value: Value, type: string): string =>
  `json: cannot unmarshal ${jsonKind(value)} into Go value of type ${type}`;

/** How JSON is read into a type other than its own: `nothing` is what null leaves there. */
interface Target<T> {
  readonly read: Read;
  readonly mismatch: (value: Value, type: string) => string;
  readonly nothing: () => T;
}

/** A map, with what went wrong under the key Error. */
const readingMap = ({ read, mismatch, nothing }: Target<GoMap>): GoFunction =>
  define(['string'], ([text], budget) => {
    const { value, error } = attempt(read, text, budget);
    if (value === null && error === undefined) return nothing();
    const map: GoMap = value instanceof Map ? value : new Map();
    const problem = error ?? (value instanceof Map ? undefined : mismatch(value, 'map[string]interface {}'));
    if (problem !== undefined) map.set('Error', problem);
    return map;
  });

/** A list, or one of what went wrong. */
const readingList = ({ read, mismatch, nothing }: Target<GoSlice>): GoFunction =>
  define(['string'], ([text], budget) => {
    const { value, error } = attempt(read, text, budget);
    if (error !== undefined) return [error];
    if (value === null) return nothing();
    return Array.isArray(value) ? value : [mismatch(value, '[]interface {}')];
  });

function attempt(read: Read, text: string, budget: Budget): ReturnType<Read> {
  try {
    return read(text, budget);
  } catch (error) {
    if (error instanceof GoError) return { value: null, error: error.message };
    throw error;
  }
}

const readBudgetedJson: Read = (text, budget) => {
  budget.spend(text.length / 16);
  return readJson(text);
};

const YAML = { read: readYaml, mismatch: yamlMismatch };
const JSON_TEXT = { read: readBudgetedJson, mismatch: jsonMismatch };

const encoding = (encode: (bytes: Uint8Array) => string): GoFunction =>
  define(['string'], ([text], budget) => {
    budget.spend(text.length / 64);
    return encode(bytesOf(text));
  });

/** What is wrong with a text is what it decodes to. */
const decoding = (decode: (text: string) => Uint8Array): GoFunction =>
  define(['string'], ([text], budget) => {
    budget.spend(text.length / 64);
    try {
      return textOf(decode(text));
    } catch (error) {
      if (error instanceof GoError) return error.message;
      throw error;
    }
  });

const readToml: Read = (text, budget) => ({ value: unmarshalToml(text, budget) });

/** Functions of sprig (defaults.go, strings.go) and of Helm (engine/funcs.go) that write values as text and read them. */
export const ENCODING: FunctionTable = {
  b64enc: encoding(toBase64),
  b64dec: decoding(fromBase64),
  b32enc: encoding(toBase32),
  b32dec: decoding(fromBase32),
  toYaml: writing(orEmpty(yaml)),
  mustToYaml: writing(yaml),
  toYamlPretty: writing(orEmpty(withoutLineBreak(marshalYamlPretty))),
  fromYaml: readingMap({ ...YAML, nothing: () => new Map() }),
  fromYamlArray: readingList({ ...YAML, nothing: () => [] }),
  toToml: writing(orMessage(marshalToml)),
  mustToToml: writing(marshalToml),
  fromToml: readingMap({ read: readToml, mismatch: jsonMismatch, nothing: nilMap }),
  toJson: writing(orEmpty(marshalJson)),
  mustToJson: writing(marshalJson),
  toPrettyJson: writing(orEmpty(prettyJson)),
  mustToPrettyJson: writing(prettyJson),
  toRawJson: writing(rawJson),
  mustToRawJson: writing(rawJson),
  fromJson: readingMap({ ...JSON_TEXT, nothing: nilMap }),
  fromJsonArray: readingList({ ...JSON_TEXT, nothing: () => nilSlice('[]interface {}') }),
  mustFromJson: define(['string'], ([text], budget) => {
    budget.spend(text.length / 16);
    return unmarshalJson(text);
  }),
};
