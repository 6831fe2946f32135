import type { Browser, Locator, Page } from 'playwright-core';

/** Somebody in front of the page of `sample/05-realtime`, in a window of their own. */
export class Visitor {
  /** What the browser held against the page: its errors, and what its policy forbade. */
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {
    page.on('pageerror', ({ message }) => this.complaints.push(message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) this.complaints.push(message.text());
    });
  }

  static async signIn(browser: Browser, url: string, name: string): Promise<Visitor> {
    const context = await browser.newContext({ viewport: { width: 1080, height: 840 } });
    const visitor = new Visitor(await context.newPage());
    await visitor.page.goto(url);
    await visitor.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await visitor.choose(name);
    return visitor;
  }

  /** At the issuer. */
  async choose(name: string): Promise<void> {
    await this.press(name);
    await this.sees('Live', this.page.getByRole('status'));
  }

  async press(name: string): Promise<void> {
    await this.page.getByRole('button', { name }).click();
  }

  async publish(way: string, text: string): Promise<void> {
    await this.page.getByText(way, { exact: true }).click();
    await this.page.getByLabel('Post', { exact: true }).fill(text);
    await this.press('Publish');
  }

  get posts(): Locator {
    return this.page.locator('#posts');
  }

  get outcomes(): Locator {
    return this.page.getByRole('log');
  }

  /** Waits until it is there to be seen. */
  async sees(text: string, where: Locator = this.page.locator('main')): Promise<void> {
    await where.and(this.page.locator(`:has-text("${text}")`)).waitFor();
  }
}
