import type { Dice } from "./sample-dice.ts";
import type { WriteLine } from "./sample-line.ts";
import { times } from "./sample-times.ts";

const AGENTS: readonly (readonly [number, string])[] = [
  [
    30,
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
  ],
  [
    18,
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
  ],
  [
    14,
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
  ],
  [
    10,
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
  ],
  [8, "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"],
  [4, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"],
  [3, "curl/8.9.1"],
  [2, "python-requests/2.32.3"],
];

/** Networks of access providers in several countries, so that visitors have one; the host part is drawn. */
const NETWORKS: readonly (readonly [number, string])[] = [
  [12, "84.160"],
  [10, "90.10"],
  [8, "81.130"],
  [14, "73.162"],
  [5, "126.1"],
  [3, "1.128"],
  [4, "189.6"],
  [5, "49.36"],
  [4, "2.40"],
  [3, "99.230"],
];

const PAGES: readonly (readonly [number, string])[] = [
  [20, "/"],
  [14, "/products"],
  [12, "/products/%n"],
  [6, "/search?q=%w"],
  [5, "/cart"],
  [10, "/static/app.9f31c2.js"],
  [8, "/static/site.css"],
  [8, "/images/products/%n.webp"],
  [10, "/api/products/%n"],
  [6, "/api/cart"],
  [3, "/favicon.ico"],
];

const WORDS = ["lantern", "tent", "rope+30m", "caf%C3%A9", "headlamp", "boots", "sleeping+bag", "map"];
const SCANS = ["/wp-login.php", "/.env", "/phpmyadmin/index.php", "/.git/config", "/actuator/health", "/cgi-bin/luci"];

export interface Visitor {
  readonly address: string;
  readonly agent: string;
}

export function visitor(dice: Dice): Visitor {
  const agent = dice.weighted(AGENTS);
  if (dice.chance(0.06)) return { address: `2003:e1:bf${dice.hex(2)}:${dice.hex(4)}::${dice.hex(3)}`, agent };
  return { address: `${dice.weighted(NETWORKS)}.${dice.between(0, 255)}.${dice.between(1, 254)}`, agent };
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly bytes: number;
}

/** A line of nginx's or Apache's combined format. */
export function accessLine(
  at: number,
  who: Visitor,
  { method, path, status, bytes }: Request,
  referrer: string,
): string {
  return `${who.address} - - [${times.access(at)}] "${method} ${path} HTTP/1.1" ${status} ${bytes} "${referrer}" "${who.agent}"`;
}

/** Someone looks at a page of the shop. */
export function pageView(dice: Dice, at: number, write: WriteLine): void {
  const who = visitor(dice);
  const path = dice
    .weighted(PAGES)
    .replace("%n", String(dice.between(1000, 1400)))
    .replace("%w", () => dice.pick(WORDS));
  const status = dice.weighted([
    [90, 200],
    [6, 304],
    [2, 301],
    [2, 404],
  ] as const);
  const bytes = status === 304 ? 0 : Math.floor(dice.longTail(path.startsWith("/images") ? 48_000 : 6_200));
  const referrer = dice.chance(0.5) ? "-" : dice.pick(["https://shop.example/", "https://www.google.com/"]);
  write("nginx/access.log", at, accessLine(at, who, { method: "GET", path, status, bytes }, referrer));
}

/** Someone looks for doors that are open elsewhere. */
export function scan(dice: Dice, at: number, write: WriteLine): void {
  const who: Visitor = {
    address: `198.51.100.${dice.between(10, 30)}`,
    agent: dice.pick(["-", "Go-http-client/1.1", "zgrab/0.x"]),
  };
  const path = dice.pick(SCANS);
  const denied = path.startsWith("/.");
  const request: Request = { method: "GET", path, status: denied ? 403 : 404, bytes: 153 };
  write("nginx/access.log", at, accessLine(at, who, request, "-"));
  const what = denied
    ? "access forbidden by rule"
    : `open() "/srv/shop/public${path}" failed (2: No such file or directory)`;
  write(
    "nginx/error.log",
    at,
    `${times.nginxError(at)} [error] 912#912: *${dice.between(10_000, 99_999)} ${what}, client: ${who.address}, server: shop.example, request: "GET ${path} HTTP/1.1", host: "shop.example"`,
  );
}

const INTRANET: readonly (readonly [number, string])[] = [
  [10, "/wiki/index.php/Main_Page"],
  [6, "/wiki/load.php?lang=en&modules=startup"],
  [4, "/wiki/index.php?title=On-call&action=edit"],
  [4, "/reports/daily.csv"],
  [2, "/server-status?auto"],
];

/** A colleague uses the wiki behind Apache. */
export function intranetView(dice: Dice, at: number, write: WriteLine): void {
  const who: Visitor = { address: `10.20.0.${dice.between(10, 60)}`, agent: dice.weighted(AGENTS) };
  const fails = dice.chance(0.03);
  const request: Request = {
    method: dice.chance(0.1) ? "POST" : "GET",
    path: dice.weighted(INTRANET),
    status: fails ? 500 : 200,
    bytes: Math.floor(dice.longTail(9_400)),
  };
  const user = dice.pick(["-", "-", "maria", "jonas"]);
  write(
    "apache2/access.log",
    at,
    accessLine(at, who, request, "https://intranet.example/").replace(" - - [", ` - ${user} [`),
  );
  if (fails) {
    write(
      "apache2/error.log",
      at,
      `[${times.apacheError(at)}] [php:error] [pid ${dice.between(3100, 3140)}] [client ${who.address}:${dice.between(40_000, 60_000)}] PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted (tried to allocate 20480 bytes) in /srv/wiki/includes/parser/Parser.php on line ${dice.between(300, 900)}`,
    );
  } else if (dice.chance(0.02)) {
    write(
      "apache2/error.log",
      at,
      `[${times.apacheError(at)}] [authz_core:error] [pid ${dice.between(3100, 3140)}:tid ${dice.between(139_000_000, 139_999_999)}] [client ${who.address}:${dice.between(40_000, 60_000)}] AH01630: client denied by server configuration: /srv/wiki/maintenance`,
    );
  }
}
