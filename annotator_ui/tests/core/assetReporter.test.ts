import { beforeEach, describe, expect, it } from "vitest";
import { AssetReporter } from "../../src/core/assetReporter";
import type { Assignment } from "../../src/core/assignment";
import { MemoryAnnotationApi } from "../../src/pages/annotate/memoryAnnotationApi";
import { assetProblemOf } from "../../src/pages/annotate/viewing";

const NOW = Date.parse("2030-05-01T08:00:00Z");

let api: MemoryAnnotationApi;
let reporter: AssetReporter;
let task: Assignment;

beforeEach(async () => {
  api = new MemoryAnnotationApi(2, () => NOW);
  reporter = new AssetReporter(api);
  const { assignment } = await api.next({ campaignId: null, exclude: [], isAhead: false });
  if (assignment === null) throw new Error("no task");
  task = assignment;
});

describe("reports of shapes that cannot be had", () => {
  it("tell each of them once, however often it fails", async () => {
    for (const id of ["1-0", "1-0", "1-1", "1-0"]) await reporter.report(task, id, "missing");
    expect(api.reported.map(({ candidateId }) => candidateId)).toEqual(["1-0", "1-1"]);
    await reporter.report(task, "1-0", "unreadable");
    expect(api.reported.at(-1)).toEqual({ candidateId: "1-0", kind: "unreadable" });
  });

  it("that did not arrive go out at the next failure", async () => {
    api.isOffline = true;
    await reporter.report(task, "1-0", "missing");
    api.isOffline = false;
    await reporter.report(task, "1-0", "missing");
    expect(api.reported).toHaveLength(1);
  });

  it("are dropped quietly when the task is not hers any more, and come with the next holder", async () => {
    const { lease_token } = task;
    api.takeAway(task.id);
    await reporter.report({ id: task.id, lease_token }, "1-0", "missing");
    expect(api.reported).toEqual([]);
    const { assignment } = await api.next({ campaignId: null, exclude: [], isAhead: false });
    await reporter.report(assignment ?? task, "1-0", "missing");
    expect(api.reported).toHaveLength(1);
  });
});

describe("what is wrong with a file", () => {
  it.each([
    [{ kind: "http", status: 404 }, "missing"],
    [{ kind: "http", status: 403 }, "missing"],
    [{ kind: "format" }, "unreadable"],
    [{ kind: "empty" }, "unreadable"],
    [{ kind: "http", status: 503 }, null],
    [{ kind: "http", status: 401 }, null],
    [{ kind: "network" }, null],
  ] as const)("%o is %s", (fault, kind) => {
    expect(assetProblemOf(fault)).toBe(kind);
  });
});
