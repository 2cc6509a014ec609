import assert from "node:assert/strict";
import { EventShape } from "../../src/plugin/event-shape.ts";
import { INTEGER, TEXT } from "../../src/plugin/value-shape.ts";

function pathsOf(event: EventShape): string[] {
  return [...event.fields()].map(({ path, certain }) => `${path.join(".")}${certain ? "" : "?"}`).sort();
}

describe("the shape of an event", () => {
  it("set takes the place of what was there and below, add stands beside it", () => {
    const event = new EventShape();
    event.set("[a][b]", TEXT, "o");
    event.set("a", INTEGER, "o");
    assert.deepEqual(pathsOf(event), ["a"]);
    event.add("a", TEXT, "o");
    assert.deepEqual(
      event.get("a").map(({ value }) => value.kind),
      ["integer", "text"],
    );
  });

  it("a value on the way to a field gives way, an object stays", () => {
    const event = new EventShape();
    event.set("a", TEXT, "o");
    event.set("[a][b]", TEXT, "o");
    assert.deepEqual(pathsOf(event), ["a.b"]);
  });

  it("moves a field with what lies below it, and nothing where there can be none", () => {
    const event = new EventShape();
    event.set("[a][b]", INTEGER, "o");
    event.move("a", "[c][d]", false, "rename");
    event.move("nothing", "e", false, "rename");
    assert.deepEqual(pathsOf(event), ["c.d.b"]);
    event.open = true;
    event.move("nothing", "e", false, "rename");
    assert.deepEqual(
      event.get("e").map(({ value }) => value.kind),
      ["unknown"],
    );
  });

  it("an element of a list is a value of the list", () => {
    const event = new EventShape();
    event.set("[a][0]", INTEGER, "o");
    event.set("[a][1][b]", INTEGER, "o");
    assert.deepEqual(
      event.get("a").map(({ value }) => value.kind),
      ["integer", "unknown"],
    );
  });

  it("after code that can do anything nothing is certain, and what it names is not known", () => {
    const event = new EventShape();
    event.set("took", TEXT, "o");
    event.set("user", TEXT, "o");
    event.any("event.set('took', event.get('took').to_i)");
    assert.deepEqual(pathsOf(event), ["user?"]);
    assert.equal(event.canHave("anything"), true);
  });

  it("of branches: what is lost on one way is not certain, what is made on one way is", () => {
    const event = new EventShape();
    event.set("a", TEXT, "o");
    event.set("b", TEXT, "o");
    const known = event.lastMade;
    const [one, other] = [event.copy(), event.copy()];
    one.remove("a");
    other.set("c", TEXT, "o");
    assert.deepEqual(pathsOf(EventShape.merged([one, other], known)), ["a?", "b", "c"]);
    one.dropped = true;
    assert.deepEqual(pathsOf(EventShape.merged([one, other], known)), ["a", "b", "c"]);
    other.dropped = true;
    assert.equal(EventShape.merged([one, other]).dropped, true);
  });

  it("a name made of the event can be any", () => {
    const event = new EventShape();
    event.set("a", TEXT, "o");
    event.set("%{name}", TEXT, "o");
    assert.deepEqual(pathsOf(event), ["a?"]);
    assert.equal(event.open, true);
  });
});
