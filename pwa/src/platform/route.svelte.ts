/** Where in an app we are: the part of the address behind `#`. */

function read(): { path: string[]; query: URLSearchParams } {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { path: path.split("/").filter(Boolean).map(decoded), query: new URLSearchParams(query) };
}

/** As it stands where somebody mangled the address. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const route = $state({ now: read() });

addEventListener("hashchange", () => {
  route.now = read();
});

export function go(path: string): void {
  location.hash = `#/${path}`;
}
