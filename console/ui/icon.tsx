/** Icons, drawn on a grid of 16 with strokes of 1.5; they only repeat what a word beside them says. */
const paths = {
  gauge: 'M2.5 11.5a5.5 5.5 0 1 1 11 0M8 11.5l2.6-3.6',
  shield: 'M8 1.8 13 3.6v4c0 3.2-2.1 5.4-5 6.6-2.9-1.2-5-3.4-5-6.6v-4z',
  shield_check: 'M8 1.8 13 3.6v4c0 3.2-2.1 5.4-5 6.6-2.9-1.2-5-3.4-5-6.6v-4zM5.7 8l1.7 1.7 3-3.3',
  globe:
    'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM2 8h12M8 2c2 1.7 2.6 3.8 2.6 6S10 12.3 8 14c-2-1.7-2.6-3.8-2.6-6S6 3.7 8 2z',
  warning: 'M8 2.2 14.3 13.500H1.7zM8 6.500v3.200M8 11.500v.2',
  blocked: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM3.8 3.800l8.4 8.4',
  monitored:
    'M1.5 8C3 5.3 5.3 4 8 4s5 1.3 6.5 4c-1.5 2.7-3.8 4-6.5 4S3 10.7 1.5 8zM8 6.200a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.600z',
  refused: 'M5.5 2h5L14 5.500v5L10.5 14h-5L2 10.500v-5zM6 6l4 4M10 6l-4 4',
  copy: 'M5.5 5.500V2.800h7.700v7.700h-2.700M2.8 5.500h7.700v7.700H2.800z',
  check: 'M3 8.5 6.5 12 13 4.5',
  close: 'M4 4l8 8M12 4l-8 8',
  search: 'M7 2.500a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3 14 14',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.500M8 13.500V15M1 8h1.500M13.5 8H15M3 3l1.1 1.100M11.9 11.9 13 13M13 3l-1.1 1.100M4.1 11.9 3 13',
  moon: 'M13.5 9.500A6 6 0 0 1 6.5 2.500a6 6 0 1 0 7 7z',
  screen: 'M2 3h12v8H2zM5.5 14h5M8 11v3',
  user: 'M8 2.500a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.600zM2.8 14c.6-2.7 2.6-4 5.2-4s4.6 1.3 5.2 4',
  leave: 'M9.5 2.500h-6v11h6M6.5 8h7.500M11.5 5.5 14 8l-2.5 2.5',
  key: 'M5 6.500a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM7.2 7.4 13.5 2M11 4.200l2 2',
  right: 'M6 3.5 10.5 8 6 12.5',
  down: 'M3.5 6 8 10.5 12.5 6',
  up: 'M3.5 10 8 5.5 12.5 10',
  left: 'M10 3.5 5.5 8l4.5 4.5',
  play: 'M4.5 3v10l8-5z',
  download: 'M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.500h11',
  help: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM6.2 6.400A1.8 1.8 0 1 1 8 8.300v.9M8 11v.2',
  table: 'M2 3h12v10H2zM2 6.500h12M2 10h12M6 6.500V13',
  chart: 'M2 2v12h12M5 10.500l3-4 2 2L14 4',
  arrow_down: 'M8 3v10M4 9l4 4 4-4',
  policy: 'M4 1.800h5.500l3 3v9.400H4zM9.3 2v3h3M6.2 8.200h4M6.2 10.800h4',
  rules: 'M2.5 4h2M2.5 8h2M2.5 12h2M7 4h6.500M7 8h6.500M7 12h6.500',
  exception: 'M2 8h5M9 8h5M8 2v3M8 11v3M5.5 5.500l5 5',
  list: 'M3 3.500h10v9H3zM3 6.500h10M5.5 9.500h5',
  nodes: 'M2.5 2.500h11v4.500h-11zM2.5 9h11v4.500h-11zM5 4.800v.1M5 11.200v.1',
  log: 'M8 2v12M4 4.500h4M8 8h4M4 11.500h4',
  gear: 'M8 5.800a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.400zM8 1.800v2M8 12.200v2M1.8 8h2M12.2 8h2M3.6 3.600 5 5M11 11l1.400 1.400M3.6 12.400 5 11M11 5l1.400-1.400',
  plus: 'M8 3v10M3 8h10',
  trash:
    'M2.8 4h10.400M6 4V2.300h4V4M4.2 4l.6 9.700h6.400l.6-9.700M6.6 6.800v4.300M9.4 6.800v4.300',
  undo: 'M5.5 3 2.500 6l3 3M2.8 6h6.700a3.500 3.500 0 0 1 0 7H6',
  clock: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 4.800V8l2.2 1.500',
  sync: 'M13 6.500A5.2 5.2 0 0 0 3.4 5M3 2.500V5.200h2.700M3 9.500A5.2 5.2 0 0 0 12.600 11M13 13.500v-2.700h-2.700',
  unplugged: 'M6 2v3M10 2v3M4.5 5h7v2.500a3.500 3.500 0 0 1-7 0zM8 11v3M2 2l12 12',
  minus: 'M3 8h10',
  edit: 'M10.5 3 13 5.500 5.5 13H3v-2.500zM9 4.500 11.500 7',
  more: 'M3.5 8v.1M8 8v.1M12.500 8v.1',
  play_circle: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM6.8 5.600v4.800L10.500 8z',
  users:
    'M6 3a2.4 2.4 0 1 0 0 4.8A2.4 2.4 0 0 0 6 3zM1.8 13.200c.4-2.400 2-3.600 4.2-3.600s3.800 1.200 4.200 3.600M10.300 3.300a2.200 2.200 0 0 1 0 4.200M11.800 9.900c1.400.5 2.2 1.600 2.500 3.300',
} as const

export type IconName = keyof typeof paths

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      aria-hidden="true"
      className="shrink-0"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={paths[name]} />
    </svg>
  )
}

/** The mark of the house. */
export function Brand({ size = 20 }: { readonly size?: number }) {
  return (
    <svg
      aria-hidden="true"
      className="shrink-0 text-accent"
      width={size}
      height={size}
      viewBox="0 0 32 32"
    >
      <path d="M3 4h6v4h4V4h6v4h4V4h6v10h-2v14h-7v-7a4 4 0 0 0-8 0v7H5V14H3z" fill="currentColor" />
    </svg>
  )
}
