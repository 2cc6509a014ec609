import { compileSprintf } from "../../language/sprintf.ts";
import type { DeliveryOutcome, EncodedEvents, Encoder } from "../../plugin/definitions.ts";

/** A server's address. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Events of a batch for one address, in their order. `address` undefined: what the event has chosen is none. */
export interface AddressedEvents {
  readonly text: string;
  readonly address: Address | undefined;
  readonly indices: number[];
  readonly payloads: Buffer[];
}

/** Whether host and port are the same for all events. */
export function isConstantAddress(host: string, port: string): boolean {
  return compileSprintf(host).isConstant && compileSprintf(port).isConstant;
}

/**
 * The codec's bytes; where events choose their address, before each its length (two bytes, big-endian) and `host`, a line feed, `port`.
 */
export function addressedEncoder(host: string, port: string, codec: Encoder): Encoder {
  if (isConstantAddress(host, port)) return codec;
  const hostOf = compileSprintf(host);
  const portOf = compileSprintf(port);
  return {
    encode(event, out) {
      const address = Buffer.from(`${hostOf(event)}\n${portOf(event)}`).subarray(0, 0xffff);
      out.byte(address.length >> 8);
      out.byte(address.length & 255);
      out.put(address);
      codec.encode(event, out);
    },
  };
}

/** The events of a batch by their address. */
export function byAddress(events: EncodedEvents, host: string, port: string): AddressedEvents[] {
  const constant = isConstantAddress(host, port) ? `${host}\n${port}` : undefined;
  const groups = new Map<string, AddressedEvents>();
  for (let i = 0, start = 0; i < events.count; i++) {
    const end = events.ends[i] as number;
    let from = start;
    let text = constant;
    if (text === undefined) {
      from += 2 + events.bytes.readUInt16BE(start);
      text = events.bytes.toString("utf8", start + 2, from);
    }
    let group = groups.get(text);
    if (group === undefined) {
      group = { text: text.replace("\n", ":"), address: parseAddress(text), indices: [], payloads: [] };
      groups.set(text, group);
    }
    group.indices.push(i);
    group.payloads.push(events.bytes.subarray(from, end));
    start = end;
  }
  return [...groups.values()];
}

function parseAddress(text: string): Address | undefined {
  const cut = text.lastIndexOf("\n");
  const host = text.slice(0, cut);
  const port = portNumber(text.slice(cut + 1));
  return port === undefined || host === "" || /[\s%{}]/.test(host) ? undefined : { host, port };
}

/** A port that something can be sent to. */
export function portNumber(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port > 0 && port <= 65_535 ? port : undefined;
}

/** The outcome of a batch of which some events were refused. */
export function outcomeOf(count: number, rejected: DeliveryOutcome["rejected"]): DeliveryOutcome {
  return { delivered: count - rejected.length, existing: 0, conflicts: 0, failureStore: 0, rejected };
}
