import assert from "node:assert/strict";
import { drillQuery, eventsOf } from "../../../dashboard/public/js/drills.js";

const moved = {
  mark: "W",
  title: "Writer moved",
  signal: "writer",
  label: "server",
  change: "moves",
} as const;
const gone = { mark: "S", title: "Server left", signal: "server", label: "server", change: "goes" } as const;

/** A series from its values at 10, 20, 30 … seconds; null is a gap. */
const line = (server: string, ...values: readonly (number | null)[]) => ({
  labels: { server },
  points: values.flatMap((value, index) => (value === null ? [] : [[10 * (index + 1), value] as const])),
});

const texts = (...events: ReturnType<typeof eventsOf>) => events.map(({ time, text }) => `${time} ${text}`);

describe("the moments that are marked", () => {
  it("are those in which another one took over, there and back", () => {
    const events = eventsOf(moved, [line("db-1", 1, 0, 0, 1), line("db-2", 0, 1, 1, 0)]);
    assert.deepEqual(texts(...events), ["20 Writer moved: db-1 → db-2", "40 Writer moved: db-2 → db-1"]);
  });

  it("are not those in which nobody or both have it, but what comes of them", () => {
    const events = eventsOf(moved, [line("db-1", 1, 0, 1, 0), line("db-2", 0, 0, 1, 1)]);
    assert.deepEqual(texts(...events), ["40 Writer moved: db-1 → db-2"]);
  });

  it("are none when the same one has it after a gap", () => {
    assert.deepEqual(eventsOf(moved, [line("db-1", 1, null, null, 1), line("db-2", 0, 0, 0, 0)]), []);
  });

  it("are those in which a server left, and not its return", () => {
    const events = eventsOf(gone, [line("web-2", 1, 1, 0, 0, 1), line("web-1", 1, 0, 1, 1, 0)]);
    assert.deepEqual(texts(...events), [
      "20 Server left: web-1",
      "30 Server left: web-2",
      "50 Server left: web-1",
    ]);
  });

  it("are none for a server that was never there", () => {
    assert.deepEqual(eventsOf(gone, [line("web-1", 0, 0, 1, 1)]), []);
  });

  it("are asked for so that what was gone for less than a step is found", () => {
    const range = { id: "24h", title: "24 h", seconds: 86_400, step: 300 };
    assert.equal(drillQuery(gone, "up", range), "min_over_time((up)[300s:])");
    assert.equal(drillQuery(moved, "up", range), "up");
  });
});
