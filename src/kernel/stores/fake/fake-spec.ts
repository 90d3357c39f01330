import { z } from "zod";

/** ESO's `fake` provider: values written in the store object itself, for trying things out. */
export const fakeSpec = z.object({
  data: z
    .array(z.object({ key: z.string().min(1), value: z.string().optional(), version: z.string().optional() }))
    .max(100_000)
    .optional(),
  /** 0 ready, 1 unknown, 2 error. */
  validationResult: z.number().int().optional(),
});

export type FakeSpec = z.infer<typeof fakeSpec>;
