import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ControlPlane, startControlPlane } from "../../../lab/index.ts";
import { KustodyError } from "../../errors.ts";
import { fixedCredentials } from "../auth/credentials.ts";
import { findConnection } from "../config/find-connection.ts";
import { createEventRecorder } from "../events/event-recorder.ts";
import { connectKube, createKube, type Kube } from "../kube.ts";
import { namespacedResource } from "../object/resource.ts";
import { ConfigMaps, Deployments, Events, RoleBindings, Roles, Secrets, ServiceAccounts } from "../object/resources.ts";
import { canI, canSubject } from "./access-review.ts";
import { serverVersion, servesResource } from "./server-facts.ts";
import { requestToken } from "./service-account-token.ts";

let plane: ControlPlane;
let kube: Kube;
before(async () => {
  plane = await startControlPlane({ components: { controllerManager: false } });
  kube = await connectKube({ env: {}, kubeconfig: plane.kubeconfig });
});
after(async () => {
  await kube?.close();
  await plane?.stop();
});

const RBAC = "rbac.authorization.k8s.io";

test("a requested token is the service account, with its rights and no others", async () => {
  const metadata = { name: "reader" };
  await kube.namespaced(ServiceAccounts, "default").create({ metadata });
  const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list"] }];
  await kube.namespaced(Roles, "default").create({ metadata, rules });
  const subjects = [{ kind: "ServiceAccount", name: "reader", namespace: "default" }];
  const roleRef = { apiGroup: RBAC, kind: "Role", name: "reader" };
  await kube.namespaced(RoleBindings, "default").create({ metadata, subjects, roleRef });

  const { token, expires } = await requestToken(kube, {
    namespace: "default",
    serviceAccount: "reader",
    audiences: [],
  });
  assert.ok(expires > Date.now());
  assert.equal(String(token), "[secret]");
  const connection = await findConnection({ env: {}, kubeconfig: plane.kubeconfig });
  const reader = createKube({ ...connection, credentials: fixedCredentials({ token }) });
  try {
    assert.ok((await reader.namespaced(ConfigMaps, "default").list()).items.length >= 0);
    const forbidden = (error: unknown) => error instanceof KustodyError && error.code === "KST_KUBE_FORBIDDEN";
    await assert.rejects(reader.namespaced(Secrets, "default").list(), forbidden);
    await assert.rejects(reader.allNamespaces(ConfigMaps).list(), forbidden);
    assert.equal((await canI(reader, { verb: "list", resource: "configmaps", namespace: "default" })).allowed, true);
    assert.equal((await canI(reader, { verb: "list", resource: "secrets", namespace: "default" })).allowed, false);
  } finally {
    await reader.close();
  }
  const subject = { user: "system:serviceaccount:default:reader" };
  const answer = await canSubject(kube, subject, { verb: "list", resource: "configmaps", namespace: "default" });
  assert.equal(answer.allowed, true);
  assert.match(answer.reason, /reader/);
  assert.equal((await canSubject(kube, subject, { verb: "list", resource: "configmaps" })).allowed, false);
});

test("the version, and which kinds are served, are known", async () => {
  const { gitVersion, major, minor } = await serverVersion(kube);
  assert.match(gitVersion, /^v\d+\.\d+\.\d+/);
  assert.ok(major >= 1 && minor >= 30);
  assert.equal(await servesResource(kube, Secrets), true);
  assert.equal(await servesResource(kube, Deployments), true);
  assert.equal(await servesResource(kube, namespacedResource("apps/v1", "Gone", "gones")), false);
  assert.equal(await servesResource(kube, namespacedResource("gone.example/v1", "Gone", "gones")), false);
});

test("an event is written once for the same news, and a refused one disturbs nobody", async () => {
  const regarding = await kube.namespaced(ConfigMaps, "default").create({ metadata: { name: "told-about" } });
  const errors: string[] = [];
  const reporter = { controller: "kustody.dev/test", instance: "test-0" };
  const recorder = createEventRecorder(kube, reporter, (error) => errors.push(error.code));
  const news = { regarding, type: "Normal", reason: "Synced", action: "Sync", note: "all is well" } as const;
  for (let i = 0; i < 3; i++) recorder.tell(news);
  recorder.tell({
    ...news,
    regarding: { ...regarding, metadata: { ...regarding.metadata, namespace: "gone", uid: "g" } },
  });
  recorder.tell({ ...news, reason: "Other" });
  await recorder.flush();
  const { items } = await kube.namespaced(Events, "default").list();
  const ours = items.filter((event) => event["reportingController"] === "kustody.dev/test");
  assert.deepEqual(new Set(ours.map((event) => event["reason"])), new Set(["Other", "Synced"]));
  assert.equal(ours.length, 2);
  const about = ours[0]?.["regarding"] as { uid?: string } | undefined;
  assert.equal(about?.uid, regarding.metadata.uid);
  assert.equal(errors.length, 1);
});
