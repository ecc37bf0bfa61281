import type { Place } from '../../base/place.ts';
import type { Context, EngineOptions } from '../engine.ts';
import type { Budget } from '../gotemplate/values.ts';

/** What helpers may ask of the render that is running. */
export interface Parts extends EngineOptions {
  /** What functions of Go may use up in this render. */
  readonly budget: Budget;
  /** What stands before a place in its template. */
  readonly textBefore: (place: Place) => string;
  readonly include: (name: string, context: unknown, root: Context) => string;
  readonly tpl: (text: string, context: unknown, call: Call) => string;
}

/** What a helper may know about where it is called. */
export interface Call {
  readonly root: Context;
  readonly place: Place;
  readonly parts: Parts;
}
