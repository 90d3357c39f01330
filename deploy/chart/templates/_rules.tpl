{{- /*
What practice 2 reads and writes: src/practices/managers/README.md says why of each, and a test compares the two.
*/ -}}

{{- /* In every namespace that is looked after. */ -}}
{{- define "kustody.rules.namespaced" -}}
- apiGroups: ["external-secrets.io"]
  resources: ["externalsecrets"]
  verbs: ["get", "list", "watch", "patch"]
- apiGroups: ["external-secrets.io"]
  resources: ["externalsecrets/finalizers"]
  verbs: ["update"]
- apiGroups: ["external-secrets.io"]
  resources: ["secretstores"]
  verbs: ["list", "watch"]
- apiGroups: ["external-secrets.io"]
  resources: ["externalsecrets/status", "secretstores/status"]
  verbs: ["patch"]
- apiGroups: [""]
  resources: ["secrets"]
  verbs: ["get", "list", "watch", "create", "patch", "delete"]
- apiGroups: [""]
  resources: ["configmaps"]
  verbs: ["get"]
- apiGroups: ["events.k8s.io"]
  resources: ["events"]
  verbs: ["create", "patch"]
{{- end }}

{{- /* Of the cluster, where all namespaces are looked after. */ -}}
{{- define "kustody.rules.cluster" -}}
- apiGroups: [""]
  resources: ["namespaces"]
  verbs: ["list", "watch"]
- apiGroups: ["external-secrets.io"]
  resources: ["clustersecretstores"]
  verbs: ["list", "watch"]
- apiGroups: ["external-secrets.io"]
  resources: ["clustersecretstores/status"]
  verbs: ["patch"]
- apiGroups: ["kustody.dev"]
  resources: ["storepolicies"]
  verbs: ["list", "watch"]
{{- end }}

{{- /* Of the lease by which replicas agree on who works. RBAC cannot restrict create to a name. */ -}}
{{- define "kustody.rules.lease" -}}
- apiGroups: ["coordination.k8s.io"]
  resources: ["leases"]
  verbs: ["create"]
- apiGroups: ["coordination.k8s.io"]
  resources: ["leases"]
  resourceNames: ["kustody-operator"]
  verbs: ["get", "update"]
{{- end }}

{{- define "kustody.subject" -}}
- kind: ServiceAccount
  name: {{ include "kustody.name" . }}
  namespace: {{ .Release.Namespace }}
{{- end }}
