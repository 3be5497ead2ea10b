/** The camera behind the scanner: opening it, its lamp, and why there is none. */

export type NoCamera = "denied" | "none";

interface Lamp extends MediaTrackCapabilities {
  torch?: boolean;
}

/** The camera on the phone's back. Throws a `NoCamera` word. */
export async function openCamera(): Promise<MediaStream> {
  if (!navigator.mediaDevices?.getUserMedia) throw "none" satisfies NoCamera;
  try {
    return await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
    });
  } catch (error) {
    const denied = error instanceof DOMException && error.name === "NotAllowedError";
    throw (denied ? "denied" : "none") satisfies NoCamera;
  }
}

/** Ends the camera, and its lamp first: some phones leave it burning when only the track ends. */
export function closeCamera(stream: MediaStream | null): void {
  if (stream && hasLamp(stream)) light(stream, false).catch(() => {});
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** Whether the camera's lamp can be lit from here. */
export function hasLamp(stream: MediaStream): boolean {
  const [track] = stream.getVideoTracks();
  return !!(track?.getCapabilities?.() as Lamp | undefined)?.torch;
}

export async function light(stream: MediaStream, on: boolean): Promise<void> {
  const [track] = stream.getVideoTracks();
  await track?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
}
