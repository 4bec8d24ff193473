import type { Listing } from "../entries/book.ts";
import { authorLimit, textLimit } from "../entries/entry.ts";
import type { Entry } from "../entries/store.ts";
import { assetUrl } from "./assets.ts";
import { escapeHtml } from "./escape.ts";

const styleUrl = assetUrl("site.css");
const iconUrl = assetUrl("icon.svg");

function layout(title: string, domain: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} · ${escapeHtml(domain)}</title>
<link rel="icon" href="${iconUrl}" type="image/svg+xml">
<link rel="stylesheet" href="${styleUrl}">
</head>
<body>
<header class="bar"><a class="brand" href="/"><span class="mark" aria-hidden="true"></span>foobar</a></header>
<main class="column">
${content}
</main>
</body>
</html>
`;
}

/** What the guest book's page shows. */
export interface GuestBookView {
  readonly domain: string;
  readonly server: string;
  readonly zone: string;
  /** Null when the database does not answer and nothing is known yet. */
  readonly listing: Listing | null;
  /** Makes sending the form twice harmless. */
  readonly token: string;
  /** What the visitor had typed, when it could not be stored. */
  readonly typed: { readonly author: string; readonly text: string };
  /** Why it could not be stored; null when nothing went wrong. */
  readonly problem: string | null;
}

function entryItem(entry: Entry): string {
  const moment = entry.createdAt.slice(0, 16).replace("T", " ");
  return `<li class="entry"><p class="entry-text">${escapeHtml(entry.text)}</p>
<p class="entry-by"><strong>${escapeHtml(entry.author)}</strong> <time datetime="${entry.createdAt}">${moment} UTC</time> <span class="tag">${escapeHtml(entry.server)}</span></p></li>`;
}

function freshness({ listing, server, zone }: GuestBookView): string {
  if (listing === null)
    return "The guest book cannot be read at the moment. Please try again in a few seconds.";
  if (listing.stale)
    return "The database is changing its writer or cannot be reached; these are the last entries known.";
  return `Answered by ${server} in zone ${zone}, read from ${listing.database}.`;
}

function list(listing: Listing | null): string {
  if (listing === null) return "";
  if (listing.entries.length === 0) return '<p class="quiet">No entries yet. The first one is yours.</p>';
  return `<ol class="entries">${listing.entries.map(entryItem).join("\n")}</ol>`;
}

/** The guest book without script: the entries, and the form that adds one. */
export function guestBookPage(view: GuestBookView): string {
  const alert =
    view.problem === null ? "" : `<p class="notice bad" role="alert">${escapeHtml(view.problem)}</p>`;
  return layout(
    "Guest book",
    view.domain,
    `<h1>Guest book</h1>
<p class="quiet">${escapeHtml(freshness(view))}</p>
${alert}
<form class="card form" method="post" action="/api/entries">
<input type="hidden" name="token" value="${escapeHtml(view.token)}">
<label for="author">Name</label>
<input id="author" name="author" required maxlength="${authorLimit}" autocomplete="name" value="${escapeHtml(view.typed.author)}">
<label for="text">Message</label>
<textarea id="text" name="text" required maxlength="${textLimit}" rows="3">${escapeHtml(view.typed.text)}</textarea>
<button class="button" type="submit">Leave entry</button>
</form>
${list(view.listing)}`,
  );
}

/** A page that says only one thing. */
export function messagePage(domain: string, title: string, message: string): string {
  return layout(
    title,
    domain,
    `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(message)}</p><p><a href="/">To the front page</a></p>`,
  );
}
