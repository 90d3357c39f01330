/** Manifests as teams write them, in a fixed mix: 3 Deployments, 2 ConfigMaps, 2 Services, a Secret, a Role, a RoleBinding of ten. */
export function* mixedObjects(count: number): Generator<string> {
  for (let index = 0; index < count; index++) {
    const make = MIX[index % MIX.length] ?? deployment;
    yield make(index, `team-${Math.floor(index / 200)}`);
  }
}

const MIX = [deployment, configMap, service, secret, role, deployment, configMap, service, roleBinding, deployment];

function head(apiVersion: string, kind: string, name: string, namespace: string): string {
  return `apiVersion: ${apiVersion}
kind: ${kind}
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    app.kubernetes.io/name: ${name}
    app.kubernetes.io/part-of: "shop"
`;
}

function deployment(index: number, namespace: string): string {
  return `# Source: shop/templates/deployment.yaml
${head("apps/v1", "Deployment", `web-${index}`, namespace)}spec:
  replicas: ${(index % 5) + 1}
  selector:
    matchLabels:
      app: web-${index}
  template:
    metadata:
      labels: { app: web-${index} }
      annotations:
        prometheus.io/scrape: "true"
    spec:
      serviceAccountName: web
      securityContext:
        runAsNonRoot: true
      containers:
      - name: web
        image: registry.example.com/shop/web:1.${index}
        args: ["--port=8080", "--log-level", info]
        ports:
        - containerPort: 8080
          name: http
        env:
        - name: LOG_LEVEL
          value: info
        - name: DB_HOST
          value: "db.${namespace}.svc"
        - name: DB_PASSWORD
          valueFrom:
            secretKeyRef:
              name: db
              key: password
        resources:
          requests:
            cpu: 100m
            memory: 64Mi
          limits: { memory: 128Mi }
        readinessProbe:
          httpGet:
            path: /healthz
            port: http
          periodSeconds: 5
        volumeMounts:
        - name: tls
          mountPath: /run/tls
          readOnly: true
      volumes:
      - name: tls
        secret:
          secretName: web-tls
`;
}

function configMap(index: number, namespace: string): string {
  const lines = Array.from({ length: 12 }, (_, line) => `    setting.${line} = value-${index}-${line}\n`).join("");
  return `${head("v1", "ConfigMap", `settings-${index}`, namespace)}data:
  LOG_FORMAT: json
  TOKEN_TTL: "3600"
  application.properties: |
    # how the shop runs
    spring.datasource.url = jdbc:postgresql://db.${namespace}.svc:5432/shop
${lines}`;
}

function service(index: number, namespace: string): string {
  return `${head("v1", "Service", `web-${index}`, namespace)}spec:
  selector:
    app: web-${index}
  ports:
    - name: http
      port: 80
      targetPort: http
`;
}

function secret(index: number, namespace: string): string {
  return `${head("v1", "Secret", `db-${index}`, namespace)}type: Opaque
data:
  password: ${Buffer.from(`bench-${index}-not-real`).toString("base64")}
  username: ${Buffer.from("shop").toString("base64")}
`;
}

function role(index: number, namespace: string): string {
  return `${head("rbac.authorization.k8s.io/v1", "Role", `reader-${index}`, namespace)}rules:
- apiGroups: [""]
  resources: ["secrets"]
  resourceNames: ["db-${index}"]
  verbs: ["get"]
- apiGroups: ["apps"]
  resources: [deployments]
  verbs: [get, list]
`;
}

function roleBinding(index: number, namespace: string): string {
  return `${head("rbac.authorization.k8s.io/v1", "RoleBinding", `reader-${index}`, namespace)}roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: reader-${index - 4}
subjects:
- kind: ServiceAccount
  name: web
  namespace: ${namespace}
`;
}
