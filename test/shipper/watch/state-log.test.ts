import assert from "node:assert/strict";
import { StateLog } from "../../../src/shipper/watch/state-log.ts";
import { shipFigures, shipInput } from "./figures.ts";

describe("state log", () => {
  let said: string[];
  let states: StateLog;
  beforeEach(() => {
    said = [];
    const note = (_message: string, details?: object): void =>
      void said.push(String((details as Record<string, unknown>)["event.action"]));
    states = new StateLog({ info: note, warn: note, error: note });
  });
  const see = (own: Parameters<typeof shipFigures>[0] = {}): string[] => {
    said.length = 0;
    states.figures(shipFigures(own));
    return [...said];
  };

  it("says nothing where nothing changes", () => {
    assert.deepEqual(see(), []);
    assert.deepEqual(see(), []);
  });

  it("says each change once: output, spool, registry, lag", () => {
    const { output } = shipFigures();
    const down = { output: { ...output, trouble: "refused" } };
    assert.deepEqual(see(down), ["output-down"]);
    assert.deepEqual(see(down), []);
    const spool = { events: 5, bytes: 10, maxBytes: 100 };
    assert.deepEqual(see({ ...down, spool }), ["spool-began"]);
    assert.deepEqual(see({ spool }), ["output-up"]);
    assert.deepEqual(see({ spool: { ...spool, events: 0 } }), ["spool-drained"]);
    assert.deepEqual(see({ registryFailing: true }), ["registry-failing"]);
    assert.deepEqual(see(), ["registry-written"]);
    const lag = (secondsBehind: number): string[] => see({ inputs: [shipInput({ secondsBehind })] });
    assert.deepEqual(lag(61), ["input-behind"]);
    assert.deepEqual(lag(100), []);
    assert.deepEqual(lag(40), [], "not before it has caught up well");
    assert.deepEqual(lag(5), ["input-caught-up"]);
  });

  it("bounds what one look says of files", () => {
    const numbers = { acknowledged: 0, read: 0, size: 0, seenAt: 0, generation: 0 };
    const file = { input: "app", path: "/a", id: "A", open: true, past: false, ...numbers };
    states.files(Array.from({ length: 500 }, () => ({ action: "file-found" as const, file })));
    assert.equal(said.length, 21);
    assert.equal(said.at(-1), "files-changed");
  });
});
