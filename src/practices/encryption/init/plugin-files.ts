/** What the plugin needs to run on a control-plane node before, and without, the cluster that it protects. */
export interface PluginSetup {
  /** `unix:///run/kustody/kms.sock` */
  readonly endpoint: string;
  /** Key URI of `kustody kms serve`. */
  readonly key: string;
  /** Of a static pod. */
  readonly image: string;
  /** Path of the program, for systemd. */
  readonly program: string;
}

/** Folder of the socket: mounted as a whole, so that a restarted plugin's new socket is seen. */
export function socketFolder(endpoint: string): string {
  const path = endpoint.replace(/^unix:\/\//, "");
  return path.slice(0, path.lastIndexOf("/"));
}

/** The file of a `local://` key, which the pod mounts; undefined for keys elsewhere. */
function keyFile(key: string): string | undefined {
  return /^local:\/\/(\/[^?]+)/.exec(key)?.[1];
}

/**
 * A static pod: kubelet starts it from the file alone. It needs no API server, scheduler, network plugin, DNS, ServiceAccount,
 * ConfigMap or Secret. The image has to be on the node or in a registry that needs none of them.
 */
export function staticPod({ endpoint, key, image }: PluginSetup): object {
  const sockets = socketFolder(endpoint);
  const keys = keyFile(key);
  const keyFolder = keys?.slice(0, keys.lastIndexOf("/"));
  const volumes = [
    { name: "socket", hostPath: { path: sockets, type: "DirectoryOrCreate" } },
    ...(keyFolder === undefined ? [] : [{ name: "keys", hostPath: { path: keyFolder, type: "Directory" } }]),
  ];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "kustody-kms", namespace: "kube-system", labels: { "app.kubernetes.io/name": "kustody-kms" } },
    spec: {
      hostNetwork: true,
      dnsPolicy: "Default",
      priorityClassName: "system-node-critical",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "kms",
          image,
          imagePullPolicy: "IfNotPresent",
          args: ["kms", "serve", "--listen", endpoint, "--key", key],
          securityContext: {
            // The socket belongs to root, whom alone the API server's side trusts.
            runAsUser: 0,
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          resources: { requests: { cpu: "50m", memory: "96Mi" }, limits: { memory: "256Mi" } },
          volumeMounts: [
            { name: "socket", mountPath: sockets },
            ...(keyFolder === undefined ? [] : [{ name: "keys", mountPath: keyFolder, readOnly: true }]),
          ],
        },
      ],
      volumes,
    },
  };
}

/** A unit of systemd, which starts before kubelet and so before the API server. */
export function systemdUnit({ endpoint, key, program }: PluginSetup): string {
  const folder = socketFolder(endpoint);
  const runtime = folder.startsWith("/run/") ? folder.slice("/run/".length) : undefined;
  const lines = [
    "[Unit]",
    "Description=Kustody KMS plugin: encrypts Kubernetes Secrets at rest",
    "Wants=network-online.target",
    "After=network-online.target",
    "Before=kubelet.service k3s.service rke2-server.service",
    "",
    "[Service]",
    `ExecStart=${escaped(program)} kms serve --listen ${escaped(endpoint)} --key ${escaped(key)}`,
    "Restart=always",
    "RestartSec=1",
    ...(runtime === undefined
      ? [`ReadWritePaths=${escaped(folder)}`]
      : [
          `RuntimeDirectory=${escaped(runtime)}`,
          "RuntimeDirectoryMode=0700",
          "# The API server's pod has this folder mounted: a new one would be another folder to it.",
          "RuntimeDirectoryPreserve=yes",
        ]),
    "UMask=0077",
    "LimitCORE=0",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "ProtectKernelTunables=yes",
    "ProtectKernelModules=yes",
    "ProtectControlGroups=yes",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
    "",
    "[Install]",
    "WantedBy=multi-user.target",
  ];
  return `${lines.join("\n")}\n`;
}

/** A word of ExecStart: systemd expands percent signs and dollars, and splits at spaces (systemd.service(5)). */
function escaped(word: string): string {
  const text = word.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /[\s"'\\;]/.test(text) ? `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"` : text;
}
