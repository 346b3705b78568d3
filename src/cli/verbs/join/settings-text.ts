/** The settings file of a machine that joins: what is its own; sites and rules come from the policy server. */

export type JoinedSettings = {
  readonly name: string
  readonly listen: string
  readonly stateDir?: string
  readonly address?: string
}

/** YAML with comments. */
export function joinedSettingsText(options: JoinedSettings): string {
  const quote = (text: string): string => JSON.stringify(text)
  return `# Gatehouse settings of a machine that joined a cluster. Sites, rules and everything else that is enforced
# come from its policy server: \`sites:\` and \`rules:\` have no meaning here.
# \`gatehouse check\` tells what is wrong with this file.

# Name of this machine on block pages and in records.
node: ${quote(options.name)}
${options.stateDir ? `state_dir: ${quote(options.stateDir)}` : '# state_dir: /var/lib/gatehouse'}

# Under which name or address other nodes know this machine.
${options.address ? `cluster: { address: ${quote(options.address)} }` : '# cluster: { address: gate-2.example }'}

edge:
  listen:
    - address: ${quote(options.listen)}
  #  - address: "*:443"
  #    tls: true
  # certificates:
  #  - { cert: /etc/gatehouse/shop.pem, key: /etc/gatehouse/shop.key }
  # Proxies in front of us whose X-Forwarded-For is believed.
  # trusted_proxies: [10.0.0.0/8]
`
}
