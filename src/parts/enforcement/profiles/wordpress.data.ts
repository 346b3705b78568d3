export const wordpress = { name: 'wordpress' as const, exceptions: [], rate_limits: [] }
