/** The site behind the lab's nodes: a process of its own, so that its work is not the driver's. */
import { createServer } from 'node:http'

const server = createServer((request, response) => {
  request.resume()
  request.once('end', () => {
    response.statusCode = request.url?.startsWith('/fails') ? 500 : 200
    response.end('hello\n')
  })
})
server.listen(3000, '0.0.0.0', () => process.stdout.write('ready\n'))
