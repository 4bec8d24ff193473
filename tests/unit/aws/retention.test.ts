import assert from "node:assert/strict";
import { logRetentionDays } from "../../../components/aws/retention.ts";

describe("retention of logs", () => {
  it("takes the next longer one that CloudWatch knows", () => {
    const wanted = [1, 2, 14, 15, 31, 90, 366, 3653];
    assert.deepEqual(wanted.map(logRetentionDays), [1, 3, 14, 30, 60, 90, 400, 3653]);
  });
});
