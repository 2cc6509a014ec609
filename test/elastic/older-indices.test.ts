import assert from "node:assert/strict";
import { REQUEST_FAULTS } from "../support/elasticsearch-model.ts";
import { bodyOf, creates, operation, STREAM, sending } from "./sending.ts";

const MINUTE = 60_000;

describe("ids in doubt are looked up in older backing indices", () => {
  it("a request whose answer was cut, and a rollover before it is sent again: nothing is there twice", async () => {
    const { sender, model } = sending({ script: ["fine", "reset after"] }, { doubtMs: 0 });
    await sender.send(creates(1, 100));
    const sent = sender.send(creates(5));
    while (model.requests < 2) await new Promise((resolve) => setImmediate(resolve));
    model.documents.rollOver(STREAM);
    assert.equal((await sent).existing, 5);
    assert.equal(model.documents.count(STREAM), 6);
    assert.equal(model.requests, 2, "nothing was left to send");
  });

  it("only what is there already is left out", async () => {
    const { sender, model } = sending();
    model.documents.apply(bodyText(creates(3, 2)), true);
    model.documents.rollOver(STREAM);
    model.documents.rollOver(STREAM);
    const { delivered, existing } = await sender.send(creates(8));
    assert.deepEqual([delivered, existing], [5, 3]);
    assert.equal(model.documents.count(STREAM), 8);
    assert.equal(model.operations, 5);
  });

  it("after a start for a while, then no more until a rollover is noticed", async () => {
    const { sender, model, clock } = sending({}, { doubtMs: 10 * MINUTE });
    model.documents.apply(bodyText(creates(2)), true);
    model.documents.rollOver(STREAM);
    const lookUps = () => model.questions.filter((path) => path.endsWith("/_mget")).length;
    assert.equal((await sender.send(creates(2))).existing, 2);
    assert.equal(lookUps(), 1);
    await clock.sleep(11 * MINUTE);
    await sender.send(creates(2, 10));
    await sender.send(creates(2, 20));
    assert.equal(lookUps(), 1, "the window is over");
    // What is known of the stream is renewed in the background, with what is sent.
    model.documents.rollOver(STREAM);
    await clock.sleep(MINUTE);
    await sender.send(creates(2, 30));
    await clock.sleep(MINUTE);
    assert.equal((await sender.send(creates(2, 20))).existing, 2);
    assert.ok(lookUps() > 1);
    assert.equal(model.documents.count(STREAM), 8);
  });

  it("costs nothing but one question where there is one index, and none for ids that are not ours", async () => {
    const one = sending();
    for (let i = 0; i < 20; i++) await one.sender.send(creates(3, i * 3));
    assert.equal(one.model.questions.length, 1);
    const users = sending({ script: ["reset after"] }, { ownIds: false });
    users.model.documents.rollOver(STREAM);
    await users.sender.send(creates(3));
    assert.deepEqual(users.model.questions, []);
  });

  it("where it is not allowed, that is said once, and events are sent", async () => {
    const { sender, model, said } = sending({ mayAsk: false });
    model.documents.rollOver(STREAM);
    for (let i = 0; i < 3; i++) assert.equal((await sender.send(creates(3, i * 3))).delivered, 3);
    assert.equal(said.length, 1);
    assert.match(said[0] as string, /cannot be looked up .*security_exception.*view_index_metadata and read/);
  });

  it("operations without an id, and other ones, are sent as they are", async () => {
    const { sender, model } = sending({ dataStreams: [STREAM] }, { requireDataStream: false });
    model.documents.apply(bodyText(creates(1)), true);
    model.documents.rollOver(STREAM);
    const body = bodyOf([
      operation("create", undefined, { n: 1 }),
      operation("create", "d0", { n: 2 }),
      operation("index", "x", { n: 3 }, "plain"),
    ]);
    const { delivered, existing } = await sender.send(body);
    assert.deepEqual([delivered, existing], [2, 1]);
    assert.equal(model.documents.count(STREAM), 2);
  });

  it("faults, restarts and rollovers from seeds: every document once", async () => {
    // `late` requests may be done after the look-up, and "status 413" is no fault of a document that came before.
    const faults = Object.fromEntries(
      REQUEST_FAULTS.filter((fault) => fault !== "late" && fault !== "status 413").map((fault) => [fault, 0.04]),
    );
    for (let seed = 1; seed <= 60; seed++) {
      const first = sending({ seed, faults }, { maxInFlight: 4 });
      const { model, clock } = first;
      const bodies = Array.from({ length: 10 }, (_none, i) => creates(10, i * 10));
      const stop = new AbortController();
      const crash = bodies.map((body) => first.sender.send(body, stop.signal).catch(() => undefined));
      const rollingOver = (async () => {
        for (let i = 0; i < 4; i++) {
          await clock.sleep(20 + model.random() * 60);
          if (model.inFlight === 0) model.documents.rollOver(STREAM);
        }
      })();
      await clock.sleep(50 + model.random() * 300);
      stop.abort(new Error("killed"));
      await Promise.all([...crash, rollingOver]);
      await clock.sleep(2 * MINUTE);
      if (model.random() < 0.5) model.documents.rollOver(STREAM);
      const second = sending({}, { maxInFlight: 4 }, first);
      const outcomes = await Promise.all(bodies.map((body) => second.sender.send(body)));
      const taken = outcomes.reduce((sum, { delivered, existing }) => sum + delivered + existing, 0);
      assert.deepEqual(
        [seed, taken, model.documents.of(STREAM).size, model.documents.count(STREAM)],
        [seed, 100, 100, 100],
      );
    }
  });
});

function bodyText({ bytes }: { readonly bytes: Buffer }): string {
  return bytes.toString("utf8");
}
