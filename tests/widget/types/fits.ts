/** What the package promises is what the widget's own sources do. */
import type { Afterlike, Liked, Product } from '@afterlike/widget';
import type * as api from '../../../widget/api.js';
import type { Product as Found } from '../../../widget/facts.js';

type Methods = Omit<typeof api, 'prototype'>;
/** main.js hands a method its tools, and answers with undefined for what goes wrong. */
type Offered = { [Name in keyof Methods]: Methods[Name] extends (tools: any, ...given: infer Given) => infer Answer
  ? (...given: Given) => Promise<Awaited<Answer> | undefined> : never };

declare const offered: Offered;
declare const promised: Afterlike;
declare const found: Found;
declare const told: Product;
export const everyMethodIsPromised: { [Name in keyof Offered]: unknown } = promised;
export const everyPromiseIsKept: { [Name in keyof Afterlike]: (...given: Parameters<Afterlike[Name]>) => Promise<Awaited<ReturnType<Afterlike[Name]>> | undefined> } = offered;
export const everyFactIsPromised: Product = found;
export const everyFactIsThere: Required<Found> = {} as Required<Product>;
export const one: Liked = { ...told, liked: true };
