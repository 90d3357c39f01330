import { type CatalogueRule, named, token } from "./catalogue-rule.ts";
import { endsWithCrc32 } from "./checksum.ts";

const GITHUB =
  "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats";
const GITLAB = "https://docs.gitlab.com/security/tokens/#token-prefixes";

/** What ends a token that isn't routable: those go on with a dot, a version and a checksum. */
const ROUTABLE = "\\.(?:[^0-9a-z]|$)|[^0-9A-Za-z_.-]";

const gitlab = (id: string, prefix: string, description: string, length = 20): CatalogueRule =>
  token({
    id,
    description: `${description} of GitLab`,
    source: GITLAB,
    form: `${prefix}[\\w-]{${length},300}`,
    keywords: [prefix],
    end: ROUTABLE,
    sample: `${prefix}{${length}:A-Za-z0-9}`,
  });

const github = (id: string, prefixes: readonly string[], description: string): CatalogueRule =>
  token({
    id,
    description: `${description} of GitHub`,
    source: GITHUB,
    form: `(?:${prefixes.join("|")})_[A-Za-z0-9]{36,251}`,
    keywords: prefixes.map((prefix) => `${prefix}_`),
    accepts: ({ secret }) => endsWithCrc32(secret),
    sample: `${prefixes[0]}_{30:A-Za-z0-9}{6:=crc32}`,
    miss: `${prefixes[0]}_{36:A-Za-z0-9}`,
  });

/** Tokens of code hosts. */
export const CODE_HOST_RULES: readonly CatalogueRule[] = [
  github("github-pat", ["ghp"], "A personal access token"),
  github("github-oauth", ["gho"], "An OAuth token"),
  github("github-app-token", ["ghu", "ghs"], "A token of an app"),
  github("github-refresh-token", ["ghr"], "A refresh token"),
  token({
    id: "github-fine-grained-pat",
    description: "A fine-grained personal access token of GitHub",
    source: GITHUB,
    form: "github_pat_\\w{82}",
    keywords: ["github_pat_"],
    sample: "github_pat_{22:A-Za-z0-9}_{59:A-Za-z0-9}",
    miss: "github_pat_{22:A-Za-z0-9}",
  }),
  gitlab("gitlab-pat", "glpat-", "A personal access token"),
  gitlab("gitlab-deploy-token", "gldt-", "A deploy token"),
  gitlab("gitlab-runner-authentication-token", "glrt-", "A runner's token"),
  gitlab("gitlab-ptt", "glptt-", "A pipeline trigger's token", 40),
  gitlab("gitlab-feed-token", "glft-", "A feed token"),
  gitlab("gitlab-incoming-mail-token", "glimt-", "An incoming mail token", 25),
  gitlab("gitlab-kubernetes-agent-token", "glagent-", "A token of the agent for Kubernetes", 50),
  gitlab("gitlab-oauth-app-secret", "gloas-", "An OAuth application's secret", 64),
  gitlab("gitlab-scim-token", "glsoat-", "A SCIM token"),
  gitlab("gitlab-feature-flag-client-token", "glffct-", "A feature flag client's token"),
  token({
    id: "gitlab-cicd-job-token",
    description: "A CI job's token of GitLab",
    source: GITLAB,
    form: "glcbt-[0-9A-Za-z]{1,5}_[\\w-]{20,300}",
    keywords: ["glcbt-"],
    sample: "glcbt-64_{20:A-Za-z0-9}",
    miss: "glcbt-{20:A-Za-z0-9}",
  }),
  token({
    id: "gitlab-pat-routable",
    description: "A personal access token of GitLab that names where it belongs",
    source: GITLAB,
    form: "glpat-[\\w-]{27,300}\\.(?:[0-9a-z]{2}\\.)?[0-9a-z]{9}",
    keywords: ["glpat-"],
    sample: "glpat-{40:A-Za-z0-9}.01.{9:a-z0-9}",
    miss: "glpat-{40:A-Za-z0-9}.{4:a-z0-9}",
  }),
  token({
    id: "gitlab-runner-authentication-token-routable",
    description: "A runner's token of GitLab that names where it belongs",
    source: GITLAB,
    form: "glrtr?-(?:t\\d_)?[\\w-]{27,300}\\.(?:[0-9a-z]{2}\\.)?[0-9a-z]{9}",
    keywords: ["glrt-", "glrtr-"],
    sample: "glrt-t1_{40:A-Za-z0-9}.01.{9:a-z0-9}",
    miss: "glrt-t1_{40:A-Za-z0-9}.{4:a-z0-9}",
  }),
  token({
    id: "gitlab-rrt",
    description: "A runner's registration token of GitLab",
    source: GITLAB,
    form: "(?:GR1348941|glrtr-)[\\w-]{20,50}",
    keywords: ["gr1348941", "glrtr-"],
    end: ROUTABLE,
    sample: "GR1348941{20:A-Za-z0-9}",
  }),
  {
    id: "gitlab-session-cookie",
    description: "A session's cookie of GitLab",
    source: GITLAB,
    regex: "_gitlab_session=([0-9a-z]{32})(?:[^0-9a-z]|$)",
    keywords: ["_gitlab_session="],
    entropy: 3,
    hits: ["Cookie: _gitlab_session={32:a-f0-9}; a=b\n", '{"cookie": "_gitlab_session={32:a-f0-9}"}'],
    misses: ["Cookie: _gitlab_session={8:a-f0-9}\n", "Cookie: _gitlab_session=${SESSION}\n"],
  },
  token({
    id: "bitbucket-app-password",
    description: "An app password of Bitbucket",
    source:
      "https://community.atlassian.com/forums/Bitbucket-questions/Can-we-confirm-BitBucket-s-token-prefixes/qaq-p/3093481",
    form: "ATBB[A-Za-z0-9]{32}",
    keywords: ["atbb"],
    sample: "ATBB{24:A-Za-z0-9}{8:A-F0-9}",
    miss: "ATBB{12:A-Za-z0-9}",
  }),
  token({
    id: "bitbucket-access-token",
    description: "A repository's, project's or workspace's access token of Bitbucket",
    source:
      "https://community.atlassian.com/forums/Bitbucket-questions/Can-we-confirm-BitBucket-s-token-prefixes/qaq-p/3093481",
    form: "ATCTT3[\\w=-]{100,300}",
    keywords: ["atctt3"],
    entropy: 3.5,
    sample: "ATCTT3{186:A-Za-z0-9}",
  }),
  named({
    id: "bitbucket-client-secret",
    description: "An OAuth consumer's secret of Bitbucket",
    source: "https://support.atlassian.com/bitbucket-cloud/docs/use-oauth-on-bitbucket-cloud/",
    asSeen: true,
    vendor: "bitbucket",
    kind: "secret",
    form: "[\\w=-]{32}(?:[\\w=-]{32})?",
    keywords: ["bitbucket"],
    entropy: 3.5,
    name: "BITBUCKET_CLIENT_SECRET",
    sample: "{64:A-Za-z0-9}",
  }),
  named({
    id: "gitea-access-token",
    description: "An access token of Gitea or Forgejo",
    source: "https://docs.gitea.com/development/api-usage",
    vendor: "(?:gitea|forgejo|codeberg)",
    form: "[a-f0-9]{40}",
    keywords: ["gitea", "forgejo", "codeberg"],
    name: "GITEA_TOKEN",
    sample: "{40:a-f0-9}",
  }),
  {
    id: "git-credentials",
    description: "A login for a Git server in an address, as git-credential-store keeps it",
    source: "https://git-scm.com/docs/git-credential-store",
    regex: "https?://[^\\s:/@]{1,255}:([^\\s:/@]{8,255})@[\\w.-]{1,255}",
    file: { pattern: "(?:^|/)\\.git-credentials$", sample: ".git-credentials" },
    keywords: ["://"],
    entropy: 2.8,
    hits: ["https://ci:{20:A-Za-z0-9}@git.example.org\n", "http://svc:{24:A-Za-z0-9}@localhost\n"],
    misses: ["https://ci@git.example.org\n", "https://git.example.org/{20:a-z0-9}\n"],
  },
];
