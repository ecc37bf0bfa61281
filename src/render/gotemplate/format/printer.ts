import { type Kind, kindOf, sortedKeys, typeOf } from '../kinds.ts';
import {
  type Budget,
  bytesOf,
  GoError,
  type GoMap,
  type GoSlice,
  isNil,
  Num,
  Struct,
  textOf,
  type Value,
} from '../values.ts';
import { Flags, pad, truncate } from './flags.ts';
import { formatFloatVerb, formatInteger, hex0x } from './numbers.ts';
import { canBackquote, quote } from './quote.ts';

/** Values nested deeper than this are refused: a map that holds itself has no end. */
const MAX_DEPTH = 500;
/** Characters that one value or format may become. */
const MAX_LENGTH = 1 << 24;
/** Go prints the address of what has no text; there are none here. */
const ADDRESS = 0xc000000000n;

/** Kinds of values that are addresses themselves. */
const ADDRESSED: ReadonlySet<Kind> = new Set<Kind>(['map', 'slice', 'ptr', 'func']);

/** Prints values by the rules of fmt's `pp` (fmt/print.go): one per call of a function of fmt. */
export class Printer {
  out = '';
  flags = new Flags();
  /** While an error such as `%!d(string=a)` is written, Stringers are not asked. */
  private erroring = false;
  private charged = 0;
  private readonly budget: Budget | undefined;

  constructor(budget: Budget | undefined) {
    this.budget = budget;
  }

  /** Charges one step, and what has been written since the last time. @throws GoError */
  charge(): void {
    const lots = this.out.length >> 6;
    if (this.out.length > MAX_LENGTH) throw new GoError(`the text is longer than ${MAX_LENGTH} characters`);
    this.budget?.spend(1 + lots - this.charged);
    this.charged = lots;
  }

  /** An argument of a function of fmt. */
  argument(value: Value, verb: string): void {
    if (value === null) {
      if (verb === 'T' || verb === 'v') this.out += pad('<nil>', this.flags);
      else this.badVerb(null, verb);
    } else if (verb === 'T') this.out += pad(truncate(typeOf(value), this.flags), this.flags);
    else if (verb === 'p') this.pointer(value, verb);
    else if (value instanceof Uint8Array && (verb === 'v' || verb === 'd')) this.bytes(value, verb, '[]byte');
    else this.value(value, verb, 0);
  }

  /** A value at some depth; at depth 0 a pointer shows what it points to. */
  private value(value: Value, verb: string, depth: number): void {
    if (depth > MAX_DEPTH) throw new GoError('the value is nested too deeply to be printed');
    if (typeof value === 'string') this.text(value, verb);
    else if (value === null) this.out += this.flags.sharpV ? 'interface {}(nil)' : '<nil>';
    else if (typeof value !== 'object' || value instanceof Num)
      this.written(this.basic(value, verb), value, verb);
    else if (verb === 'w' && !(value instanceof Uint8Array && depth === 0)) this.badVerb(value, verb);
    else this.composite(value, verb, depth);
  }

  /** A boolean or a number; undefined for verbs that are not for it. */
  private basic(value: boolean | number | bigint | Num, verb: string): string | undefined {
    const { flags } = this;
    if (typeof value === 'boolean')
      return verb === 't' || verb === 'v' ? pad(String(value), flags) : undefined;
    if (typeof value === 'bigint') return formatInteger(value, true, verb, flags);
    if (typeof value === 'number') return formatFloatVerb(value, 64, verb, flags);
    if (typeof value.value === 'number') return formatFloatVerb(value.value, 32, verb, flags);
    return formatInteger(value.value, !value.type.startsWith('u'), verb, flags);
  }

  private composite(value: GoMap | GoSlice | Uint8Array | Struct, verb: string, depth: number): void {
    this.charge();
    if (value instanceof Map) this.map(value, verb, depth);
    else if (value instanceof Struct) this.struct(value, verb, depth);
    else if (value instanceof Uint8Array && /^[sqxX]$/.test(verb)) this.bytes(value, verb, '[]uint8');
    else this.slice(value, verb, depth);
  }

  private written(text: string | undefined, value: Value, verb: string): void {
    if (text === undefined) this.badVerb(value, verb);
    else this.out += text;
  }

  /** `%!d(string=abc)` */
  private badVerb(value: Value, verb: string): void {
    const { erroring } = this;
    this.erroring = true;
    this.out += `%!${verb}(`;
    if (value === null) this.out += '<nil>';
    else {
      this.out += `${typeOf(value)}=`;
      this.argument(value, 'v');
    }
    this.out += ')';
    this.erroring = erroring;
  }

  private text(value: string, verb: string): void {
    const { flags } = this;
    if (verb === 's' || (verb === 'v' && !flags.sharpV)) this.out += pad(truncate(value, flags), flags);
    else if (verb === 'v' || verb === 'q') this.out += this.quoted(value);
    else if (verb === 'x' || verb === 'X') this.out += this.hex(bytesOf(value), verb);
    else this.badVerb(value, verb);
  }

  private quoted(value: string): string {
    const text = truncate(value, this.flags);
    const raw = this.flags.sharp && canBackquote(text);
    return pad(raw ? `\`${text}\`` : quote(text, this.flags.plus), this.flags);
  }

  private hex(bytes: Uint8Array, verb: string): string {
    const { precision, sharp, space } = this.flags;
    const shown = bytes.subarray(0, precision ?? bytes.length);
    const pairs = Array.from(shown, (byte) => byte.toString(16).padStart(2, '0'));
    const first = sharp && pairs.length > 0 ? '0x' : '';
    const text = first + pairs.join(space ? ` ${first}` : '');
    return pad(verb === 'X' ? text.toUpperCase() : text, this.flags);
  }

  private bytes(value: Uint8Array, verb: string, type: string): void {
    const { flags } = this;
    if (verb === 's' || verb === 'q') this.text(textOf(value), verb);
    else if (verb === 'x' || verb === 'X') this.out += this.hex(value, verb);
    else {
      const show = (byte: number): string =>
        flags.sharpV ? hex0x(BigInt(byte), flags) : (formatInteger(BigInt(byte), false, verb, flags) ?? '');
      const items = Array.from(value, show);
      this.out += flags.sharpV ? `${type}{${items.join(', ')}}` : `[${items.join(' ')}]`;
    }
  }

  private map(value: GoMap, verb: string, depth: number): void {
    const { sharpV } = this.flags;
    if (sharpV && isNil(value)) {
      this.out += `${typeOf(value)}(nil)`;
      return;
    }
    this.out += sharpV ? `${typeOf(value)}{` : 'map[';
    let separator = '';
    for (const key of sortedKeys(value)) {
      this.out += separator;
      separator = sharpV ? ', ' : ' ';
      this.text(key, verb);
      this.out += ':';
      this.value(value.get(key) ?? null, verb, depth + 1);
    }
    this.out += sharpV ? '}' : ']';
  }

  private slice(value: GoSlice | Uint8Array, verb: string, depth: number): void {
    const { sharpV } = this.flags;
    if (sharpV && Array.isArray(value) && isNil(value)) {
      this.out += `${typeOf(value)}(nil)`;
      return;
    }
    this.out += sharpV ? `${typeOf(value)}{` : '[';
    const separator = sharpV ? ', ' : ' ';
    for (let i = 0; i < value.length; i++) {
      if (i > 0) this.out += separator;
      const item = value[i] ?? null;
      this.value(
        value instanceof Uint8Array ? new Num('uint8', BigInt(value[i] ?? 0)) : item,
        verb,
        depth + 1,
      );
    }
    this.out += sharpV ? '}' : ']';
  }

  private struct(value: Struct, verb: string, depth: number): void {
    const kind = kindOf(value);
    if (value.text && !this.erroring && !this.flags.sharpV && /^[vsxXq]$/.test(verb))
      this.text(value.text(), verb);
    else if (kind === 'func' || (kind === 'ptr' && depth > 0)) this.pointer(value, verb);
    else this.fields(value, verb, depth, kind === 'ptr' ? '&' : '');
  }

  private fields({ type, fields }: Struct, verb: string, depth: number, mark: string): void {
    const { sharpV, plusV } = this.flags;
    this.out += sharpV ? `${mark}${type.name.replace('*', '')}{` : `${mark}{`;
    let separator = '';
    for (const [name, field] of fields) {
      this.out += separator;
      separator = sharpV ? ', ' : ' ';
      if (plusV || sharpV) this.out += `${name}:`;
      this.value(field, verb, depth + 1);
    }
    this.out += '}';
  }

  private pointer(value: Value, verb: string): void {
    const { flags } = this;
    const address = (value instanceof Map || Array.isArray(value)) && isNil(value) ? 0n : ADDRESS;
    if (!ADDRESSED.has(kindOf(value))) this.badVerb(value, verb);
    else if (verb === 'v' && flags.sharpV) this.out += `(${typeOf(value)})(${hex0x(address, flags)})`;
    else if (verb === 'v' || verb === 'p') this.out += hex0x(address, flags, !flags.sharp);
    else {
      const text = /^[bodxX]$/.test(verb) ? formatInteger(address, false, verb, flags) : undefined;
      this.written(text, value, verb);
    }
  }
}
