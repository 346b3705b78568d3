/** The sample site of the demo: a small shop that greets, searches and takes orders. Knows nothing of Gatehouse. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${title}</title>
<h1>${title}</h1>${body}
<p><a href="/">Home</a> · <a href="/search?q=boots">Search</a> · <a href="/order">Order</a></p></html>`

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** Listens on a free loopback port. */
export async function startSite(): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://site')
    response.setHeader('content-type', 'text/html; charset=utf-8')
    if (url.pathname === '/') response.end(page('Sample shop', '<p>Boots, tents and maps.</p>'))
    else if (url.pathname === '/search') {
      response.end(
        page(
          'Search',
          `<p>Nothing found for “${escapeHtml(url.searchParams.get('q') ?? '')}”.</p>`,
        ),
      )
    } else if (url.pathname === '/order') {
      response.end(
        page('Order', '<form method="post"><input name="item"><button>Order</button></form>'),
      )
    } else {
      response.statusCode = 404
      response.end(page('Not found', ''))
    }
    request.resume()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
