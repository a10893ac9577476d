import { describe, expect, it } from "vitest";
import { ApiError, Client } from "../../src/api/client";

type Call = { address: string; init: RequestInit };

function clientWith(answers: (Response | Error)[]): { client: Client; calls: Call[] } {
  const calls: Call[] = [];
  const fetch = async (address: unknown, init: unknown) => {
    calls.push({ address: String(address), init: init as RequestInit });
    const answer = answers.shift();
    if (!answer) throw new Error("no answer left");
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { client: new Client({ csrf: "token", fetch: fetch as typeof globalThis.fetch, waits: [0, 0] }), calls };
}

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });

describe("Client", () => {
  it("repeats a GET that met a broken connection", async () => {
    const { client, calls } = clientWith([new Error("reset"), json({ ok: 1 })]);
    expect(await client.get("/api/me/")).toEqual({ ok: 1 });
    expect(calls).toHaveLength(2);
  });

  it("never repeats a change", async () => {
    const { client, calls } = clientWith([new Error("reset"), json({})]);
    await expect(client.post("/api/rounds/", {})).rejects.toMatchObject({ status: 0 });
    expect(calls).toHaveLength(1);
  });

  it("hands on the server's reasons", async () => {
    const errors = [{ field: "mask", code: "mask_empty", reason: "The mask is empty; draw the object." }];
    const { client } = clientWith([json({ errors }, 400)]);
    const error = await client.post("/api/photos/", {}).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).has("mask_empty")).toBe(true);
    expect((error as ApiError).message).toContain("draw the object");
  });

  it("does not repeat a GET that was refused", async () => {
    const { client, calls } = clientWith([new Response("<html>", { status: 404 })]);
    await expect(client.get("/api/photos/9/")).rejects.toMatchObject({ status: 404 });
    expect(calls).toHaveLength(1);
  });

  it("sends the CSRF token with changes only, and leaves empty filters out", async () => {
    const { client, calls } = clientWith([json({}), json({})]);
    await client.get("/api/targets/", { status: "", limit: 5 });
    await client.post("/api/targets/1/propose/");
    expect(calls[0]?.address).toBe("/api/targets/?limit=5");
    expect(calls[0]?.init.headers).not.toHaveProperty("X-CSRFToken");
    expect(calls[1]?.init.headers).toHaveProperty("X-CSRFToken", "token");
  });

  it("follows a list's next page at the origin of the page, whatever origin the list names", async () => {
    const { client, calls } = clientWith([json({})]);
    await client.get("http://inner:8000/api/photos/?after=x%3D");
    expect(calls[0]?.address).toBe("/api/photos/?after=x%3D");
  });

  it("says what to do when the session has ended", async () => {
    const { client } = clientWith([json({ errors: [{ field: null, code: "not_authenticated", reason: "No." }] }, 401)]);
    await expect(client.post("/api/rounds/")).rejects.toThrow(/Log in again in another tab/);
  });

  it("gives null for an empty answer", async () => {
    const { client } = clientWith([new Response(null, { status: 204 })]);
    expect(await client.post("/api/assignments/x/release/", {})).toBeNull();
  });
});
