import { type CatalogueRule, token } from "./catalogue-rule.ts";

const KUBERNETES_DOCS = "https://kubernetes.io/docs";

/** What grants access to a cluster, or is kept in one. */
export const KUBERNETES_RULES: readonly CatalogueRule[] = [
  {
    id: "kubernetes-secret-yaml",
    description: "A Secret manifest with a value in the clear",
    source: `${KUBERNETES_DOCS}/concepts/configuration/secret/`,
    structure: "kubernetes-secret",
    keywords: ["secret"],
    general: true,
    hits: [
      "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  password: {16:A-Za-z0-9}\n",
      '{"kind":"List","apiVersion":"v1","items":[{"apiVersion":"v1","kind":"Secret","data":{"a":"{16:A-Za-z0-9}"}}]}',
    ],
    misses: [
      "apiVersion: v1\nkind: Secret\nstringData:\n  password: ENC[AES256_GCM,data:{16:A-Za-z0-9},iv:a,tag:b,type:str]\n",
      "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec:\n  encryptedData:\n    password: Ag{40:A-Za-z0-9}\n",
    ],
  },
  {
    id: "kubernetes-service-account-token",
    description: "A token of a Kubernetes service account",
    source: `${KUBERNETES_DOCS}/reference/access-authn-authz/service-accounts-admin/`,
    // "kubernetes.io" in base64 at each of its three alignments, inside a JWT's claims.
    regex:
      "\\b(eyJ[\\w-]{10,}\\.[\\w-]*(?:a3ViZXJuZXRlcy5pb|t1YmVybmV0ZXMuaW|rdWJlcm5ldGVzLmlv|a3ViZXJuZXRlcy9zZXJ2aWNlYWNjb3VudC)[\\w-]*\\.[\\w-]{20,})",
    keywords: ["a3vizxjuzxrlcy5pb", "t1ymvybmv0zxmuaw", "rdwjlcm5ldgvzlmlv", "a3vizxjuzxrlcy9zzxj2awnlywnjb3vudc"],
    entropy: 4,
    hits: [
      "token: eyJhbGciOiJSUzI1NiIsImtpZCI6I{20:A-Za-z0-9}.eyJrdWJlcm5ldGVzLmlvIjp7Im5hbWVzcGFjZSI6Im{20:A-Za-z0-9}.{86:A-Za-z0-9_-}\n",
      "Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6I{20:A-Za-z0-9}.eyJpc3MiOiAia3ViZXJuZXRlcy5pb{30:A-Za-z0-9}.{86:A-Za-z0-9_-}\n",
    ],
    misses: [
      "token: eyJhbGciOiJSUzI1NiIsImtpZCI6I{20:A-Za-z0-9}.eyJzdWIiOiIxMjM0NTY3ODkw{20:A-Za-z0-9}.{86:A-Za-z0-9_-}\n",
      "claim: eyJrdWJlcm5ldGVzLmlvIjp7Im5hbWVzcGFjZSI6Im\n",
    ],
  },
  {
    id: "kubeconfig-client-key",
    description: "A client's private key in a kubeconfig",
    source: `${KUBERNETES_DOCS}/concepts/configuration/organize-cluster-access-kubeconfig/`,
    // base64 of "-----BEGIN".
    regex: "client-key-data[\"']?:\\s{0,8}[\"']?(LS0tLS1CRUdJTi[A-Za-z0-9+/]{60,}={0,2})",
    keywords: ["client-key-data"],
    entropy: 3,
    hits: [
      "    client-key-data: LS0tLS1CRUdJTi{200:A-Za-z0-9+/}==\n",
      '"client-key-data": "LS0tLS1CRUdJTi{400:A-Za-z0-9+/}"',
    ],
    misses: ["    client-key-data: REDACTED\n", "    client-certificate-data: LS0tLS1CRUdJTi{200:A-Za-z0-9+/}==\n"],
  },
  {
    id: "kubernetes-bootstrap-token",
    description: "A token that lets a node join a cluster",
    source: `${KUBERNETES_DOCS}/reference/access-authn-authz/bootstrap-tokens/`,
    regex: "(?i:bootstrap|kubeadm|discovery)[^\\n]{0,200}?\\b([a-z0-9]{6}\\.[a-z0-9]{16})\\b",
    keywords: ["bootstrap", "kubeadm", "discovery"],
    entropy: 3.2,
    allow: ["^(?:abcdef|123456)\\.", "^07401b\\.f395accd246ae52d$"],
    hits: [
      "kubeadm join 10.0.0.1:6443 --token {6:a-z0-9}.{16:a-z0-9} --x\n",
      'bootstrapTokens: [{ token: "{6:a-z0-9}.{16:a-z0-9}" }]\n',
    ],
    misses: ["kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef\n", "module {6:a-z0-9}.{16:a-z0-9}\n"],
  },
  {
    id: "docker-config-auth",
    description: "The login of an image registry in a Docker configuration",
    source: "https://docs.docker.com/reference/cli/docker/login/",
    regex:
      '"auths?"\\s{0,4}:\\s{0,4}(?:\\{\\s{0,40}"[^"]{1,200}"\\s{0,4}:\\s{0,4}\\{[^}]{0,400}?"auth"\\s{0,4}:\\s{0,4})?"([A-Za-z0-9+/]{16,}={0,2})"',
    keywords: ['"auths"', '"auth"'],
    entropy: 3.3,
    hits: ['{"auths": {"ghcr.io": {"auth": "{40:A-Za-z0-9+/}"}}}', '{"ghcr.io": {\n  "auth": "{32:A-Za-z0-9+/}=="\n}}'],
    misses: ['{"auths": {"ghcr.io": {}}, "credsStore": "pass"}', '{"auth": "basic"}'],
  },
  {
    id: "kubernetes-encryption-key",
    description: "A key that encrypts Secrets in etcd",
    source: `${KUBERNETES_DOCS}/tasks/administer-cluster/encrypt-data/`,
    regex:
      "\\b(?:aescbc|aesgcm|secretbox)[\"']?:(?s:.){0,200}?\\bsecret[\"']?:\\s{0,8}[\"']?([A-Za-z0-9+/]{22,44}={0,2})(?:[^A-Za-z0-9+/=]|$)",
    keywords: ["aescbc", "aesgcm", "secretbox"],
    entropy: 3.3,
    hits: [
      "  - aescbc:\n      keys:\n        - name: key1\n          secret: {43:A-Za-z0-9+/}=\n",
      '{"secretbox": {"keys": [{"name": "a", "secret": "{43:A-Za-z0-9+/}="}]}}',
    ],
    misses: [
      "  - aescbc:\n      keys:\n        - name: key1\n          secret: <BASE 64 ENCODED SECRET>\n",
      "  - identity: {}\n    secret: {43:A-Za-z0-9+/}=\n",
    ],
  },
  {
    id: "kubeconfig-token",
    description: "A user's token in a kubeconfig",
    source: `${KUBERNETES_DOCS}/reference/config-api/kubeconfig.v1/`,
    regex:
      "\\buser[\"']?:\\s{1,40}\\{?\\s{0,40}(?:[\\w-]+: [^\\n]{1,200}\\n\\s{1,40}){0,4}[\"']?token[\"']?: {0,4}[\"']?([A-Za-z0-9._~+/=:-]{16,})(?:[^A-Za-z0-9._~+/=:-]|$)",
    keywords: ["user:", '"user"'],
    entropy: 3.3,
    hits: [
      "users:\n- name: admin\n  user:\n    token: {32:A-Za-z0-9}\n",
      '{"users": [{"name": "a", "user": {"token": "{40:A-Za-z0-9}"}}]}',
    ],
    misses: [
      "users:\n- name: admin\n  user:\n    tokenFile: /var/run/secrets/tokens/{20:a-z0-9}\n",
      "users:\n- name: admin\n  user:\n    token: REDACTED\n",
    ],
  },
  {
    id: "kubeadm-certificate-key",
    description: "The key that decrypts a control plane's certificates, kept by kubeadm in kubeadm-certs",
    source: `${KUBERNETES_DOCS}/reference/setup-tools/kubeadm/kubeadm-init-phase/`,
    regex: "(?i:certificate-?key)[\"']?[ \\t]{0,4}(?:[:=]|[ \\t])[ \\t]{0,4}[\"']?([0-9a-f]{64})(?:[^0-9a-f]|$)",
    keywords: ["certificate-key", "certificatekey"],
    entropy: 3,
    hits: ["kubeadm join lb:6443 --control-plane --certificate-key {64:a-f0-9}\n", 'certificateKey: "{64:a-f0-9}"\n'],
    misses: ["certificateKey: {20:a-f0-9}\n", "kubeadm init phase upload-certs --certificate-key $KEY\n"],
  },
  {
    id: "sealed-secrets-key",
    description: "A private key of the sealed-secrets controller: decrypts every SealedSecret",
    source: "https://github.com/bitnami-labs/sealed-secrets/blob/main/docs/bring-your-own-certificates.md",
    // kubectl prints data before metadata; people write it the other way round too.
    regex:
      "(?:tls\\.key[\"']?:\\s{0,4}[\"']?(LS0tLS1CRUdJTi[A-Za-z0-9+/]{60,}={0,2})(?s:.){0,}?sealedsecrets\\.bitnami\\.com/sealed-secrets-key|sealedsecrets\\.bitnami\\.com/sealed-secrets-key(?s:.){0,}?tls\\.key[\"']?:\\s{0,4}[\"']?(LS0tLS1CRUdJTi[A-Za-z0-9+/]{60,}={0,2}))",
    keywords: ["sealedsecrets.bitnami.com/sealed-secrets-key"],
    entropy: 3,
    hits: [
      "kind: Secret\ndata:\n  tls.key: LS0tLS1CRUdJTi{200:A-Za-z0-9+/}==\nmetadata:\n  labels:\n    sealedsecrets.bitnami.com/sealed-secrets-key: active\n",
      'metadata:\n  labels: { sealedsecrets.bitnami.com/sealed-secrets-key: active }\ndata:\n  tls.key: "LS0tLS1CRUdJTi{300:A-Za-z0-9+/}="\n',
    ],
    misses: [
      "data:\n  tls.crt: LS0tLS1CRUdJTi{200:A-Za-z0-9+/}==\nmetadata:\n  labels:\n    sealedsecrets.bitnami.com/sealed-secrets-key: active\n",
      "kubectl get secret -l sealedsecrets.bitnami.com/sealed-secrets-key\n",
    ],
  },
  token({
    id: "openshift-user-token",
    description: "A user's token for OpenShift",
    source:
      "https://docs.redhat.com/en/documentation/openshift_container_platform/4.17/html/oauth_apis/oauthaccesstoken-oauth-openshift-io-v1",
    form: "sha256~[\\w-]{43}",
    keywords: ["sha256~"],
    sample: "sha256~{43:A-Za-z0-9}",
    miss: "sha256~{20:A-Za-z0-9}",
  }),
];
