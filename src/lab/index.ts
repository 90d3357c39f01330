export { type AdminReply, type AdminRequest, adminRequest } from "./admin-client.ts";
export { type BinaryName, ensureBinaries } from "./binaries/ensure-binaries.ts";
export type { Component } from "./components/component.ts";
export { startControlPlane } from "./control-plane.ts";
export type { ComponentProcess, ControlPlane, ControlPlaneOptions, EtcdAccess } from "./control-plane-options.ts";
export { LAB_IMAGES } from "./node/lab-images.ts";
export { cleanOrphans, stopDetached } from "./orphans.ts";
export { type ProcessSpec, type RunningProcess, Supervisor, type SupervisorOptions } from "./supervisor.ts";
