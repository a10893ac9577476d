/** What Django tells the page it renders, in one JSON script element. */
export interface PageContext {
  page: string;
  /** Parts of the address, e.g. {id: "12"} for /photos/12/. */
  params: Record<string, string>;
  me: { id: number; username: string; display_name: string; roles: string[] };
  csrf: string;
  nav: { name: string; path: string }[];
}

/** Read the context of this page. Throws when the element is missing: the page was not rendered by the engine. */
export function readPage(): PageContext {
  const element = document.getElementById("page-context");
  if (!element?.textContent) throw new Error("page-context is missing");
  return JSON.parse(element.textContent) as PageContext;
}

/** True when the person has one of the roles; an admin has all of them. */
export function hasRole(page: PageContext, ...roles: string[]): boolean {
  return page.me.roles.includes("admin") || roles.some((role) => page.me.roles.includes(role));
}

/** Where a page is drawn. */
export function pageRoot(): HTMLElement {
  const root = document.getElementById("root");
  if (!root) throw new Error("root is missing");
  return root;
}
