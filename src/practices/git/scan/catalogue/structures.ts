import type { CatalogueRule } from "./catalogue-rule.ts";

/** Values that the structure of a file tells, beside those in Secrets: see `structure/`. */
export const STRUCTURE_RULES: readonly CatalogueRule[] = [
  {
    id: "kubernetes-configmap-credential",
    description: "A ConfigMap with a credential",
    source: "https://kubernetes.io/docs/concepts/configuration/configmap/",
    structure: "config-map",
    keywords: ["configmap"],
    general: true,
    hits: [
      "apiVersion: v1\nkind: ConfigMap\ndata:\n  DB_PASSWORD: {16:A-Za-z0-9}\n",
      "apiVersion: v1\nkind: ConfigMap\ndata:\n  apiKey: {16:A-Za-z0-9}\n",
      "apiVersion: v1\nkind: ConfigMap\ndata:\n  app.properties: |\n    a=1\n    db.password={16:A-Za-z0-9}\n",
    ],
    misses: [
      "apiVersion: v1\nkind: ConfigMap\ndata:\n  SECRETS_DIR: /run/secrets\n  TOKEN_PATH: /var/run/token\n",
      "apiVersion: v1\nkind: ConfigMap\ndata:\n  DB_PASSWORD: ${DB_PASSWORD}\n",
    ],
  },
  {
    id: "kubernetes-env-credential",
    description: "A workload with a credential in a variable",
    source: "https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/",
    structure: "workload-variable",
    keywords: ["containers"],
    general: true,
    hits: [
      "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, env: [{name: DB_PASSWORD, value: {16:A-Za-z0-9}}]}]}\n",
      "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    env:\n    - name: API_TOKEN\n      value: {16:A-Za-z0-9}\n",
    ],
    misses: [
      "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, env: [{name: DB_PASSWORD_FILE, value: /run/db}]}]}\n",
      "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, env: [{name: DB_PASSWORD, value: $(OTHER)}]}]}\n",
    ],
  },
  {
    id: "chart-values-credential",
    description: "Values for a chart or a template with a credential",
    source: "https://helm.sh/docs/chart_template_guide/values_files/",
    structure: "chart-values",
    keywords: ["helm"],
    general: true,
    hits: [
      "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {source: {helm: {parameters: [{name: db.password, value: {16:A-Za-z0-9}}]}}}\n",
      "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  values:\n    auth:\n      rootPassword: {16:A-Za-z0-9}\n",
    ],
    misses: [
      "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {source: {helm: {parameters: [{name: db.existingSecret, value: db}]}}}\n",
      'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  values:\n    auth:\n      rootPassword: ""\n',
    ],
  },
  {
    id: "kustomization-credential",
    description: "A kustomization with a value for a Secret, or a file that it makes one of",
    source: "https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/secretgenerator/",
    structure: "kustomization",
    keywords: ["kustomize"],
    general: true,
    hits: [
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsecretGenerator:\n- name: db\n  literals:\n  - password={16:A-Za-z0-9}\n",
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nconfigMapGenerator:\n- name: db\n  literals:\n  - DB_PASSWORD={16:A-Za-z0-9}\n",
    ],
    misses: [
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsecretGenerator:\n- name: db\n  literals:\n  - password=changeme\n",
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nconfigMapGenerator:\n- name: db\n  literals:\n  - SECRET_NAME=my-db\n",
    ],
  },
  {
    id: "env-file-credential",
    description: "A file of variables with a credential",
    source: "https://docs.docker.com/reference/compose-file/services/#env_file",
    structure: "variables",
    file: { pattern: "(?i)\\.env(?:\\.[\\w.-]+)?$", sample: ".env" },
    keywords: ["="],
    general: true,
    hits: ["DB_PASSWORD={16:A-Za-z0-9}\n", "# local\nexport API_TOKEN='{16:A-Za-z0-9}'\n"],
    misses: ["DB_PASSWORD=\nTOKEN_FILE=/run/token\n", "DB_PASSWORD=${OTHER}\nPORT=8080\n"],
  },
];
