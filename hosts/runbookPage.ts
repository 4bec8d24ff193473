/** docs/runbook.md as a page beside the dashboard, a section an alert. */
import { Marked } from "marked";

/** Where the monitor serves it. */
export const runbookPath = "/runbook";

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** Headings are their own anchors, as alerts name them; a link that leads to another document stays a word. */
const marked = new Marked({
  renderer: {
    heading({ depth, text }) {
      return `<h${depth} id="${escaped(text)}">${escaped(text)}</h${depth}>\n`;
    },
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens);
      return /^(#|https:)/.test(href) ? `<a href="${escaped(href)}">${text}</a>` : text;
    },
  },
});

/**
 * The page.
 * @param markdown docs/runbook.md
 * @param stack name of the stack
 */
export function renderRunbookPage(markdown: string, stack: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Runbook · ${escaped(stack)}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/dashboard.css">
</head>
<body>
<main class="runbook">
<p><a href="/">Dashboard</a></p>
${marked.parse(markdown, { async: false })}</main>
</body>
</html>
`;
}
