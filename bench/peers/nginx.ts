/** nginx from Debian packages: as the peer with libmodsecurity 3, and as the plain server behind both. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, globSync, mkdirSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export type Nginx = Disposable & { readonly port: number; readonly pid: number }

/** The server behind: answers everything with 200 and a short text. */
export function originServer(dir: string, port: number): Promise<Nginx> {
  return start(
    join(dir, 'origin'),
    port,
    '',
    'location / { default_type text/plain; return 200 "hello\\n"; }',
  )
}

/** The peer: a proxy with the rules of a CRS directory, one worker. */
export function modsecurityProxy(
  dir: string,
  port: number,
  origin: number,
  crs: string,
): Promise<Nginx> {
  const own = join(dir, 'modsecurity')
  mkdirSync(own, { recursive: true })
  const rules = join(own, 'main.conf')
  writeFileSync(rules, modsecurityRules(crs))
  const module = globSync('/usr/lib/nginx/modules/ngx_http_modsecurity_module.so')[0]
  if (!module)
    throw new Error('missing: libnginx-mod-http-modsecurity: run scripts/install-deps bench')
  return start(
    own,
    port,
    `load_module ${module};`,
    `modsecurity on; modsecurity_rules_file ${rules};
     location / { proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; }`,
    `upstream origin { server 127.0.0.1:${origin}; keepalive 16; }`,
  )
}

function modsecurityRules(crs: string): string {
  return `SecRuleEngine On
SecRequestBodyAccess On
SecResponseBodyAccess On
SecResponseBodyMimeType text/plain text/html text/xml application/json
SecRequestBodyLimit 13107200
SecRequestBodyNoFilesLimit 1048576
SecResponseBodyLimit 1048576
SecRule REQUEST_HEADERS:Content-Type "@rx ^application/json" "id:9500001,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule REQUEST_HEADERS:Content-Type "@rx ^(?:application|text)/xml" "id:9500002,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"
Include ${crs}/crs-setup.conf.example
Include ${crs}/rules/*.conf
`
}

async function start(
  dir: string,
  port: number,
  head: string,
  server: string,
  http = '',
): Promise<Nginx> {
  mkdirSync(dir, { recursive: true })
  const file = join(dir, 'nginx.conf')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((n) => `${n}_temp_path ${dir}/${n};`)
    .join(' ')
  writeFileSync(
    file,
    `${head}
daemon off; master_process off; worker_processes 1; pid ${dir}/pid; error_log ${dir}/error.log error;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000; ${temporary} ${http}
  server { listen 127.0.0.1:${port}; ${server} } }
`,
  )
  if (!existsSync('/usr/sbin/nginx'))
    throw new Error('missing: nginx: run scripts/install-deps bench')
  const child = spawn('/usr/sbin/nginx', ['-c', file, '-e', `${dir}/error.log`], {
    stdio: 'inherit',
  })
  await listening(port, child)
  return { port, pid: child.pid ?? 0, [Symbol.dispose]: () => void child.kill('SIGKILL') }
}

/** Resolves when the port takes connections; rejects when the process ends before, or after 30 s. */
export async function listening(port: number, child: ChildProcess): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (child.exitCode !== null)
      throw new Error(`the server for port ${port} ended with ${child.exitCode}`)
    const is_open = await new Promise<boolean>((resolve) => {
      const probe = createConnection({ port, host: '127.0.0.1' })
      probe.once('connect', () => resolve(true)).once('error', () => resolve(false))
      probe.once('close', () => {})
      setTimeout(() => probe.destroy(), 200)
    })
    if (is_open) return
    await delay(50)
  }
  throw new Error(`nothing listens on port ${port} after 30 s`)
}
