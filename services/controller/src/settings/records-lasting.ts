// Limits of records that outlive the controller, whatever keeps them: each store gives them its name and words.

const shared = { type: 'integer', group: 'Task records', advanced: true } as const;

export const lastingRecordLimit = { ...shared, default: 1_000_000, min: 1, unit: 'records' } as const;

export const lastingSizeLimitBytes = { ...shared, default: 16 * 2 ** 30, min: 65_536, unit: 'bytes' } as const;

export const lastingMaxAgeS = {
  ...shared,
  default: 90 * 86_400,
  min: 0,
  max: 100 * 365 * 86_400,
  unit: 's',
} as const;
