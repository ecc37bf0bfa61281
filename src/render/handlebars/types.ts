import type { Place } from '../../base/place.ts';
import type { Context, EngineOptions } from '../engine.ts';

/** What helpers may ask of the render that is running. */
export interface Parts extends EngineOptions {
  readonly include: (name: string, context: unknown, root: Context) => string;
  readonly tpl: (text: string, context: unknown, call: Call) => string;
}

/** What a helper may know about where it is called. */
export interface Call {
  readonly root: Context;
  readonly place: Place;
  readonly parts: Parts;
}
