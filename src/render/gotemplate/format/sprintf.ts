import { integerOf, typeOf } from '../kinds.ts';
import type { Budget, Value } from '../values.ts';
import { Flags } from './flags.ts';
import { Printer } from './printer.ts';
import { isSurrogate } from './quote.ts';

/** fmt.Sprintf (doPrintf of fmt/print.go), wrong formats included. @throws GoError when the budget is used up */
export function sprintf(format: string, values: readonly Value[], budget?: Budget): string {
  const run = new Run(format, values, budget);
  return run.format();
}

/** A width, a precision or the index of an argument beyond this is none. */
const LARGEST = 1_000_000;

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

class Run {
  private readonly text: string;
  private readonly values: readonly Value[];
  private readonly printer: Printer;
  private at = 0;
  private next = 0;
  /** Some verb has chosen its argument, as `%[2]d` does: then unused arguments are no error. */
  private reordered = false;
  private goodIndex = true;
  private afterIndex = false;

  constructor(text: string, values: readonly Value[], budget: Budget | undefined) {
    this.text = text;
    this.values = values;
    this.printer = new Printer(budget);
  }

  format(): string {
    const { text, printer } = this;
    while (this.at < text.length) {
      const percent = text.indexOf('%', this.at);
      const end = percent < 0 ? text.length : percent;
      printer.out += text.slice(this.at, end);
      this.at = end + 1;
      if (percent >= 0 && !this.directive()) break;
      printer.charge();
    }
    if (!this.reordered && this.next < this.values.length) this.extra();
    printer.charge();
    return printer.out;
  }

  /** What follows a `%`; false at the end of the format. */
  private directive(): boolean {
    const { printer } = this;
    const flags = new Flags();
    printer.flags = flags;
    this.goodIndex = true;
    this.afterIndex = false;
    this.readFlags(flags);
    this.index();
    this.width(flags);
    this.precision(flags);
    if (!this.afterIndex) this.index();
    if (this.at >= this.text.length) {
      printer.out += '%!(NOVERB)';
      return false;
    }
    this.verb(flags);
    return true;
  }

  private readFlags(flags: Flags): void {
    for (; ; this.at++) {
      const flag = this.text[this.at];
      if (flag === '#') flags.sharp = true;
      else if (flag === '0') flags.zero = true;
      else if (flag === '+') flags.plus = true;
      else if (flag === '-') flags.minus = true;
      else if (flag === ' ') flags.space = true;
      else return;
    }
  }

  private width(flags: Flags): void {
    if (this.text[this.at] === '*') {
      this.at += 1;
      flags.width = this.argumentNumber();
      if (flags.width === undefined) this.printer.out += '%!(BADWIDTH)';
      else if (flags.width < 0) {
        flags.width = -flags.width;
        flags.minus = true;
        flags.zero = false;
      }
      this.afterIndex = false;
      return;
    }
    flags.width = this.number(this.text.length);
    if (this.afterIndex && flags.width !== undefined) this.goodIndex = false;
  }

  private precision(flags: Flags): void {
    if (this.text[this.at] !== '.' || this.at + 1 >= this.text.length) return;
    this.at += 1;
    if (this.afterIndex) this.goodIndex = false;
    this.index();
    if (this.text[this.at] !== '*') {
      flags.precision = this.number(this.text.length) ?? 0;
      return;
    }
    this.at += 1;
    const precision = this.argumentNumber();
    flags.precision = precision !== undefined && precision >= 0 ? precision : undefined;
    if (flags.precision === undefined) this.printer.out += '%!(BADPREC)';
    this.afterIndex = false;
  }

  private verb(flags: Flags): void {
    const code = this.text.codePointAt(this.at) ?? 0;
    this.at += code > 0xffff ? 2 : 1;
    const verb = isSurrogate(code) ? '\ufffd' : String.fromCodePoint(code);
    const { printer } = this;
    if (verb === '%') printer.out += '%';
    else if (!this.goodIndex) printer.out += `%!${verb}(BADINDEX)`;
    else if (this.next >= this.values.length) printer.out += `%!${verb}(MISSING)`;
    else {
      if (verb === 'v' || verb === 'w') modes(flags);
      printer.argument(this.values[this.next] ?? null, verb);
      this.next += 1;
    }
  }

  /** A decimal number at this place; one that is too large ends the format. */
  private number(end: number): number | undefined {
    let value = 0;
    const start = this.at;
    for (; this.at < end && isDigit(this.text.charCodeAt(this.at)); this.at++) {
      if (value > LARGEST) {
        this.at = end;
        return undefined;
      }
      value = value * 10 + this.text.charCodeAt(this.at) - 0x30;
    }
    return this.at > start ? value : undefined;
  }

  /** The number that a `*` takes from the arguments. */
  private argumentNumber(): number | undefined {
    if (this.next >= this.values.length) return undefined;
    const value = integerOf(this.values[this.next]);
    this.next += 1;
    return value === undefined || value > LARGEST || value < -LARGEST ? undefined : Number(value);
  }

  /** `[n]` chooses the next argument, counted from 1. */
  private index(): void {
    this.afterIndex = false;
    if (this.text[this.at] !== '[') return;
    this.reordered = true;
    const close = this.text.indexOf(']', this.at + 1);
    if (close < 0 || this.at + 3 > this.text.length) {
      this.at += 1;
      this.goodIndex = false;
      return;
    }
    this.at += 1;
    const index = this.number(close);
    const complete = index !== undefined && this.at === close;
    this.at = close + 1;
    if (complete && index >= 1 && index <= this.values.length) this.next = index - 1;
    else this.goodIndex = false;
    this.afterIndex = complete;
  }

  private extra(): void {
    const { printer } = this;
    printer.flags = new Flags();
    printer.out += '%!(EXTRA ';
    for (let i = this.next; i < this.values.length; i++) {
      const value = this.values[i] ?? null;
      if (i > this.next) printer.out += ', ';
      if (value !== null) printer.out += `${typeOf(value)}=`;
      printer.argument(value, 'v');
    }
    printer.out += ')';
  }
}

/** With `%v`, # and + say how the whole value is written. */
function modes(flags: Flags): void {
  flags.sharpV = flags.sharp;
  flags.sharp = false;
  flags.plusV = flags.plus;
  flags.plus = false;
}
