import { FieldReference } from "../../event/field-reference.ts";
import { defineFilter, type FilterPlugin } from "../../plugin/definitions.ts";
import { list, password, text } from "../../plugin/options.ts";
import { fingerprintOf, fingerprints } from "../../transform/fingerprint.ts";

const options = {
  fields: { ...list({ description: "Fields whose values are replaced", default: [] }), required: true },
  algorithm: text({
    description: "How the replacement is made",
    default: "SHA1",
    choices: ["SHA1", "SHA256", "SHA384", "SHA512", "MD5", "MURMUR3", "IPV4_NETWORK"],
  }),
  key: password({ description: "Key of the HMAC; for IPV4_NETWORK the bits of the network", required: true }),
};

export const anonymize: FilterPlugin = defineFilter({
  name: "anonymize",
  summary: "Replaces values by their hash; older than `fingerprint`, which does more.",
  options,
  differs: ["A value that has no hash (IPV4_NETWORK of a text that is no address) gets the tag `_anonymizefailure`."],
  examples: [
    {
      title: "Users that can be told apart and not known",
      config: 'anonymize { fields => ["user"] algorithm => "IPV4_NETWORK" key => "24" }',
      given: { user: "192.0.2.17" },
      expect: { user: "192.0.2.0" },
    },
  ],
  create(settings) {
    const fields = settings.fields.map((name) => new FieldReference(name));
    const hash = fingerprintOf(settings.algorithm, settings.key.reveal(), false);
    return {
      apply(event) {
        try {
          for (const field of fields) {
            const value = field.peek(event);
            if (value === undefined || value === null) continue;
            field.set(event, fingerprints(value, hash));
          }
        } catch {
          event.tag("_anonymizefailure");
        }
        return true;
      },
    };
  },
});
