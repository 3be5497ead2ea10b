/** What was just done, said for a while at the foot of the page. */
const SHOWN_MS = 8000;

export const said = $state({ text: "" });
let timer: ReturnType<typeof setTimeout> | undefined;

export function say(text: string): void {
  said.text = text;
  clearTimeout(timer);
  timer = setTimeout(() => {
    said.text = "";
  }, SHOWN_MS);
}
