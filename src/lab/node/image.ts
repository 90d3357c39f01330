import { createHash } from "node:crypto";
import { packTar, type TarEntry } from "./tar.ts";

/** A container image of one layer, made without a builder. */
export interface ImageRequest {
  /** With registry and tag: `kustody.dev/lab/busybox:1`. Pods name it together with `imagePullPolicy: Never`. */
  readonly tag: string;
  readonly files: readonly TarEntry[];
  readonly entrypoint: readonly string[];
  readonly env?: readonly string[];
}

/**
 * Images as one archive that `ctr images import` reads (the format of `docker save`: manifest.json, a configuration and
 * a layer each; OCI image-spec v1, config.md). `architecture` is Go's word.
 */
export function packImages(images: readonly ImageRequest[], architecture: string): Buffer {
  const blobs = new Map<string, Buffer>();
  const manifest = images.map((image) => {
    const layer = packTar(image.files);
    const config = Buffer.from(
      JSON.stringify({
        architecture,
        os: "linux",
        config: { Entrypoint: image.entrypoint, Env: ["PATH=/usr/bin:/bin", ...(image.env ?? [])], WorkingDir: "/" },
        rootfs: { type: "layers", diff_ids: [`sha256:${digest(layer)}`] },
        history: [],
      }),
    );
    const names = { Config: `${digest(config)}.json`, Layers: [`${digest(layer)}.tar`] };
    blobs.set(names.Config, config).set(names.Layers[0] ?? "", layer);
    return { ...names, RepoTags: [image.tag] };
  });
  blobs.set("manifest.json", Buffer.from(JSON.stringify(manifest)));
  return packTar([...blobs].map(([path, content]) => ({ path, kind: "file", mode: 0o644, content })));
}

function digest(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
