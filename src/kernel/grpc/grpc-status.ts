/** The status codes of gRPC (https://grpc.io/docs/guides/status-codes/) that we send or tell apart. */
export const GRPC_STATUS = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
} as const;

export type GrpcStatus = keyof typeof GRPC_STATUS;

/** A code's name; UNKNOWN for those that are not in the list. */
export function grpcStatusName(code: number): GrpcStatus {
  const found = Object.entries(GRPC_STATUS).find(([, value]) => value === code);
  return (found?.[0] ?? "UNKNOWN") as GrpcStatus;
}
