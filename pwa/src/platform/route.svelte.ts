/** Where in an app we are: the part of the address behind `#`. */

function read(): { path: string[]; query: URLSearchParams } {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { path: path.split("/").filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query) };
}

export const route = $state({ now: read() });

addEventListener("hashchange", () => {
  route.now = read();
});

export function go(path: string): void {
  location.hash = `#/${path}`;
}
