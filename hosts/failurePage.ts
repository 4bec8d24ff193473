/** The page of an answer that no application made. Text without quotes, which no configuration has to escape. */
export const failurePage = (title: string, text: string): string =>
  `<!doctype html><html lang=en><meta charset=utf-8><title>${title}</title><h1>${title}</h1><p>${text}</p></html>`;

/** What a visitor reads when nobody can answer just now. */
export const unavailablePage = failurePage(
  "Back in a moment",
  "The site is not available just now. Please try again.",
);
