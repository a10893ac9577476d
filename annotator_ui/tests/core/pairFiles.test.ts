import { describe, expect, it } from "vitest";
import { planUpload } from "../../src/core/pairFiles";

const named = (...names: string[]) => names.map((name) => ({ name }));

describe("planUpload", () => {
  it("takes one photo alone", () => {
    expect(planUpload(named("cat.png"))).toMatchObject({ kind: "single", photo: { name: "cat.png" }, mask: null });
  });

  it.each([
    ["cat.jpg", "cat.png"],
    ["cat.jpg", "CAT_mask.png"],
    ["cat.png", "cat_mask.png"],
  ])("pairs %s with %s in either order", (photo, mask) => {
    const expected = { kind: "single", photo: { name: photo }, mask: { name: mask } };
    expect(planUpload(named(photo, mask))).toMatchObject(expected);
    expect(planUpload(named(mask, photo))).toMatchObject(expected);
  });

  it("sends several photos as a folder and tells what it leaves out", () => {
    const plan = planUpload(named("a.jpg", "a.png", "b.jpg", "notes.txt"));
    expect(plan.kind).toBe("folder");
    expect(plan.files).toHaveLength(3);
    expect(plan.ignored).toEqual(named("notes.txt"));
  });

  it("takes two unrelated photos as a folder", () => {
    expect(planUpload(named("a.jpg", "b.jpg")).kind).toBe("folder");
  });

  it("sees COCO by its JSON", () => {
    expect(planUpload(named("a.jpg", "instances.json"))).toMatchObject({
      kind: "coco",
      annotations: { name: "instances.json" },
    });
  });

  it("finds nothing in other files", () => {
    expect(planUpload(named("a.txt")).kind).toBe("nothing");
  });
});
