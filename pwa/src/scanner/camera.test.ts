/** The camera's lamp: offered where there is one, lit by a tap, dark when the scanner closes. */
import { describe, expect, it } from "vitest";
import { closeCamera, hasLamp, light } from "./camera.ts";

/** A track as a phone's camera gives it; `told` is what was asked of it, in order. */
function camera(capabilities?: object) {
  const told: unknown[] = [];
  const track = {
    ...(capabilities ? { getCapabilities: () => capabilities } : {}),
    applyConstraints: async ({ advanced }: { advanced: object[] }) => void told.push(...advanced),
    stop: () => void told.push("stop"),
  };
  const stream = { getVideoTracks: () => [track], getTracks: () => [track] } as unknown as MediaStream;
  return { stream, told };
}

describe("the lamp", () => {
  it("is offered only where the camera has one", () => {
    expect(hasLamp(camera({ torch: true }).stream)).toBe(true);
    expect(hasLamp(camera({ torch: false }).stream)).toBe(false);
    expect(hasLamp(camera({ zoom: { min: 1, max: 4 } }).stream)).toBe(false);
    expect(hasLamp(camera().stream)).toBe(false);
    expect(hasLamp({ getVideoTracks: () => [] } as unknown as MediaStream)).toBe(false);
  });

  it("is switched by a constraint on the track", async () => {
    const { stream, told } = camera({ torch: true });
    await light(stream, true);
    await light(stream, false);
    expect(told).toEqual([{ torch: true }, { torch: false }]);
  });

  it("goes off before the camera ends", async () => {
    const { stream, told } = camera({ torch: true });
    await light(stream, true);
    closeCamera(stream);
    expect(told).toEqual([{ torch: true }, { torch: false }, "stop"]);
  });

  it("is not asked for where there is none", () => {
    const { stream, told } = camera({});
    closeCamera(stream);
    closeCamera(null);
    expect(told).toEqual(["stop"]);
  });
});
