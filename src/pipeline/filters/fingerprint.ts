import { randomUUID } from "node:crypto";
import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import type { StoredValue, Value } from "../../event/value.ts";
import { defineFilter, type FilterPlugin } from "../../plugin/definitions.ts";
import { boolean, fieldReference, list, password, text } from "../../plugin/options.ts";
import { INTEGER, TEXT } from "../../plugin/value-shape.ts";
import { fingerprintOf, fingerprints } from "../../transform/fingerprint.ts";
import { compareBytes, rubyToS } from "../../transform/ruby-to-s.ts";

const options = {
  source: list({ description: "Fields to take the fingerprint of", default: ["message"] }),
  target: fieldReference({ description: "Field of the result; default: `[event][hash]`, without ECS `fingerprint`" }),
  method: text({
    description: "How the fingerprint is made",
    default: "SHA1",
    choices: [
      "SHA1",
      "SHA256",
      "SHA384",
      "SHA512",
      "MD5",
      "MURMUR3",
      "MURMUR3_128",
      "IPV4_NETWORK",
      "UUID",
      "PUNCTUATION",
    ],
  }),
  key: password({ description: "Key of an HMAC; for IPV4_NETWORK the bits of the network" }),
  base64encode: boolean({ description: "Base64 in place of hexadecimal digits", default: false }),
  concatenate_sources: boolean({ description: "One fingerprint of all sources' names and values", default: false }),
  concatenate_all_fields: boolean({
    description: "One fingerprint of the names and values of the whole event",
    default: false,
  }),
};

const FAILURE_TAG = "_fingerprintfailure";
/** Neither punctuation nor a symbol. */
const NO_PUNCTUATION = /[^\p{P}\p{S}]/gu;

export const fingerprint: FilterPlugin = defineFilter({
  name: "fingerprint",
  summary: "Makes a hash of fields, for ids that are the same for the same event, or to hide what they say.",
  options,
  differs: [
    "A value that has no fingerprint (IPV4_NETWORK of a text that is no address) gets the tag `_fingerprintfailure`; Logstash's pipeline stops.",
    "1.0 in JSON is a whole number here, so its fingerprint differs; one that a filter converted to a float does not.",
  ],
  examples: [
    {
      title: "An id of two fields",
      config:
        'fingerprint { source => ["host", "line"] concatenate_sources => true method => "SHA256" target => "[@metadata][id]" }',
      given: { host: "web-1", line: 7 },
      expect: { "[@metadata][id]": "3036bc29a92e9ae60b77250264cd843d8ad3f6d1b7739099c74949bc6eb7c5fc" },
    },
    {
      title: "The network of an address",
      config: 'fingerprint { source => "client" method => "IPV4_NETWORK" key => "16" target => "client" }',
      given: { client: "192.0.2.17" },
      expect: { client: "192.0.0.0" },
    },
    {
      title: "What kind of line it is",
      config: 'fingerprint { method => "PUNCTUATION" target => "shape" }',
      given: "[12:30] GET /index.html -> 200",
      expect: { shape: "[:]/.->" },
    },
  ],
  check(settings) {
    if (settings.method !== "IPV4_NETWORK" || settings.key !== undefined) return [];
    return [{ option: "key", message: "IPV4_NETWORK needs the number of bits of the network in key" }];
  },
  sets: (settings, ecs) => [settings.target ?? (ecs === "disabled" ? "fingerprint" : "[event][hash]")],

  shape: (settings, event, ecs) =>
    event.set(
      settings.target ?? (ecs === "disabled" ? "fingerprint" : "[event][hash]"),
      settings.method === "MURMUR3" ? INTEGER : TEXT,
      "target",
    ),

  create(settings, host) {
    const target = new FieldReference(settings.target ?? (host.ecs === "disabled" ? "fingerprint" : "[event][hash]"));
    const sources = settings.source.map((name) => ({ name, reference: new FieldReference(name) }));
    const sorted = [...sources].sort((a, b) => compareBytes(a.name, b.name));
    const hash = fingerprintOf(settings.method, settings.key?.reveal(), settings.base64encode);

    function ofEach(event: Event, make: (value: StoredValue) => Value, from: typeof sources): void {
      for (const { reference } of from) {
        const value = reference.peek(event);
        if (value !== undefined) target.set(event, make(value));
      }
    }

    function work(event: Event): void {
      if (settings.method === "UUID") target.set(event, randomUUID());
      else if (settings.method === "PUNCTUATION")
        ofEach(event, (value) => rubyToS(value).replace(NO_PUNCTUATION, ""), sorted);
      else if (settings.concatenate_all_fields) target.set(event, hash(allFields(event)));
      else if (settings.concatenate_sources) {
        const parts = sorted.map(({ name, reference }) => `|${name}|${rubyToS(reference.peek(event), true)}`);
        target.set(event, hash(`${parts.join("")}|`));
      } else {
        ofEach(event, (value) => fingerprints(value, hash), sources);
      }
    }

    return {
      apply(event) {
        try {
          work(event);
        } catch {
          event.tag(FAILURE_TAG);
        }
        return true;
      },
    };
  },
});

function allFields(event: Event): string {
  const there = Object.entries(event.fields).filter(([, value]) => value !== undefined);
  const fields = there.sort(([a], [b]) => compareBytes(a, b));
  return `${fields.map(([name, value]) => `|${name}|${rubyToS(value, true)}`).join("")}|`;
}
