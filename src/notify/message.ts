import type { Notified } from '../model/kinds/common.ts';

/** One thing that happened to one environment, in words; no part of it is more than a line. */
export interface Notice {
  readonly kind: Notified;
  readonly delivery: string;
  readonly environment: string;
  /** When it was decided; wall time, ms. */
  readonly at: number;
  /** When what it speaks of began; wall time, ms. */
  readonly since: number;
  readonly text: string;
  readonly remedy?: string;
  readonly revision?: string;
  readonly subject?: string;
  readonly author?: string;
  readonly url?: string;
}

/** What one channel is sent at once. */
export interface Message {
  readonly title: string;
  /** Those that people are shown. */
  readonly notices: readonly Notice[];
  /** All of them, for programs. */
  readonly all: readonly Notice[];
  /** Further ones than people are shown, which are counted only. */
  readonly more: number;
  /** Equal for equal notices: a receiver that gets a message again after a crash knows it by this. */
  readonly id: string;
}

/** How much of one thing a person reads in a channel; more is in `pilotage why`. */
const MOST_TEXT = 300;

/** The first line of what somebody else wrote, without control characters: lines below may be what a program logged. */
export function oneLine(text: string, most = MOST_TEXT): string {
  const line = (text.split(/[\r\n\u2028\u2029]/, 1)[0] ?? '').replace(/[\p{Cc}\p{Cf}]+/gu, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

export const nameOf = ({ delivery, environment }: Notice): string => `${delivery}/${environment}`;

/** `abc1234 "Fix it" by Ann` */
export function commitOf({ revision, subject, author }: Notice): string | undefined {
  if (revision === undefined) return undefined;
  return `${revision.slice(0, 7)}${subject ? ` “${subject}”` : ''}${author ? ` by ${author}` : ''}`;
}

/** A notice as lines of plain text: what happened, at which commit, what helps, where it answers. */
export function linesOf(notice: Notice): readonly string[] {
  const commit = commitOf(notice);
  return [
    notice.text,
    ...(commit ? [`commit: ${commit}`] : []),
    ...(notice.remedy ? [`next: ${notice.remedy}`] : []),
    ...(notice.url ? [notice.url] : []),
  ];
}

/** The whole as plain text; `escaped` is put to all that others wrote. */
export function plainText({ title, notices, more }: Message, escaped = (text: string) => text): string {
  const blocks = notices.map((notice) => linesOf(notice).map(escaped).join('\n'));
  const shown = notices.length === 1 ? blocks : [escaped(title), ...blocks];
  return [...shown, ...(more > 0 ? [`and ${more} more: pilotage status`] : [])].join('\n\n');
}
