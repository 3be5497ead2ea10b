/** The browser's offer to put Loa on the home screen: made once and early, so kept until it is wanted. */

interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

let offer = $state.raw<InstallPrompt | null>(null);

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event as InstallPrompt;
});
addEventListener("appinstalled", () => {
  offer = null;
});

export function mayInstall(): boolean {
  return offer !== null;
}

/** Asks the person; the browser takes an offer only once. */
export async function install(): Promise<void> {
  const taken = offer;
  offer = null;
  await taken?.prompt();
}
