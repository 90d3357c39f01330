/** How to make worthless what a rule finds, where that isn't simply to revoke it at its vendor. */
const FIRST: Readonly<Record<string, string>> = {
  "kubernetes-secret-yaml":
    "Change each value of the Secret where it counts: the database, the vendor, the certificate authority.",
  "kubernetes-service-account-token":
    "Delete the Secret or the ServiceAccount that it belongs to: a token that is bound to nothing stays valid until it expires.",
  "kubeconfig-client-key":
    "A client certificate cannot be revoked in Kubernetes: remove what its user and groups may do, and replace the CA if it is one of system:masters.",
  "kubeconfig-token":
    "Delete the token where it was issued: the ServiceAccount's Secret, or the identity provider's session.",
  "kubernetes-bootstrap-token": "kubeadm token delete ID, and look for nodes and certificates that you don't know.",
  "kubeadm-certificate-key":
    "Delete the Secret kubeadm-certs, and replace the control plane's certificates if it was still there: it lives for two hours.",
  "kubernetes-encryption-key":
    "Put a new key first in the EncryptionConfiguration, restart the API servers, rewrite all Secrets, and remove the old key.",
  "talos-encryption-secret": "Replace the key in the machine configuration, and rewrite all Secrets.",
  "sealed-secrets-key":
    "Let the controller make a new key, seal all values again after changing them: whoever has the key reads every SealedSecret in Git.",
  "age-secret-key":
    "Change every value that was encrypted for it; then encrypt for a new key. Its files in Git stay readable.",
  "vault-service-token": "vault token revoke, and look in the audit log for what it was used for.",
  "vault-batch-token": "A batch token cannot be revoked by itself: revoke its parent, or wait until it expires.",
  "vault-unseal-key": "vault operator rekey: shares of the old key are worthless afterwards.",
  "private-key": "Revoke the certificate, or remove the public key wherever it is trusted; then make a new pair.",
  "docker-config-auth": "Change the password or revoke the token at the registry: base64 is an encoding.",
};

/** What to do when a rule's secret has leaked, in the order in which it helps. Pure. */
export function adviceFor(rule: string): readonly string[] {
  return [
    FIRST[rule] ??
      "Revoke it where it was issued. That comes first: every clone has a copy, and taking it out of Git recalls none.",
    "Look for what it was used for since it was committed.",
    "Put the new one into a secret manager, and name it in Git: an ExternalSecret, or a file that SOPS has encrypted.",
    "Then take it out of the history, so that scanners fall silent.",
  ];
}
