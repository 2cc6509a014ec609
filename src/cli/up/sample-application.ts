import type { Dice } from "./sample-dice.ts";
import { SAMPLE_HOST, type WriteLine } from "./sample-line.ts";
import { times } from "./sample-times.ts";
import { accessLine, type Request, visitor } from "./sample-web.ts";

const STACK = [
  "PoolExhaustedError: no connection to orders-db within 5000 ms (20 of 20 in use, 143 waiting)",
  "    at Pool.acquire (/srv/shop/node_modules/pool/lib/pool.js:214:11)",
  "    at OrderRepository.insert (/srv/shop/src/orders/repository.js:58:31)",
  "    at async CheckoutService.placeOrder (/srv/shop/src/checkout/service.js:91:19)",
  "    at async handler (/srv/shop/src/http/checkout.js:27:20)",
].join("\n");

interface AppRecord {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly [field: string]: unknown;
}

function writeRecord(dice: Dice, at: number, write: WriteLine, record: AppRecord): void {
  const document = {
    "@timestamp": times.iso(at),
    service: { name: "checkout", version: "2.14.1" },
    host: { name: SAMPLE_HOST },
    process: { pid: 2411 },
    trace: { id: dice.hex(32) },
    ...record,
  };
  write("shop/checkout.json", at, JSON.stringify(document));
}

const OUTCOMES: readonly (readonly [number, AppRecord])[] = [
  [60, { level: "info", message: "order placed" }],
  [14, { level: "info", message: "payment authorised" }],
  [10, { level: "debug", message: "cart loaded from cache" }],
  [5, { level: "warn", message: "coupon is unknown" }],
  [3, { level: "warn", message: "payment provider answered slowly" }],
  [
    1,
    {
      level: "error",
      message: "payment refused by the provider",
      error: { type: "PaymentRefused", code: "do_not_honour" },
    },
  ],
];

/** An order: nginx's line and the application's. `trouble` (0 to 1) is how likely the database does not answer. */
export function checkout(dice: Dice, at: number, write: WriteLine, trouble: number): void {
  const who = visitor(dice);
  const order = `ord-${dice.between(100_000, 999_999)}`;
  const request = (status: number, bytes: number): Request => ({
    method: "POST",
    path: "/api/checkout",
    status,
    bytes,
  });
  if (!dice.chance(trouble)) {
    const milliseconds = Math.round(dice.longTail(trouble > 0 ? 900 : 85));
    const record = dice.weighted(OUTCOMES);
    writeRecord(dice, at, write, {
      ...record,
      order: { id: order, total: dice.between(900, 24_000) / 100, currency: "EUR" },
      event: { duration: milliseconds * 1_000_000 },
      ...(record.level === "info" ? { user: { name: dice.pick(["anna", "lukas", "zoë", "m.rossi", "haruto"]) } } : {}),
    });
    const status = record.level === "error" ? 402 : 200;
    write("nginx/access.log", at, accessLine(at, who, request(status, 412), "https://shop.example/cart"));
    return;
  }
  writeRecord(dice, at, write, {
    level: "error",
    message: `checkout of ${order} failed: no connection to orders-db`,
    order: { id: order },
    error: { type: "PoolExhaustedError", message: "no connection to orders-db within 5000 ms", stack_trace: STACK },
    http: { response: { status_code: 503 } },
  });
  const status = dice.pick([502, 504, 504, 503]);
  write("nginx/access.log", at, accessLine(at, who, request(status, 497), "https://shop.example/cart"));
  if (status !== 504) return;
  write(
    "nginx/error.log",
    at,
    `${times.nginxError(at)} [error] 912#912: *${dice.between(10_000, 99_999)} upstream timed out (110: Connection timed out) while reading response header from upstream, client: ${who.address}, server: shop.example, request: "POST /api/checkout HTTP/1.1", upstream: "http://127.0.0.1:3000/api/checkout", host: "shop.example", referrer: "https://shop.example/cart"`,
  );
}

/** What the application says of itself while its pool runs out, and when it has come back. */
export function poolWarning(dice: Dice, at: number, write: WriteLine): void {
  writeRecord(dice, at, write, {
    level: "warn",
    message: "connection pool of orders-db is exhausted",
    pool: { size: 20, used: 20, waiting: dice.between(20, 160) },
  });
}

export function poolRecovered(dice: Dice, at: number, write: WriteLine): void {
  writeRecord(dice, at, write, {
    level: "info",
    message: "connection pool of orders-db has recovered",
    pool: { size: 20, used: 3, waiting: 0 },
  });
}
