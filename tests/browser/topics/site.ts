/** The site, as visitors meet it. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Browser } from "playwright-core";
import { groundColour, sidewaysScroll } from "../support/inPage.ts";
import { visit } from "../support/visit.ts";

/** Text that becomes an element or runs wherever it is not escaped. */
const hostile = (mark: string) => `${mark}<img src=x onerror="document.title='${mark}'"><b>bold</b>`;

/** Declares the tests. */
export function site(browser: () => Browser, url: () => string): void {
  describe("the site", () => {
    it("loads without an error, a failed request or a request to anybody else", async () => {
      const { page, problems, close } = await visit(browser(), url());
      await page.locator("#server", { hasText: /^web-\d$/ }).waitFor();
      await page.locator("#freshness", { hasText: /^Read by/ }).waitFor();
      assert.deepEqual(problems, []);
      await close();
    });

    it("says which servers answered, and counts them", async () => {
      const { page, close } = await visit(browser(), url());
      for (const [id, name] of [
        ["server", /^web-\d$/],
        ["zone", /^zone [abc]$/],
        ["reader", /^db-\d$/],
        ["writer", /^db-\d$/],
        ["client", /^127\.0\.0\.1$/],
        ["protocol", /^over HTTPS$/],
      ] as const) {
        await page.locator(`#${id}`, { hasText: name }).waitFor();
      }
      await page.getByRole("button", { name: "Ask again" }).click();
      await page
        .getByRole("status")
        .filter({ hasText: /web-\d (2×|1×, web-\d 1×)/ })
        .waitFor();
      await close();
    });

    it("stores an entry that a visitor leaves, and shows it to the next", async () => {
      const text = randomUUID();
      const first = await visit(browser(), url());
      await first.page.getByLabel("Name").fill("A visitor");
      await first.page.getByLabel("Message").fill(text);
      await first.page.getByRole("button", { name: "Leave entry" }).click();
      const notice = first.page.getByRole("status").filter({ hasText: "Stored by" });
      await notice.waitFor();
      assert.match((await notice.textContent()) ?? "", /^Stored by web-\d on db-\d\.$/);
      await first.page.getByRole("listitem").filter({ hasText: text }).waitFor();
      assert.equal(await first.page.getByLabel("Message").inputValue(), "", "the form is empty again");
      assert.deepEqual(first.problems, []);
      await first.close();
      const second = await visit(browser(), url());
      const entry = second.page.getByRole("listitem").filter({ hasText: text });
      await entry.waitFor();
      assert.match((await entry.textContent()) ?? "", /A visitor.*stored by web-\d/);
      await second.close();
    });

    it("shows markup in an entry as text, on the page and in the plain guest book", async () => {
      const mark = randomUUID();
      const { page, close } = await visit(browser(), url());
      await page.getByLabel("Name").fill("<i>nobody</i>");
      await page.getByLabel("Message").fill(hostile(mark));
      await page.getByRole("button", { name: "Leave entry" }).click();
      const entry = page.locator(".entry").filter({ hasText: mark });
      for (const place of ["front page", "guest book"]) {
        await entry.waitFor();
        assert.equal(await entry.locator(".entry-text").textContent(), hostile(mark), place);
        assert.equal(await entry.locator("strong").textContent(), "<i>nobody</i>", place);
        assert.equal(await entry.locator("img, b, i").count(), 0, `${place}: elements of the visitor's`);
        assert.notEqual(await page.title(), mark, `${place}: a script of the visitor's ran`);
        await page.goto(`${url()}/guestbook`);
      }
      await close();
    });

    it("works without script", async () => {
      const text = randomUUID();
      const { page, problems, close } = await visit(browser(), url(), { script: false });
      await page.getByLabel("Name").fill("A visitor");
      await page.getByLabel("Message").fill(text);
      await page.getByRole("button", { name: "Leave entry" }).click();
      await page.waitForURL("**/guestbook");
      await page.getByRole("listitem").filter({ hasText: text }).waitFor();
      assert.deepEqual(problems, []);
      await close();
    });

    it("fits a phone, and follows the visitor's light or dark", async () => {
      const grounds = new Set<string>();
      for (const scheme of ["light", "dark"] as const) {
        const { page, close } = await visit(browser(), url(), { width: 320, height: 640, scheme });
        await page.locator("#freshness", { hasText: /^Read by/ }).waitFor();
        assert.equal(await sidewaysScroll(page), 0);
        grounds.add(await groundColour(page));
        await close();
      }
      assert.equal(grounds.size, 2, `light and dark look the same: ${[...grounds].join()}`);
    });
  });
}
