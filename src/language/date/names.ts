import type { Element } from "./fields.ts";

type Names = readonly (readonly [name: string, value: number])[];

/** One of some names, in any case, into field `field`; the longest that fits. */
export function nameElement(list: Names, field: number): Element {
  const byLength = list
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .sort((a, b) => b[0].length - a[0].length);
  const short = new Map(
    byLength.flatMap(([name, value]) => (/^[a-z]{3}$/.test(name) ? [[packed(name, 0), value]] : [])),
  );
  return (text, at, fields) => {
    // The usual case: an English abbreviation.
    const quick = short.get(packed(text, at));
    if (quick !== undefined && endsAt(text, at + 3)) {
      fields.values[field] = quick;
      return at + 3;
    }
    for (const [name, value] of byLength) {
      if (text.slice(at, at + name.length).toLowerCase() === name) {
        fields.values[field] = value;
        return at + name.length;
      }
    }
    return -1;
  };
}

/** Three ASCII letters in any case as one number; other characters count as 0. */
function packed(text: string, at: number): number {
  return lower(text.charCodeAt(at)) | (lower(text.charCodeAt(at + 1)) << 8) | (lower(text.charCodeAt(at + 2)) << 16);
}

function lower(code: number): number {
  return code >= 65 && code <= 90 ? code | 32 : code >= 97 && code <= 122 ? code : 0;
}

/** Whether no letter or point follows, so that there cannot be a longer name. */
function endsAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code < 128 ? lower(code) === 0 && code !== 46 : Number.isNaN(code);
}

const cache = new Map<string, Names>();

/** Names of the months (1 to 12) in English and in the language of `locale`, in full and short. */
export function monthNames(locale: string): Names {
  return cached(`month/${locale}`, () => [
    ...localNames(locale, "month", 12, (i) => Date.UTC(2024, i, 1)),
    ["Sep", 9],
    ["Sept", 9],
  ]);
}

/** Names of the days (1: Monday to 7) in English and in the language of `locale`, in full and short. */
export function dayNames(locale: string): Names {
  // 2024-01-01 was a Monday.
  return cached(`day/${locale}`, () => localNames(locale, "weekday", 7, (i) => Date.UTC(2024, 0, 1 + i)));
}

/** `AM` and `PM` (12), and the words of the language of `locale`. */
export function halfDayNames(locale: string): Names {
  return cached(`half/${locale}`, () => {
    const format = new Intl.DateTimeFormat(locale, { hour: "numeric", hour12: true, timeZone: "UTC" });
    const word = (hour: number): string =>
      format.formatToParts(Date.UTC(2024, 0, 1, hour)).find(({ type }) => type === "dayPeriod")?.value ?? "";
    const own: Names = [
      [word(3), 0],
      [word(15), 12],
    ];
    return [["AM", 0], ["PM", 12], ...own.filter(([name]) => name !== "")];
  });
}

function cached(key: string, make: () => Names): Names {
  let names = cache.get(key);
  if (names === undefined) {
    names = make();
    cache.set(key, names);
  }
  return names;
}

/** Months as they stand alone and as they stand in a date: many languages decline them. */
function localNames(locale: string, part: "month" | "weekday", count: number, day: (i: number) => number): Names {
  const names = new Map<string, number>();
  for (const language of ["en", locale]) {
    for (const style of ["short", "long"] as const) {
      const alone = new Intl.DateTimeFormat(language, { [part]: style, timeZone: "UTC" });
      const inDate = new Intl.DateTimeFormat(language, { [part]: style, day: "numeric", timeZone: "UTC" });
      for (let i = 0; i < count; i++) {
        for (const format of [alone, inDate]) {
          const name = format.formatToParts(day(i)).find(({ type }) => type === part)?.value ?? "";
          if (name === "" || /^\d+$/.test(name)) continue;
          names.set(name, i + 1);
          if (name.endsWith(".")) names.set(name.slice(0, -1), i + 1);
        }
      }
    }
  }
  return [...names];
}
