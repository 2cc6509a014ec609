import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { seeded } from "./lines.ts";

const WORDS =
  "account admin album api archive article asset author basket billing blog book brand cart catalog category checkout comment contact coupon customer delivery detail discount download edit event export feed file filter forum gallery gift group guide help history image import index invoice item job label language list login mail map media member menu message mobile music news note offer order page partner password payment photo plan player post price print product profile project promo public purchase query question rating recipe refund region register release report result return review role sale search section seller service session setting share shipping shop site size sort stock store style support survey tag team template terms theme ticket token tour track travel unit upload user value vendor video view voucher wallet weather widget".split(
    " ",
  );
const EXTENSIONS = ["", "", "", ".html", ".php", ".js", ".css", ".png", ".jpg", ".svg", ".json", ".woff2"];
const METHODS = ["GET", "GET", "GET", "GET", "GET", "GET", "POST", "POST", "PUT", "HEAD"];
const STATUS = [200, 200, 200, 200, 200, 200, 204, 301, 302, 304, 304, 400, 401, 403, 404, 404, 499, 500, 502, 503];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Makes nginx combined lines in which nearly nothing comes twice: random addresses, paths, queries, referrers, versions of agents. */
export class RandomLines {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seeded(seed);
  }

  /** A line without its end; `second` is epoch seconds. About 230 bytes. */
  line(second: number): string {
    const t = new Date(second * 1000);
    const two = (value: number): string => String(value).padStart(2, "0");
    const date = `${two(t.getUTCDate())}/${MONTHS[t.getUTCMonth()]}/${t.getUTCFullYear()}:${two(t.getUTCHours())}:${two(t.getUTCMinutes())}:${two(t.getUTCSeconds())} +0000`;
    const address = `${1 + this.#below(222)}.${this.#below(256)}.${this.#below(256)}.${1 + this.#below(254)}`;
    const user = this.#below(20) === 0 ? `${this.#pick(WORDS)}${this.#below(1000)}` : "-";
    const referrer =
      this.#below(2) === 0 ? "-" : `https://www.${this.#pick(WORDS)}${this.#pick(WORDS)}.example${this.#path()}`;
    return `${address} - ${user} [${date}] "${this.#pick(METHODS)} ${this.#path()}${this.#query()} HTTP/1.1" ${this.#pick(STATUS)} ${this.#below(200_000)} "${referrer}" "${this.#agent()}"`;
  }

  #below(most: number): number {
    return Math.floor(this.#random() * most);
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#below(values.length)] as T;
  }

  #path(): string {
    let path = "";
    for (let left = 1 + this.#below(3); left > 0; left--) path += `/${this.#pick(WORDS)}`;
    if (this.#below(2) === 0) path += `/${this.#below(1e7)}`;
    else path += `${this.#pick(EXTENSIONS)}`;
    return path;
  }

  #query(): string {
    const kind = this.#below(3);
    if (kind === 0) return `?${this.#pick(WORDS)}=${this.#below(1000)}&session=${this.#below(2 ** 47).toString(36)}`;
    return kind === 1 ? `?${this.#pick(WORDS)}=${this.#pick(WORDS)}+${this.#pick(WORDS)}` : "";
  }

  #agent(): string {
    const chrome = `${80 + this.#below(60)}.0.${4000 + this.#below(3000)}.${this.#below(200)}`;
    switch (this.#below(8)) {
      case 0:
      case 1:
        return `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${chrome} Safari/537.36`;
      case 2:
        return `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_${10 + this.#below(6)}_${this.#below(8)}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${12 + this.#below(7)}.${this.#below(7)} Safari/605.1.15`;
      case 3:
        return `Mozilla/5.0 (iPhone; CPU iPhone OS ${13 + this.#below(6)}_${this.#below(8)} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${13 + this.#below(6)}.${this.#below(8)} Mobile/15E148 Safari/604.1`;
      case 4:
        return `Mozilla/5.0 (Linux; Android ${8 + this.#below(8)}; SM-${this.#pick(["A", "G", "S"])}${100 + this.#below(899)}B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${chrome} Mobile Safari/537.36`;
      case 5:
        return `Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:${80 + this.#below(60)}.0) Gecko/20100101 Firefox/${80 + this.#below(60)}.0`;
      case 6:
        return `Mozilla/5.0 (compatible; ${this.#pick(["bingbot/2.0; +http://www.bing.com/bingbot.htm", "Googlebot/2.1; +http://www.google.com/bot.html", "YandexBot/3.0; +http://yandex.com/bots"])})`;
      default:
        return `${this.#pick(["curl", "Wget", "python-requests", "Go-http-client", "okhttp"])}/${1 + this.#below(8)}.${this.#below(30)}.${this.#below(10)}`;
    }
  }
}

/** Writes `count` lines to `path`, about 400 to each second of log time; returns the bytes written. */
export async function writeRandomLines(path: string, count: number, seed = 1): Promise<number> {
  const lines = new RandomLines(seed);
  const out = createWriteStream(path);
  const begin = Date.UTC(2026, 10, 12, 13, 0, 0) / 1000;
  let bytes = 0;
  for (let i = 0; i < count; ) {
    let text = "";
    for (const end = Math.min(count, i + 2000); i < end; i++) text += `${lines.line(begin + Math.floor(i / 400))}\n`;
    bytes += Buffer.byteLength(text);
    if (!out.write(text)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
  return bytes;
}
